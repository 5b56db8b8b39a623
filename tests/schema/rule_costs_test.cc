#include "schema/rule_costs.h"

#include "schema/cel/cel.h"
#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using test::Texts;
using test::texts;

constexpr std::string_view kAdvice =
    " (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, "
    "maps, and strings are declared)";

std::string complaint(std::uint64_t cost) {
  RuleCosts costs;
  const auto error = costs.count("rule", "a.rule", cost);
  return error ? texts({*error}).front() : "";
}

std::string beyond(std::string_view factor) {
  return "a.rule: Forbidden: estimated rule cost exceeds budget by factor of " +
         std::string(factor) + std::string(kAdvice);
}

TEST_CASE("an expression beyond its limit is refused with more digits close to it") {
  CHECK(complaint(cel::kEstimateMax).empty());
  CHECK(complaint(cel::kEstimateMax + 10) == beyond("1.000001x"));
  CHECK(complaint(15'000'000) == beyond("1.5x"));
  CHECK(complaint(1'000'000'000) == beyond("100.0x"));
  CHECK(complaint(1'000'000'001) == beyond("more than 100x"));
}

TEST_CASE("all of a schema together are refused with the four dearest") {
  RuleCosts costs;
  for (const auto& [field, millions] :
       {std::pair("a", 30), {"b", 9}, {"c", 30}, {"d", 31}, {"e", 0}, {"f", 1}}) {
    CHECK(costs.total("root").empty());
    costs.count("rule", field, static_cast<std::uint64_t>(millions) * 1'000'000);
  }
  constexpr std::string_view kShare =
      ": Forbidden: contributed to estimated rule cost total exceeding cost limit for entire "
      "OpenAPIv3 schema";
  Texts wanted;
  for (const std::string field : {"d", "a", "c", "b"})
    wanted.push_back(field + std::string(kShare));
  wanted.push_back(
      "root: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 "
      "schema exceeds budget by factor of 1.010000x" +
      std::string(kAdvice));
  CHECK(texts(costs.total("root")) == wanted);
}

TEST_CASE("the total doesn't wrap") {
  RuleCosts costs;
  costs.count("rule", "a", ~std::uint64_t{0});
  costs.count("rule", "b", 2);
  CHECK(costs.total("root").size() == 2);
}

TEST_CASE("lists and maps multiply what is below them") {
  const auto below = [](std::string_view schema, CountMax count) {
    return count_below(*test::schema(schema), count);
  };
  CHECK(below("{type: array, maxItems: 3, items: {type: string}}", 2) == 6);
  CHECK(below("{type: array, items: {type: string}}", 2) == std::nullopt);
  CHECK(below("{type: object, maxProperties: 3, additionalProperties: {type: string}}", 2) == 6);
  CHECK(below("{type: object, additionalProperties: true}", 2) == std::nullopt);
  CHECK(below("{type: object, maxProperties: 3, properties: {a: {type: string}}}", 2) == 2);
  CHECK(below("{type: array, maxItems: 3, items: {type: string}}", std::nullopt) == std::nullopt);
  CHECK(below("{type: array, maxItems: 3, items: {type: string}}", ~std::uint64_t{0}) ==
        ~std::uint64_t{0});
}

TEST_CASE("where nobody counts values a request does") {
  const auto text = test::schema("{type: string}");
  CHECK(RuleCosts::of_all(2, *text, false, 5) == 10);
  CHECK(RuleCosts::of_all(2, *text, false, std::nullopt) == 2 * ((3 << 20) / 3));
}

}  // namespace
}  // namespace gatefold
