// Definitions with rules beside Kubernetes' own validation: what their rules are estimated to cost,
// and what they are refused for (R19.30).
#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "schema/cel/cel.h"
#include "schema/definition.h"
#include "tests/schema/definitions.h"

namespace gatefold::test {
namespace {

const auto kExpected = std::filesystem::path(GATEFOLD_SOURCE_DIR) / "tests" / "conformance" /
                       "cel" / "expected" / "definitions";

Texts texts_of(const Value& list) {
  Texts out;
  for (const auto& item : list.as_array()) out.emplace_back(item.as_string());
  return out;
}

// `COST of a rule, COUNT of objects in a request, COST of its message` for each rule of the root.
Texts costs_of(const SchemaNode& schema) {
  Texts out;
  for (const auto& rule : schema.rules) {
    const cel::Environment environment{
        {{"self", &schema, true, false}, {"oldSelf", &schema, true, rule.optional_old_self}}};
    const auto program = cel::Program::compile(rule.rule, environment, cel::ResultType::kBool);
    if (!program) {
      out.emplace_back("0, 0, 0");
      continue;
    }
    const auto message =
        cel::Program::compile(rule.message_expression, environment, cel::ResultType::kString);
    out.push_back(fmt::format("{}, {}, {}", (*program)->estimate().cost_max,
                              cel::count_max(schema, true),
                              message ? (*message)->estimate().cost_max : 0));
  }
  return out;
}

TEST_CASE("definitions are refused for what their rules cost as in Kubernetes") {
  std::size_t asked = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kExpected)) {
    std::ifstream in(entry.path(), std::ios::binary);
    for (std::string line; std::getline(in, line); ++asked) {
      const auto expected = json(line);
      INFO(string_at(expected, {"title"}));
      const auto& document = expected.at("schema");
      const auto schema = parse_schema(document);
      REQUIRE(schema);
      CHECK(costs_of(**schema) == texts_of(expected.at("costs")));
      auto errors = complaints(foos_of_schema(to_json(document)));
      std::ranges::sort(errors);
      CHECK(errors == texts_of(expected.at("errors")));
    }
  }
  // The expectations are there.
  CHECK(asked > 40);
}

}  // namespace
}  // namespace gatefold::test
