#include "schema/definition.h"
#include "tests/schema/definitions.h"

namespace gatefold {
namespace {

using test::foos;
using test::foos_of_property;
using test::foos_of_schema;
using test::json;
using test::Texts;

Texts unknown_in(Value definition) {
  const auto unknown = decode_definition(definition);
  REQUIRE(unknown.has_value());
  return *unknown;
}

std::string misfit_of_property(std::string_view schema) {
  auto definition = foos_of_property(schema);
  const auto decoded = decode_definition(definition);
  return decoded ? "none" : decoded.error();
}

const Value& property_of(const Value& definition) {
  return definition.at_pointer("/spec/versions/0/schema/openAPIV3Schema/properties/a");
}

TEST_CASE("unknown keywords are removed and told, but below items and additionalProperties") {
  auto definition = foos_of_property(
      "{type: object, foo: 1, properties: {b: {type: array, x-foo: 1, items: {type: string, bar: "
      "1}}}, x-kubernetes-validations: [{rule: 'true', z: 1}]}");
  CHECK(
      unknown_in(definition) ==
      Texts{"spec.versions[0].schema.openAPIV3Schema.properties.a.foo",
            "spec.versions[0].schema.openAPIV3Schema.properties.a.properties.b.x-foo",
            "spec.versions[0].schema.openAPIV3Schema.properties.a.x-kubernetes-validations[0].z"});
  REQUIRE(decode_definition(definition).has_value());
  CHECK(property_of(definition) == json(R"({"type": "object", "properties": {"b": {"type": "array",
      "items": {"type": "string"}}}, "x-kubernetes-validations": [{"rule": "true"}]})"));
}

TEST_CASE("what says nothing is dropped") {
  auto definition = foos_of_property(
      "{type: object, description: '', nullable: false, default: null, properties: {}, required: "
      "[], enum: [], allOf: [], x-kubernetes-validations: [], "
      "x-kubernetes-preserve-unknown-fields: "
      "true, additionalProperties: false, minLength: 0, x-kubernetes-int-or-string: false}");
  REQUIRE(decode_definition(definition).has_value());
  CHECK(property_of(definition) ==
        json(R"({"type": "object", "x-kubernetes-preserve-unknown-fields": true,
                 "additionalProperties": false, "minLength": 0})"));
}

TEST_CASE("a keyword of the wrong type is a complaint of Go's decoder") {
  const std::string where =
      "into Go struct field JSONSchemaProps.spec.versions.schema.openAPIV3Schema.properties";
  CHECK(misfit_of_property("{type: [string]}") ==
        "json: cannot unmarshal array " + where + ".type of type string");
  CHECK(misfit_of_property("{maxLength: x}") ==
        "json: cannot unmarshal string " + where + ".maxLength of type int64");
  CHECK(misfit_of_property("{maxLength: 1.5}") ==
        "json: cannot unmarshal number 1.5 " + where + ".maxLength of type int64");
  CHECK(misfit_of_property("{nullable: 1}") ==
        "json: cannot unmarshal number 1 " + where + ".nullable of type bool");
  CHECK(misfit_of_property("{required: [1]}") ==
        "json: cannot unmarshal number 1 " + where + ".required of type string");
  CHECK(misfit_of_property("{additionalProperties: 1}") == "boolean or JSON schema expected");
  CHECK(misfit_of_property("{items: {type: 1}}") ==
        "json: cannot unmarshal number 1 into Go struct field JSONSchemaProps.type of type string");
  CHECK(misfit_of_property("{x-kubernetes-validations: [{rule: 1}]}") ==
        "json: cannot unmarshal number 1 into Go struct field "
        "ValidationRule.spec.versions.schema.openAPIV3Schema.properties.x-kubernetes-validations."
        "rule of type string");
}

TEST_CASE("flags of versions are there") {
  auto definition = foos(
      "{versions: [{name: v1, deprecated: false, additionalPrinterColumns: [], "
      "selectableFields: []}]}");
  REQUIRE(decode_definition(definition).has_value());
  CHECK(definition.at_pointer("/spec/versions") ==
        json(R"([{"name": "v1", "served": false, "storage": false}])"));
}

TEST_CASE("what is no definition at all is left alone") {
  for (const auto* text :
       {"{}", R"({"spec": 1})", R"({"spec": {"versions": {}}})",
        R"({"spec": {"versions": [1, {"schema": {"openAPIV3Schema": null}}]}})"}) {
    INFO(text);
    auto value = json(text);
    CHECK(decode_definition(value).has_value());
  }
}

}  // namespace
}  // namespace gatefold
