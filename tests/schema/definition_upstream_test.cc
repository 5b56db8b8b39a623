// Definitions of the Gateway API, upstream's and ours, are admitted as they are.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "schema/builtin_kinds.h"
#include "schema/channel.h"
#include "schema/definition.h"
#include "schema/definition_names.h"
#include "tests/schema/definitions.h"

namespace gatefold {
namespace {

using test::Texts;

const std::filesystem::path kUpstream =
    std::filesystem::path(GATEFOLD_SOURCE_DIR) / "../shared/gateway-api/crds";

void check_admitted(Value definition) {
  definition.as_object().erase("status");
  const auto unknown = decode_definition(definition);
  REQUIRE(unknown.has_value());
  CHECK(*unknown == Texts{});
  CHECK(test::complaints(definition) == Texts{});
  if (const auto approval = judge_approval(definition)) CHECK(approval->is_true);
}

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
    const auto definition = test::yaml(std::string(std::istreambuf_iterator<char>(file), {}));
    if (string_at(definition, {"kind"}) != "CustomResourceDefinition") continue;
    check_admitted(definition);
    ++admitted;
  }
  CHECK(admitted > 0);
}

TEST_CASE("so are the built-in ones of kinds that are no part of Kubernetes") {
  int admitted = 0;
  for (const auto channel : {Channel::kStandard, Channel::kExperimental}) {
    for (const auto& builtin : builtin_kind_documents()) {
      INFO(builtin.file << " " << channel_name(channel));
      auto definition = for_channel(test::yaml(builtin.text), channel);
      if (definition.is_null() || find_path(definition, {"spec", "x-gatefold", "core"})) continue;
      // Who seeds them says who approved them.
      auto& annotations =
          object_member(object_member(definition.as_object(), "metadata"), "annotations");
      annotations["api-approved.kubernetes.io"] = "https://example.com/1";
      check_admitted(definition);
      ++admitted;
    }
  }
  CHECK(admitted > 0);
}

}  // namespace
}  // namespace gatefold
