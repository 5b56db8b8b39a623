#include "schema/embedded.h"

#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using test::json;
using test::Texts;

const SchemaNode& schema() {
  static const SchemaPtr kSchema = test::schema(R"(
type: object
properties:
  template: &resource
    type: object
    x-kubernetes-embedded-resource: true
    x-kubernetes-preserve-unknown-fields: true
  list: {type: array, items: *resource}
  map: {type: object, additionalProperties: *resource}
  plain: {type: object, x-kubernetes-preserve-unknown-fields: true}
)");
  return *kSchema;
}

TEST_CASE("metadata of embedded resources loses what it does not know (R19.17)") {
  auto object = json(R"({
    "metadata": {"zzz": 1},
    "template": {"metadata": {"name": "a", "labels": {"x": "y"}, "odd": 1}, "spec": {"metadata": 1}},
    "list": [{"metadata": {"even": 2}}, {}],
    "map": {"k": {"metadata": {"name": "b", "third": 3}}},
    "plain": {"metadata": {"free": 1}}})");
  const auto unknown = decode_embedded(schema(), object);
  REQUIRE(unknown.has_value());
  CHECK(*unknown ==
        Texts{"list[0].metadata.even", "map.k.metadata.third", "template.metadata.odd"});
  CHECK(object == json(R"({
    "metadata": {"zzz": 1},
    "template": {"metadata": {"name": "a", "labels": {"x": "y"}}, "spec": {"metadata": 1}},
    "list": [{"metadata": {}}, {}],
    "map": {"k": {"metadata": {"name": "b"}}},
    "plain": {"metadata": {"free": 1}}})"));
}

TEST_CASE("what all objects have has the type that it has in all objects (R19.17)") {
  const auto error_of = [](std::string_view text) {
    auto object = json(text);
    const auto unknown = decode_embedded(schema(), object);
    return unknown ? std::string("none") : unknown.error();
  };
  CHECK(error_of(R"({"template": {"kind": 1}})") ==
        "template.kind: Invalid value: 1: must be a string");
  CHECK(error_of(R"({"list": [{}, {"apiVersion": {}}]})") ==
        "list[1].apiVersion: Invalid value: map[string]interface {}{}: must be a string");
  CHECK(
      error_of(R"({"template": {"metadata": {"labels": {"a": 1}}}})") ==
      "template.metadata: Invalid value: map[string]interface {}{\"labels\":map[string]interface "
      "{}{\"a\":1}}: json: cannot unmarshal number into Go struct field ObjectMeta.labels of type "
      "string");
  CHECK(error_of(R"({"template": "x", "plain": {"kind": 1}})") == "none");
}

}  // namespace
}  // namespace gatefold
