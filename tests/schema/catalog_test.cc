#include "schema/catalog.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/defaults.h"
#include "schema/structural.h"
#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using test::Texts;

KindPtr kind_of(std::string_view group, std::string_view plural, std::string_view name,
                std::string_view versions) {
  return test::kind(fmt::format(
      "spec: {{group: '{}', scope: Cluster, names: {{plural: {}, kind: {}}}, versions: [{}]}}",
      group, plural, name, versions));
}

std::string version(std::string_view name, bool served, bool storage,
                    std::string_view schema = "{type: object}") {
  return fmt::format("{{name: {}, served: {}, storage: {}, schema: {{openAPIV3Schema: {}}}}}", name,
                     served, storage, schema);
}

Catalog small_catalog() {
  return Catalog({
      kind_of("b.example.com", "widgets", "Widget",
              version("v1beta1", true, false) + "," + version("v1", true, true)),
      kind_of("b.example.com", "gadgets", "Gadget",
              version("v2", false, false) + "," + version("v1alpha1", true, true)),
      kind_of("", "boxes", "Box", version("v1", true, true)),
      kind_of("a.example.com", "widgets", "Widget", version("v1", false, true)),
  });
}

TEST_CASE("kinds are found by group and plural, by resource and by kind") {
  const auto catalog = small_catalog();
  REQUIRE(catalog.find("b.example.com", "widgets") != nullptr);
  CHECK(catalog.find("b.example.com", "widgets")->group == "b.example.com");
  CHECK(catalog.find("", "boxes") != nullptr);
  CHECK(catalog.find("", "widgets") == nullptr);
  CHECK(catalog.find("c.example.com", "widgets") == nullptr);
  CHECK(catalog.find_resource("widgets.a.example.com")->group == "a.example.com");
  CHECK(catalog.find_resource("widgets") == nullptr);
  CHECK(catalog.find_kind("b.example.com", "Gadget")->plural == "gadgets");
  CHECK(catalog.find_kind("b.example.com", "Box") == nullptr);
  CHECK(catalog.find_kind("", "Box")->plural == "boxes");
}

TEST_CASE("kinds are sorted by resource, whatever order they came in") {
  Texts resources;
  for (const auto& kind : small_catalog().kinds()) resources.push_back(kind->resource);
  CHECK(resources ==
        Texts{"boxes", "gadgets.b.example.com", "widgets.a.example.com", "widgets.b.example.com"});
}

TEST_CASE("groups begin with the core group, versions with the preferred one") {
  const auto catalog = small_catalog();
  CHECK(catalog.groups() == Texts{"", "a.example.com", "b.example.com"});
  CHECK(catalog.group_versions("b.example.com") == Texts{"v1", "v1beta1", "v1alpha1"});
  CHECK(catalog.group_versions("a.example.com").empty());
  CHECK(catalog.serves("b.example.com", "v1alpha1"));
  CHECK_FALSE(catalog.serves("b.example.com", "v2"));
  CHECK_FALSE(catalog.serves("a.example.com", "v1"));
}

TEST_CASE("the fingerprint is that of what discovery shows") {
  const auto one = kind_of("e.com", "as", "A", version("v1", true, true));
  const auto two = kind_of("e.com", "bs", "B", version("v1", true, true));
  const auto fingerprint = Catalog({one, two}).fingerprint();
  CHECK(Catalog({two, one}).fingerprint() == fingerprint);
  CHECK(Catalog({one}).fingerprint() != fingerprint);
  const auto unserved = kind_of("e.com", "bs", "B", version("v1", false, true));
  CHECK(Catalog({one, unserved}).fingerprint() != fingerprint);
  const auto changed =
      kind_of("e.com", "bs", "B", version("v1", true, true, "{type: object, nullable: true}"));
  CHECK(Catalog({one, changed}).fingerprint() != fingerprint);
}

TEST_CASE("an empty catalog knows nothing") {
  const Catalog catalog;
  CHECK(catalog.kinds().empty());
  CHECK(catalog.groups().empty());
  CHECK(catalog.find("", "pods") == nullptr);
}

TEST_CASE("the built-in kinds are there") {
  const auto catalog = builtin_catalog();
  for (const std::string_view resource :
       {"namespaces", "services", "secrets", "configmaps", "gateways.gateway.networking.k8s.io"}) {
    INFO(resource);
    CHECK(catalog->find_resource(resource) != nullptr);
  }
  CHECK(builtin_catalog()->fingerprint() == catalog->fingerprint());
}

TEST_CASE("some kinds are created by updates, most are updated without a version (R8.1, R8.2)") {
  Texts created;
  Texts versioned;
  const auto catalog = builtin_catalog();
  for (const auto& kind : catalog->kinds()) {
    if (!kind->core) {
      CHECK_FALSE(kind->create_on_update);
      CHECK_FALSE(kind->unconditional_update);
      continue;
    }
    if (kind->create_on_update && kind->group.empty()) created.push_back(kind->plural);
    const bool is_stored = !kind->is_review && !kind->shows_log();
    if (!kind->unconditional_update && is_stored) versioned.push_back(kind->plural);
  }
  std::ranges::sort(created);
  std::ranges::sort(versioned);
  CHECK(created == Texts{"endpoints", "events", "services"});
  CHECK(versioned == Texts{"customresourcedefinitions", "leases", "poddisruptionbudgets",
                           "validatingadmissionpolicies", "validatingadmissionpolicybindings"});
  for (const auto* plural : {"roles", "rolebindings", "clusterroles", "clusterrolebindings"}) {
    CHECK(catalog->find("rbac.authorization.k8s.io", plural)->create_on_update);
  }
  CHECK(catalog->find("coordination.k8s.io", "leases")->create_on_update);
  for (const auto& [group, plural] :
       {std::pair{"discovery.k8s.io", "endpointslices"}, std::pair{"apps", "deployments"},
        std::pair{"apiextensions.k8s.io", "customresourcedefinitions"}}) {
    CHECK_FALSE(catalog->find(group, plural)->create_on_update);
  }
}

TEST_CASE("a scale is described and not served") {
  CHECK(scale_kind().api_version("v1") == "autoscaling/v1");
  CHECK(scale_kind().version("v1") == &scale_kind().storage_version());
  CHECK(builtin_catalog()->find_kind("autoscaling", "Scale") == nullptr);
  CHECK_FALSE(builtin_catalog()->serves("autoscaling", "v1"));

  Kind kind = *builtin_catalog()->find("apps", "deployments");
  const Catalog with({std::make_shared<const Kind>(kind)});
  kind.versions[0].scale.reset();
  const Catalog without({std::make_shared<const Kind>(kind)});
  CHECK(with.fingerprint() != without.fingerprint());
}

// Defaults are put into objects without being validated, so that they have to be valid.
void check_defaults(const SchemaNode& schema, const std::string& where) {
  INFO(where);
  if (schema.default_value) {
    Value value = *schema.default_value;
    CHECK_FALSE(apply_defaults(schema, value));
    CHECK(test::texts(validate_structural(schema, value)) == Texts{});
  }
  for (const auto& [name, property] : schema.properties)
    check_defaults(*property, where + "." + name);
  if (schema.items != nullptr) check_defaults(*schema.items, where + "[]");
  if (schema.additional_properties != nullptr) {
    check_defaults(*schema.additional_properties, where + "{}");
  }
}

TEST_CASE("the defaults of built-in kinds are complete and valid") {
  for (const auto& kind : builtin_catalog(Channel::kExperimental)->kinds()) {
    for (const auto& version : kind->versions) {
      check_defaults(*version.schema, kind->resource + "/" + version.name);
    }
  }
}

// Keys of map lists have to be there whenever an item is.
void check_map_keys(const SchemaNode& schema, const std::string& where) {
  INFO(where);
  if (schema.list_type == ListType::kMap) {
    REQUIRE(schema.items != nullptr);
    CHECK_FALSE(schema.list_map_keys.empty());
    for (const auto& key : schema.list_map_keys) {
      INFO(key);
      const auto* property = schema.items->member(key);
      REQUIRE(property != nullptr);
      const bool needed =
          std::ranges::find(schema.items->required, key) != schema.items->required.end();
      CHECK((needed || property->default_value.has_value()));
    }
  }
  for (const auto& [name, property] : schema.properties)
    check_map_keys(*property, where + "." + name);
  if (schema.items != nullptr) check_map_keys(*schema.items, where + "[]");
}

TEST_CASE("map lists of Gateway API kinds have keys that are always there") {
  for (const auto& kind : builtin_catalog(Channel::kExperimental)->kinds()) {
    if (kind->core) continue;
    for (const auto& version : kind->versions) {
      check_map_keys(*version.schema, kind->resource + "/" + version.name);
    }
  }
}

}  // namespace
}  // namespace gatefold
