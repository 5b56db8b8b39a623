// Upstream's definitions of the Gateway API are admitted as they are.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "schema/definition.h"
#include "schema/definition_names.h"
#include "schema/kind.h"
#include "tests/schema/definitions.h"

namespace gatefold {
namespace {

using test::Texts;

const std::filesystem::path kUpstream =
    std::filesystem::path(GATEFOLD_SOURCE_DIR) / "../shared/gateway-api/crds";

TEST_CASE("upstream's definitions are admitted without a complaint") {
  if (!std::filesystem::exists(kUpstream)) {
    std::cout << "SKIP: upstream's definitions are absent\n";
    return;
  }
  int admitted = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kUpstream)) {
    if (entry.path().extension() != ".yaml") continue;
    INFO(entry.path().string());
    std::ifstream file(entry.path());
    auto definition = test::yaml(std::string(std::istreambuf_iterator<char>(file), {}));
    if (string_at(definition, {"kind"}) != "CustomResourceDefinition") continue;
    definition.as_object().erase("status");
    const auto unknown = decode_definition(definition);
    REQUIRE(unknown.has_value());
    CHECK(*unknown == Texts{});
    CHECK(test::complaints(definition) == Texts{});
    if (const auto approval = judge_approval(definition)) CHECK(approval->is_true);
    const auto kind = parse_kind(definition);
    REQUIRE(kind.has_value());
    for (const auto& version : (*kind)->versions) {
      if (version.rules != nullptr) CHECK(version.rules->faults().empty());
    }
    ++admitted;
  }
  CHECK(admitted > 0);
}

}  // namespace
}  // namespace gatefold
