#include "engine/apply/typed.h"

#include "tests/engine/apply/sets.h"

namespace gatefold::engine {
namespace {

using test::fields;
using test::json;
using test::written;

constexpr std::string_view kSchema = R"(
type: object
properties:
  text: {type: string}
  whole: {type: object, x-kubernetes-map-type: atomic, additionalProperties: {type: string}}
  map: {type: object, additionalProperties: {type: string}}
  set: {type: array, x-kubernetes-list-type: set, items: {type: string}}
  items:
    type: array
    x-kubernetes-list-type: map
    x-kubernetes-list-map-keys: [name]
    items: {type: object, properties: {name: {type: string}, value: {type: string}}}
)";

FieldType type() {
  static const auto kParsed = test::schema(kSchema);
  return FieldType::of_schema(*kParsed);
}

std::string complaint(std::string_view value, Duplicates duplicates = Duplicates::kForbidden) {
  const auto valid = validate_typed(type(), json(value), duplicates);
  return valid ? "" : valid.error().message;
}

std::string merged(std::string_view live, std::string_view applied) {
  const auto result = merge_typed(type(), json(live), json(applied));
  REQUIRE(result.has_value());
  return canonical_json(*result);
}

TEST_CASE("what is wrong with an applied object is said with its path (R18.7)") {
  CHECK(complaint(R"({"zz":1})") == ".zz: field not declared in schema");
  CHECK(complaint(R"({"items":"abc"})") == ".items: expected list, got &{abc}");
  CHECK(complaint(R"({"items":[{"name":"a"},{"name":"a"}]})") ==
        R"(.items: duplicate entries for key [name="a"])");
  CHECK(complaint(R"({"items":[{"value":"a"}]})") ==
        ".items: element 0: associative list with keys has an element that omits key field "
        R"("name" (and doesn't have default value))");
  CHECK(complaint(R"({"text":1,"map":{"a":2}})") ==
        "errors:\n  .text: expected string, got &value.valueUnstructured{Value:1}\n"
        "  .map.a: expected string, got &value.valueUnstructured{Value:2}");
  CHECK(complaint(R"({"set":["a","a"]})", Duplicates::kAllowed).empty());
}

TEST_CASE("complaints end somewhere (R18.7)") {
  std::string many = R"({"map":{"k":1)";
  for (int i = 0; i < 5000; ++i) many += ",\"k" + std::to_string(i) + "\":1";
  const auto text = complaint(many + "}}");
  CHECK(std::ranges::count(text, '\n') == 1000);
}

TEST_CASE("an applied order is imposed on what both lists have (R18.4)") {
  CHECK(merged(R"({"set":["b","a","c"]})", R"({"set":["a","b"]})") == R"({"set":["a","c","b"]})");
  CHECK(merged(R"({"set":["a"]})", R"({"set":["b","a"]})") == R"({"set":["b","a"]})");
  CHECK(merged(R"({"set":["b","a"]})", R"({"set":["c"]})") == R"({"set":["b","a","c"]})");
}

TEST_CASE("nulls that are applied delete nothing but what they stand for (R18.5)") {
  CHECK(merged(R"({"map":{"a":"b"},"text":"x"})", R"({"map":null,"text":null})") ==
        R"({"map":{"a":"b"},"text":null})");
}

TEST_CASE("a change is added, modified or removed (R17.4)") {
  const auto changes = compare_typed(
      type(), json(R"({"text":"a","map":{"a":"b"},"items":[{"name":"x","value":"1"}]})"),
      json(R"({"text":"b","set":["v"],"items":[{"name":"x","value":"2"},{"name":"y"}]})"));
  REQUIRE(changes.has_value());
  CHECK(written(changes->added) ==
        R"({"f:items":{"k:{\"name\":\"y\"}":{".":{},"f:name":{}}},"f:set":{".":{},"v:\"v\"":{}}})");
  CHECK(written(changes->modified) ==
        R"({"f:items":{"k:{\"name\":\"x\"}":{"f:value":{}}},"f:text":{}})");
  CHECK(written(changes->removed) == R"({"f:map":{".":{},"f:a":{}}})");
}

TEST_CASE("values that have not the form of their type are not compared") {
  const auto changes = compare_typed(type(), json(R"({"items":[1]})"), json(R"({"items":[2]})"));
  REQUIRE_FALSE(changes.has_value());
  CHECK(changes.error().message ==
        "errors:\n  .items: element 0: associative list with keys may not have non-map elements\n"
        "  .items: element 0: associative list with keys may not have non-map elements");
}

TEST_CASE("removing takes members and items, and leaves null where nothing is left (R18.4)") {
  const auto value = json(R"({"map":{"a":"b"},"items":[{"name":"x"},{"name":"y"}],"text":"t"})");
  CHECK(canonical_json(remove_fields(
            type(), value,
            fields(R"({"f:map":{"f:a":{}},"f:items":{"k:{\"name\":\"x\"}":{}},"f:text":{}})"))) ==
        R"({"items":[{"name":"y"}],"map":null})");
}

TEST_CASE("what became a whole is owned as one (R18.12)") {
  const auto before = fields(R"({"f:whole":{".":{},"f:a":{}},"f:text":{},"f:map":{"f:a":{}}})");
  CHECK(written(reconciled(type(), before)) == R"({"f:map":{"f:a":{}},"f:text":{},"f:whole":{}})");
}

}  // namespace
}  // namespace gatefold::engine
