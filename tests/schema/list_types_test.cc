#include "schema/structural.h"
#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using test::json;
using test::texts;
using test::Texts;

constexpr std::string_view kLists = R"(
type: object
properties:
  set: {type: array, x-kubernetes-list-type: set, items: {type: string}}
  map:
    type: array
    x-kubernetes-list-type: map
    x-kubernetes-list-map-keys: [k, m]
    items:
      type: object
      properties:
        k: {type: string}
        m: {type: integer}
        inner: {type: array, x-kubernetes-list-type: set, items: {type: integer}}
  atomic: {type: array, items: {type: string}}
  sets: {type: object, additionalProperties:
          {type: array, x-kubernetes-list-type: set, items: {type: string}}}
)";

Texts doubles(std::string_view value) {
  return texts(validate_list_types(*test::schema(kLists), json(value)));
}

TEST_CASE("sets hold each item once (R19.18)") {
  CHECK(doubles(R"({"set":["a","b"],"atomic":["a","a"]})") == Texts{});
  CHECK(doubles(R"({"set":["a","b","a","b"]})") ==
        Texts{R"(set[2]: Duplicate value: "a")", R"(set[3]: Duplicate value: "b")"});
  CHECK(doubles(R"({"sets":{"x":["a"],"y":["a","a"]}})") ==
        Texts{R"(sets[y][1]: Duplicate value: "a")"});
}

TEST_CASE("map lists hold each combination of keys once (R19.18)") {
  CHECK(doubles(R"({"map":[{"k":"a","m":1},{"k":"a","m":2},{"k":"b","m":1},{"k":"a"}]})") ==
        Texts{});
  CHECK(doubles(R"({"map":[{"k":"a","m":1,"inner":[1]},{"m":1,"k":"a"}]})") ==
        Texts{R"(map[1]: Duplicate value: map[string]interface {}{"k":"a", "m":1})"});
  CHECK(doubles(R"({"map":[{"k":"a"},{"k":"a"}]})") ==
        Texts{R"(map[1]: Duplicate value: map[string]interface {}{"k":"a"})"});
}

TEST_CASE("an item that stands there three times is told once") {
  CHECK(doubles(R"({"set":["a","a","a"]})") == Texts{R"(set[1]: Duplicate value: "a")"});
}

TEST_CASE("items of map lists are objects, or null for one without keys") {
  CHECK(doubles(R"({"map":[1,{"k":"a"},{"k":"a"}]})") ==
        Texts{"map[0]: Invalid value: 1: must be an object for an array of list-type map"});
  CHECK(doubles(R"({"map":[null,{}]})") ==
        Texts{"map[1]: Duplicate value: map[string]interface {}{}"});
}

TEST_CASE("lists within items are looked at") {
  CHECK(doubles(R"({"map":[{"k":"a","m":1,"inner":[3,3]}]})") ==
        Texts{"map[0].inner[1]: Duplicate value: 3"});
}

TEST_CASE("a property of a map is looked at once, by its own schema") {
  const auto schema = test::schema(R"(
type: object
properties: {atomic: {type: array, items: {type: string}}}
additionalProperties: {type: array, x-kubernetes-list-type: set, items: {type: string}}
)");
  const auto errors = validate_list_types(*schema, json(R"({"atomic":["",""],"set":["",""]})"));
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].field == "[set][1]");
}

TEST_CASE("doubled items say which rule they broke") {
  const auto errors =
      validate_list_types(*test::schema(kLists), json(R"({"map":[{},{}],"set":["",""]})"), "spec");
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].type == FieldErrorType::kDuplicate);
  CHECK(errors[0].field == "spec.map[1]");
  CHECK(errors[0].origin == "list-map");
  CHECK(errors[1].origin == "list-set");
}

}  // namespace
}  // namespace gatefold
