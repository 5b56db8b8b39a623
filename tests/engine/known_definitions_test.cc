#include "engine/known_definitions.h"

#include "engine/admit.h"
#include "engine/definitions.h"
#include "schema/catalog.h"
#include "schema/definition.h"
#include "tests/schema/parsed.h"

namespace gatefold::engine {
namespace {

using test::texts;
using test::Texts;

TEST_CASE("what is compiled in is what would be admitted") {
  for (const auto channel : {Channel::kStandard, Channel::kExperimental}) {
    CHECK(known_definitions(channel).size() == (channel == Channel::kStandard ? 10 : 13));
    for (const auto& known : known_definitions(channel)) {
      INFO(channel_name(channel) << " " << known.kind->resource);
      const auto definition = test::json(known.text);
      CHECK(texts(validate_definition(definition, nullptr)) == Texts{});
      CHECK(known_kind(definition) == known.kind);
      for (const auto& version : known.kind->versions) {
        CHECK((version.rules == nullptr || version.rules->faults().empty()));
      }
    }
  }
}

TEST_CASE("a definition that differs is judged by itself") {
  auto definition = test::json(known_definitions(Channel::kStandard).front().text);
  definition.at("spec").as_object()["names"].as_object()["shortNames"] = JsonArray{"zz"};
  CHECK(known_kind(definition) == nullptr);
  definition = test::json(known_definitions(Channel::kStandard).front().text);
  definition.at("metadata").as_object().erase("annotations");
  CHECK(known_kind(definition) == nullptr);
}

}  // namespace
}  // namespace gatefold::engine
