// Kinds whose objects are those of another kind.
#include "schema/catalog.h"
#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

TEST_CASE("a view is a kind of its own with the stored kind's objects") {
  const auto catalog = core_catalog();
  const auto* stored = catalog->find("", "events");
  const auto* view = catalog->find("events.k8s.io", "events");
  REQUIRE(stored != nullptr);
  REQUIRE(view != nullptr);
  CHECK(view->is_view());
  CHECK_FALSE(stored->is_view());
  CHECK(&view->stored_kind() == stored);
  CHECK(&stored->stored_kind() == stored);
  CHECK(view->resource == stored->resource);
  CHECK(view->versions.front().schema_id != stored->versions.front().schema_id);
}

TEST_CASE("a storage identity leads to the stored kind") {
  const auto catalog = core_catalog();
  CHECK(catalog->find_resource("events") == catalog->find("", "events"));
  CHECK(catalog->find_resource("events.events.k8s.io") == catalog->find("events.k8s.io", "events"));
  CHECK(catalog->find_kind("events.k8s.io", "Event")->is_view());
  CHECK(catalog->serves("events.k8s.io", "v1"));
}

TEST_CASE("what is done with objects is said of the stored kind alone") {
  const auto* view = core_catalog()->find("events.k8s.io", "events");
  CHECK(view->create_on_update);
  CHECK(view->unconditional_update);
  CHECK(view->expires);
  CHECK_FALSE(view->collects_garbage);
  CHECK_FALSE(view->has_generation);
}

TEST_CASE("every member of one form has its place in the other") {
  const auto* view = core_catalog()->find("events.k8s.io", "events");
  const auto& shown = view->versions.front().schema->properties;
  const auto& stored = view->stored->versions.front().schema->properties;
  CHECK(shown.size() == stored.size());
  for (const auto& [name, property] : stored) {
    INFO(name);
    CHECK(shown.contains(view->shown_name(name)));
  }
}

}  // namespace
}  // namespace gatefold
