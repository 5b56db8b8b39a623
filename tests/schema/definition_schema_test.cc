#include "schema/definition_schema.h"

#include <fmt/format.h>

#include "schema/definition.h"
#include "tests/schema/definitions.h"

namespace gatefold {
namespace {

using test::admitted;
using test::complaints;
using test::foos_of_property;
using test::foos_of_schema;
using test::Texts;

const std::string kRoot = "spec.validation.openAPIV3Schema";
const std::string kA = kRoot + ".properties[a]";

struct Row {
  std::string_view title;
  Value definition;
  Texts complaints;
};

std::vector<Row> observed_rows() {
  return {
      {"no type",
       foos_of_schema("{properties: {a: {type: string}}}"),
       {kRoot + ".type: Required value: must not be empty at the root"}},
      {"non structural",
       foos_of_property("{}"),
       {kA + ".type: Required value: must not be empty for specified object fields"}},
      {"ref",
       foos_of_property("{type: string, $ref: '#/x'}"),
       {kA + ".$ref: Forbidden: $ref is not supported"}},
      {"props+addl",
       foos_of_property("{type: object, properties: {b: {type: string}}, additionalProperties: "
                        "{type: string}}"),
       {kA + ".additionalProperties: Forbidden: additionalProperties and properties are mutual "
             "exclusive"}},
      {"addl false", foos_of_property("{type: object, additionalProperties: false}"), {}},
      {"uniqueItems",
       foos_of_property("{type: array, uniqueItems: true, items: {type: string}}"),
       {kA + ".uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime "
             "complexity becomes quadratic"}},
      {"array no items",
       foos_of_property("{type: array}"),
       {kA + ".items: Required value: must be specified"}},
      {"desc in anyOf",
       foos_of_property("{type: string, anyOf: [{description: d}]}"),
       {kA + ".anyOf[0].description: Forbidden: must be empty to be structural"}},
      {"type in anyOf",
       foos_of_property("{type: string, anyOf: [{type: string}]}"),
       {kA + ".anyOf[0].type: Forbidden: must be empty to be structural"}},
      {"metadata restr",
       foos_of_schema("{type: object, properties: {metadata: {type: object, properties: {labels: "
                      "{type: object}}}}}"),
       {kRoot + ".properties[metadata]: Forbidden: must not specify anything other than name and "
                "generateName, but metadata is implicitly specified"}},
      {"metadata name pat",
       foos_of_schema("{type: object, properties: {metadata: {type: object, properties: {name: "
                      "{type: string, pattern: '^a'}}}}}"),
       {}},
      {"default invalid",
       foos_of_property("{type: string, default: 1}"),
       {kA + R"(.default: Invalid value: "integer":  in body must be of type string: "integer")"}},
      {"default unknown",
       foos_of_property("{type: object, properties: {b: {type: string}}, default: {c: 1}}"),
       {kA +
        R"(.default: Invalid value: map[string]interface {}{"c":1}: must not have unknown fields)"}},
      {"listmap no keys",
       foos_of_property("{type: array, x-kubernetes-list-type: map, items: {type: object}}"),
       {kA + ".x-kubernetes-list-map-keys: Required value: must not be empty if "
             "x-kubernetes-list-type is map"}},
      {"listmap key notreq",
       foos_of_property("{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: "
                        "[k], items: {type: object, properties: {k: {type: string}}}}"),
       {kA + ".items.properties[k].default: Required value: this property is in "
             "x-kubernetes-list-map-keys, so it must have a default or be a required property"}},
      {"set of obj",
       foos_of_property("{type: array, x-kubernetes-list-type: set, items: {type: object}}"),
       {kA +
        R"(.items.x-kubernetes-map-type: Invalid value: "null": must be atomic as item of a list with x-kubernetes-list-type=set)"}},
      {"bad pattern",
       foos_of_property("{type: string, pattern: '('}"),
       {kA + ".pattern: Invalid value: \"(\": must be a valid regular expression, but isn't: error "
             "parsing regexp: missing closing ): `(`"}},
  };
}

TEST_CASE("a schema is judged as a real server judged it (R19.4)") {
  for (const auto& row : observed_rows()) {
    INFO(row.title);
    CHECK(complaints(row.definition) == row.complaints);
  }
}

TEST_CASE("refusals of schemas read as the transcript of a real server") {
  const auto& transcript = test::observed_lifecycle();
  if (transcript.empty()) return;
  for (const auto& row : observed_rows()) {
    if (row.complaints.empty()) continue;
    const auto definition = admitted(row.definition);
    const auto message = test::refusal(definition, validate_definition(definition, nullptr));
    INFO(row.title << ": " << message);
    CHECK(transcript.contains(message));
  }
}

// Of property `a`: what stands below its path.
struct Rule {
  std::string_view schema;
  Texts complaints;
};

void check_rules_of_property(std::initializer_list<Rule> rules) {
  for (const auto& rule : rules) {
    INFO(rule.schema);
    Texts wanted;
    for (const auto& text : rule.complaints) wanted.push_back(kA + text);
    CHECK(complaints(foos_of_property(rule.schema)) == wanted);
  }
}

TEST_CASE("every node of the spine has a type, or is one of those that need none (R19.6)") {
  check_rules_of_property({
      {"{x-kubernetes-preserve-unknown-fields: true}", {}},
      {"{x-kubernetes-int-or-string: true}", {}},
      {"{type: array, items: {}}",
       {".items.type: Required value: must not be empty for specified array items"}},
      {"{type: object, additionalProperties: {}}",
       {".additionalProperties.type: Required value: must not be empty for specified object "
        "fields"}},
      {"{type: foo}",
       {R"(.type: Unsupported value: "foo": supported values: "array", "boolean", "integer", "number", "object", "string")"}},
      {"{type: 'null'}",
       {R"(.type: Unsupported value: "null": supported values: "array", "boolean", "integer", "number", "object", "string")",
        ".type: Forbidden: type cannot be set to null, use nullable as an alternative"}},
      {"{x-kubernetes-int-or-string: true, x-kubernetes-preserve-unknown-fields: true}",
       {".x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if "
        "x-kubernetes-int-or-string is true"}},
      {"{type: string, x-kubernetes-preserve-unknown-fields: false}",
       {".x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined"}},
  });
}

TEST_CASE("the root is an object without additional properties") {
  CHECK(complaints(foos_of_schema("{type: string}")) ==
        Texts{kRoot + ".type: Invalid value: \"string\": must be object at the root"});
  CHECK(complaints(foos_of_schema("{type: object, additionalProperties: {type: string}}")) ==
        Texts{kRoot + ".additionalProperties: Forbidden: must not be used at the root"});
  CHECK(complaints(foos_of_schema("{type: object, nullable: true}")) ==
        Texts{kRoot + ".nullable: Forbidden: nullable cannot be true at the root"});
  CHECK(complaints(foos_of_schema("{type: object, $schema: x}")) ==
        Texts{kRoot + ": Invalid value: \"\": OpenAPIV3Schema 'schema' is not supported"});
  CHECK(complaints(foos_of_schema("{type: object, properties: {kind: {type: integer}, apiVersion: "
                                  "{type: string}, metadata: {type: string}}}")) ==
        Texts{kRoot + ".properties[kind].type: Invalid value: \"integer\": must be string",
              kRoot + ".properties[metadata].type: Invalid value: \"string\": must be object"});
}

TEST_CASE("junctors narrow what the spine declares (R19.6)") {
  check_rules_of_property({
      {"{x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}", {}},
      {"{x-kubernetes-int-or-string: true, allOf: [{anyOf: [{type: integer}, {type: string}]}, "
       "{maxLength: 3}]}",
       {}},
      {"{x-kubernetes-int-or-string: true, anyOf: [{type: string}, {type: integer}]}",
       {".anyOf[0].type: Forbidden: must be empty to be structural",
        ".anyOf[1].type: Forbidden: must be empty to be structural"}},
      {"{type: object, properties: {b: {type: string}}, oneOf: [{required: [b]}, {properties: {b: "
       "{enum: [x]}}}], not: {properties: {b: {minLength: 1}}}}",
       {}},
      {"{type: object, properties: {b: {type: string}}, allOf: [{properties: {metadata: {}}}]}",
       {".allOf[0].properties[metadata]: Forbidden: must not be specified in a nested context"}},
      // Kubernetes looks for what junctors speak of at the root alone.
      {"{type: object, properties: {b: {type: string}}, oneOf: [{properties: {c: {maxLength: "
       "1}}}]}",
       {}},
      {"{type: string, not: {default: a, title: t, nullable: true, additionalProperties: true, "
       "x-kubernetes-preserve-unknown-fields: true, x-kubernetes-embedded-resource: true, "
       "x-kubernetes-int-or-string: true}}",
       {".not.additionalProperties: Forbidden: must be undefined to be structural",
        ".not.default: Forbidden: must be undefined to be structural",
        ".not.nullable: Forbidden: must be false to be structural",
        ".not.title: Forbidden: must be empty to be structural",
        ".not.x-kubernetes-embedded-resource: Forbidden: must be false to be structural",
        ".not.x-kubernetes-int-or-string: Forbidden: must be false to be structural",
        ".not.x-kubernetes-preserve-unknown-fields: Forbidden: must be false to be structural"}},
      {"{type: string, allOf: [{x-kubernetes-validations: [{rule: 'true'}]}]}",
       {".allOf[0].x-kubernetes-validations: Forbidden: must be empty to be structural"}},
      {"{type: string, allOf: [{pattern: '['}]}",
       {".allOf[0].pattern: Invalid value: \"[\": must be a valid regular expression, but isn't: "
        "error parsing regexp: missing closing ]: `[`"}},
  });
}

TEST_CASE("junctors of the root speak of what is declared") {
  CHECK(complaints(foos_of_schema("{type: object, properties: {b: {type: string}}, oneOf: "
                                  "[{properties: {c: {maxLength: 1}}}], not: {properties: {b: "
                                  "{items: {maxLength: 1}}}}}")) ==
        Texts{kRoot + ".properties[b].items: Required value: because it is defined in " + kRoot +
                  ".not.properties[b].items",
              kRoot + ".properties[c]: Required value: because it is defined in " + kRoot +
                  ".oneOf[0].properties[c]"});
}

TEST_CASE("embedded resources are objects with what all objects have") {
  check_rules_of_property({
      {"{type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: "
       "true}",
       {}},
      {"{x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}",
       {".type: Required value: must be object if x-kubernetes-embedded-resource is true"}},
      {"{type: object, x-kubernetes-embedded-resource: true}",
       {".properties: Required value: must not be empty if x-kubernetes-embedded-resource is true "
        "without x-kubernetes-preserve-unknown-fields"}},
      {"{type: object, x-kubernetes-embedded-resource: true, properties: {metadata: {type: object, "
       "properties: {name: {type: string, pattern: a}, labels: {type: object, "
       "additionalProperties: {type: string}, default: {x: z}}}}}}",
       {}},
      {"{type: object, x-kubernetes-embedded-resource: true, properties: {metadata: {type: object, "
       "properties: {labels: {type: object, additionalProperties: {type: integer}, default: {x: "
       "1}}}}}}",
       {".properties[metadata].properties[labels].default: Invalid value: map[string]interface "
        "{}{\"x\":1}: must result in valid metadata: json: cannot unmarshal number into Go struct "
        "field ObjectMeta.labels of type string"}},
  });
}

TEST_CASE("keywords that OpenAPI has and definitions have not") {
  check_rules_of_property({
      {"{type: object, id: x}", {".id: Forbidden: id is not supported"}},
      {"{type: object, patternProperties: {a: {type: string}}}",
       {".patternProperties: Forbidden: patternProperties is not supported"}},
      {"{type: object, definitions: {a: {type: string}}}",
       {".definitions: Forbidden: definitions is not supported"}},
      {"{type: object, dependencies: {a: [b]}}",
       {".dependencies: Forbidden: dependencies is not supported"}},
      {"{type: array, items: {type: string}, additionalItems: true}",
       {".additionalItems: Forbidden: additionalItems is not supported"}},
      {"{type: array, items: [{type: string}]}",
       {".items: Forbidden: items must be a schema object and not an array"}},
  });
}

TEST_CASE("lists and maps have types that fit") {
  check_rules_of_property({
      {"{type: string, x-kubernetes-list-type: set}",
       {".type: Invalid value: \"string\": must be array if x-kubernetes-list-type is specified"}},
      {"{type: array, items: {type: string}, x-kubernetes-list-type: bag}",
       {R"(.x-kubernetes-list-type: Unsupported value: "bag": supported values: "atomic", "set", "map")"}},
      {"{type: array, items: {type: string}, x-kubernetes-map-type: atomic}",
       {".type: Invalid value: \"array\": must be object if x-kubernetes-map-type is specified"}},
      {"{type: object, x-kubernetes-map-type: bag}",
       {R"(.x-kubernetes-map-type: Unsupported value: "bag": supported values: "atomic", "granular")"}},
      {"{type: array, x-kubernetes-list-type: set, items: {type: object, x-kubernetes-map-type: "
       "atomic}}",
       {}},
      {"{type: array, x-kubernetes-list-type: set, items: {type: array, x-kubernetes-list-type: "
       "set, items: {type: string}}}",
       {".items.x-kubernetes-list-type: Invalid value: \"set\": must be atomic as item of a list "
        "with x-kubernetes-list-type=set"}},
      {"{type: array, x-kubernetes-list-type: set, items: {type: string, nullable: true}}",
       {".items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is set"}},
      {"{type: array, x-kubernetes-list-map-keys: [k], items: {type: object}}",
       {".x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is "
        "non-empty"}},
      {"{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k], items: {type: "
       "string}}",
       {".items.type: Invalid value: \"string\": must be object if parent array's "
        "x-kubernetes-list-type is map"}},
      {"{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k, k, z], items: "
       "{type: object, required: [k], properties: {k: {type: object, nullable: true}}}}",
       {".items.properties[k].type: Invalid value: \"object\": must be a scalar type if parent "
        "array's x-kubernetes-list-type is map",
        ".items.properties[k].type: Invalid value: \"object\": must be a scalar type if parent "
        "array's x-kubernetes-list-type is map",
        R"(.x-kubernetes-list-map-keys: Invalid value: []string{"k", "k", "z"}: must not contain duplicate entries)",
        R"(.x-kubernetes-list-map-keys: Invalid value: []string{"k", "k", "z"}: entries must all be names of item properties)",
        ".items.properties[k].nullable: Forbidden: this property is in x-kubernetes-list-map-keys, "
        "so it cannot be nullable",
        ".items.properties[k].nullable: Forbidden: this property is in x-kubernetes-list-map-keys, "
        "so it cannot be nullable"}},
  });
}

TEST_CASE("defaults are pruned and valid") {
  check_rules_of_property({
      {"{type: object, properties: {b: {type: string, default: x}}, default: {}}", {}},
      {"{type: string, nullable: true, default: null}", {}},
      {"{type: object, properties: {b: {type: integer}}, default: {b: x}}",
       {R"(.default.b: Invalid value: "string": b in body must be of type integer: "string")"}},
      {"{type: object, properties: {b: {type: integer}}, default: {kind: x}}",
       {R"(.default: Invalid value: map[string]interface {}{"kind":"x"}: must not have unknown fields)"}},
      {"{type: array, items: {type: string, enum: [a], default: b}}",
       {R"(.items.default: Unsupported value: "b": supported values: "a")"}},
      {"{type: string, oneOf: [{minLength: 1}, {maxLength: 3}], default: ab}",
       {R"(.default: Invalid value: "": "" must validate one and only one schema (oneOf). Found 2 valid alternatives)"}},
  });
  CHECK(
      complaints(foos_of_schema("{type: object, properties: {metadata: {type: object, properties: "
                                "{name: {type: string, default: x}}}}}")) ==
      Texts{kRoot + ".properties[metadata].properties[name].default: Forbidden: must not be set "
                    "in top-level metadata"});
}

TEST_CASE("beside a status subresource the root says little") {
  const auto with_status = [](std::string_view schema) {
    auto definition = foos_of_schema(schema);
    definition.at_pointer("/spec/versions/0").as_object()["subresources"] =
        test::json(R"({"status": {}})");
    return complaints(definition);
  };
  CHECK(with_status("{type: object, description: d, required: [spec], properties: {spec: {type: "
                    "object}}, x-kubernetes-preserve-unknown-fields: true}") == Texts{});
  const auto found = with_status("{type: object, minProperties: 1, maxLength: 2}");
  REQUIRE(found.size() == 1);
  CHECK(found[0].starts_with(
      kRoot +
      ": Invalid value: apiextensions.JSONSchemaProps{ID:\"\", Schema:\"\", "
      "Ref:(*string)(nil), Description:\"\", Type:\"object\", Nullable:false, "));
  CHECK(found[0].contains(
      "MaxLength:(*int64)(0xc000000000), MinLength:(*int64)(nil), Pattern:\"\", "));
  CHECK(found[0].ends_with(
      "}: only [Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum "
      "MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items "
      "Properties ExternalDocs Example XPreserveUnknownFields XValidations] fields are allowed at "
      "the root of the schema if the status subresource is enabled"));
}

TEST_CASE("a schema as deep as a parser lets it be is judged") {
  constexpr int kDepth = 120;
  std::string text;
  for (int i = 0; i < kDepth; ++i) text += R"({"type":"array","items":)";
  text += R"({"type":"string"})" + std::string(kDepth, '}');
  CHECK(complaints(foos_of_property(text)) == Texts{});
}

}  // namespace
}  // namespace gatefold
