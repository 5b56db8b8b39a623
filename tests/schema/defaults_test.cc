#include "schema/defaults.h"

#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

constexpr std::string_view kSchema = R"(
type: object
properties:
  port: {type: integer, default: 80}
  maybe: {type: string, nullable: true, default: m}
  group:
    type: object
    default: {name: g}
    properties:
      name: {type: string}
      kind: {type: string, default: K}
  absent: {type: object, properties: {deep: {type: string, default: d}}}
  list: {type: array, items: {type: object, properties: {proto: {type: string, default: TCP}}}}
  map: {type: object, additionalProperties: {type: object,
        properties: {on: {type: boolean}, level: {type: integer, default: 1}}}}
  words: {type: object, additionalProperties: {type: string, default: w}}
  items: {type: array, items: {type: string, default: i}}
)";

std::string defaulted(std::string_view text) {
  Value value = test::json(text);
  apply_defaults(*test::schema(kSchema), value);
  return canonical_json(value);
}

TEST_CASE("missing members get their defaults, and defaults have defaults (R19.14)") {
  CHECK(defaulted("{}") == R"({"group":{"kind":"K","name":"g"},"maybe":"m","port":80})");
}

TEST_CASE("what is there stays") {
  CHECK(defaulted(R"({"port":1,"maybe":"x","group":{"kind":"L"}})") ==
        R"({"group":{"kind":"L"},"maybe":"x","port":1})");
}

TEST_CASE("null is missing where it is not allowed (R19.14)") {
  CHECK(defaulted(R"({"port":null,"maybe":null,"group":{"name":"n","kind":null}})") ==
        R"({"group":{"kind":"K","name":"n"},"maybe":null,"port":80})");
}

TEST_CASE("a default of null is none") {
  const auto schema = test::schema(
      "{type: object, properties: {a: {type: string, nullable: true, default: null}, b: {type: "
      "string, default: null}}}");
  Value value = test::json("{}");
  CHECK_FALSE(apply_defaults(*schema, value));
  CHECK(canonical_json(value) == "{}");
}

TEST_CASE("defaults reach into what is present only (R19.14)") {
  CHECK(
      defaulted(R"({"port":1,"maybe":"","group":{"kind":""},"absent":{},"list":[{},{"proto":"UDP"}],
                     "map":{"a":{},"b":{"level":2}}})") ==
      R"({"absent":{"deep":"d"},"group":{"kind":""},"list":[{"proto":"TCP"},{"proto":"UDP"}],)"
      R"("map":{"a":{"level":1},"b":{"level":2}},"maybe":"","port":1})");
}

TEST_CASE("nulls in maps and lists get the default of their values") {
  CHECK(
      defaulted(R"({"port":1,"maybe":"","group":{"kind":""},"words":{"a":null},"items":[null]})") ==
      R"({"group":{"kind":""},"items":["i"],"maybe":"","port":1,"words":{"a":"w"}})");
}

TEST_CASE("the answer says whether anything changed") {
  const auto schema = test::schema(kSchema);
  Value value = test::json("{}");
  CHECK(apply_defaults(*schema, value));
  CHECK_FALSE(apply_defaults(*schema, value));
  Value nested = test::json(R"({"port":1,"maybe":"","group":{"kind":""},"list":[{}]})");
  CHECK(apply_defaults(*schema, nested));
  CHECK_FALSE(apply_defaults(*schema, nested));
}

TEST_CASE("a default is copied, not shared (R19.14)") {
  const auto schema = test::schema(kSchema);
  Value first = test::json("{}");
  apply_defaults(*schema, first);
  first.at("group").get_object()["name"] = "changed";
  Value second = test::json("{}");
  apply_defaults(*schema, second);
  CHECK(second.at("group").at("name") == "g");
}

}  // namespace
}  // namespace gatefold
