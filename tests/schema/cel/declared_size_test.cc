#include "schema/cel/declared_size.h"

#include "tests/schema/parsed.h"

namespace gatefold::cel {
namespace {

using Steps = std::vector<std::string_view>;

std::optional<std::uint64_t> elements(std::string_view schema, const Steps& steps = {},
                                      bool is_resource = false) {
  const auto parsed = gatefold::test::schema(schema);
  return DeclaredSizes(parsed.get(), is_resource).elements_max(steps);
}

std::uint64_t count(std::string_view schema, bool is_resource = false) {
  const auto parsed = gatefold::test::schema(schema);
  return DeclaredSizes(parsed.get(), is_resource).count_max();
}

TEST_CASE("what keywords bound is as large as they say") {
  CHECK(elements("{type: string, maxLength: 3}") == 12);
  CHECK(elements("{type: string, format: byte, maxLength: 3}") == 3);
  CHECK(elements("{type: string, enum: [a, abc]}") == 3);
  CHECK(elements("{type: string, format: date-time, maxLength: 3}") == 32);
  CHECK(elements("{type: array, maxItems: 4, items: {type: string}}") == 4);
  CHECK(elements("{type: object, maxProperties: 5, additionalProperties: {type: string}}") == 5);
}

TEST_CASE("what nothing bounds is as large as a request") {
  constexpr std::uint64_t kRequest = 3 << 20;
  CHECK(elements("{type: string}") == kRequest - 2);
  CHECK(elements("{x-kubernetes-int-or-string: true}") == kRequest - 2);
  CHECK(elements("{type: array, items: {type: boolean}}") == (kRequest - 2) / 5);
  CHECK(elements("{type: object, additionalProperties: {type: integer}}") == (kRequest - 2) / 7);
  CHECK(elements("{type: integer}") == 0);
  CHECK(elements("{type: object}") == 0);
}

TEST_CASE("steps lead through lists, maps and fields as expressions write them") {
  const std::string schema =
      "{type: object, properties: {a-b: {type: array, items: {type: string, maxLength: 1}}, "
      "in: {type: object, additionalProperties: {type: string, maxLength: 2}}, "
      "unknown: {x-kubernetes-preserve-unknown-fields: true}}}";
  CHECK(elements(schema, {"a__dash__b", kItems}) == 4);
  CHECK(elements(schema, {"__in__", kValues}) == 8);
  CHECK(elements(schema, {"__in__", kKeys}) == 0);
  for (const auto& steps :
       {Steps{"in"}, Steps{"a-b"}, Steps{"zz"}, Steps{"unknown"}, Steps{"a__dash__b", kKeys},
        Steps{"a__dash__b", kIndices}, Steps{"__in__", "a"}, Steps{"__in__", kKeys, kItems}}) {
    CHECK(elements(schema, steps) == std::nullopt);
  }
}

TEST_CASE("a resource's metadata are those of all resources") {
  const std::string schema =
      "{type: object, properties: {metadata: {type: object, properties: {name: {type: string, "
      "maxLength: 1}}}}}";
  CHECK(elements(schema, {"metadata", "name"}) == 4);
  CHECK(elements(schema, {"metadata", "name"}, true) == (3 << 20) - 2);
}

TEST_CASE("as many values fit into a request as their required fields allow") {
  constexpr std::uint64_t kRequest = 3 << 20;
  CHECK(count("{type: object}") == kRequest / 3);
  CHECK(count("{type: object, required: [ab, ab, c, zz], properties: {ab: {type: boolean}, c: "
              "{type: integer, default: 1}, d: {type: string}}}") == kRequest / (2 + 10 + 1));
  CHECK(count("{type: object, required: [kind]}", true) == kRequest / (2 + 10 + 1));
}

TEST_CASE("without a schema nothing is known") {
  CHECK(DeclaredSizes(nullptr, true).elements_max(Steps{}) == std::nullopt);
}

}  // namespace
}  // namespace gatefold::cel
