#include "schema/schema_node.h"

#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

std::string error_of(std::string_view text) {
  const auto parsed = parse_schema(test::yaml(text));
  return parsed ? "none" : parsed.error().details.causes.at(0).message;
}

TEST_CASE("every keyword is read") {
  const auto node = test::schema(R"(
type: array
description: words
nullable: true
format: f
x-kubernetes-list-type: map
x-kubernetes-list-map-keys: [a, b]
x-kubernetes-patch-merge-key: a
x-kubernetes-patch-strategy: merge,retainKeys
minItems: 1
maxItems: 2
default: [{}]
items:
  type: object
  x-kubernetes-map-type: atomic
  x-kubernetes-embedded-resource: true
  x-kubernetes-preserve-unknown-fields: true
  required: [a]
  minProperties: 3
  maxProperties: 4
  properties:
    a: {type: string, minLength: 5, maxLength: 6, pattern: x, enum: [x]}
    num: {type: number, minimum: 0.5, exclusiveMinimum: true, maximum: 9, multipleOf: 2}
    i: {x-kubernetes-int-or-string: true}
  additionalProperties: true
  anyOf: [{required: [a]}]
  allOf: [{}, {}]
  not: {required: [z]}
)");
  CHECK(node->type == SchemaType::kArray);
  CHECK(node->description == "words");
  CHECK(node->nullable);
  CHECK(node->format == "f");
  CHECK(node->list_type == ListType::kMap);
  CHECK(node->list_map_keys == test::Texts{"a", "b"});
  CHECK(node->patch_merge_key == "a");
  CHECK(node->patch_merge);
  CHECK(node->patch_retain_keys);
  CHECK(node->items_min == 1);
  CHECK(node->items_max == 2);
  REQUIRE(node->default_value.has_value());
  CHECK(canonical_json(*node->default_value) == "[{}]");
  REQUIRE(node->items != nullptr);
  const auto& item = *node->items;
  CHECK(item.map_type == MapType::kAtomic);
  CHECK(item.embedded_resource);
  CHECK(item.preserve_unknown_fields);
  CHECK(item.additional_allowed);
  CHECK(item.required == test::Texts{"a"});
  CHECK(item.properties_min == 3);
  CHECK(item.properties_max == 4);
  CHECK(item.any_of.size() == 1);
  CHECK(item.all_of.size() == 2);
  CHECK(item.not_schema != nullptr);
  const auto* a = item.member("a");
  REQUIRE(a != nullptr);
  CHECK(a->length_min == 5);
  CHECK(a->length_max == 6);
  CHECK(a->pattern_text == "x");
  CHECK(a->pattern != nullptr);
  CHECK(a->enumeration.size() == 1);
  const auto* n = item.member("num");
  REQUIRE(n != nullptr);
  CHECK(n->minimum == 0.5);
  CHECK(n->exclusive_minimum);
  CHECK(n->maximum == 9);
  CHECK_FALSE(n->exclusive_maximum);
  CHECK(n->multiple_of == 2);
  CHECK(item.member("i")->int_or_string);
  CHECK(item.member("unknown") == nullptr);
}

TEST_CASE("maps have one schema for all members but their properties") {
  const auto node = test::schema(
      "{type: object, properties: {a: {type: string}}, additionalProperties: {type: integer}}");
  CHECK(node->member("a")->type == SchemaType::kString);
  CHECK(node->member("b")->type == SchemaType::kInteger);
  CHECK_FALSE(node->additional_allowed);
}

TEST_CASE("rules are known wherever they are below") {
  const std::string_view rules =
      "x-kubernetes-validations: [{rule: r, message: m, reason: q, "
      "fieldPath: .p, messageExpression: e, optionalOldSelf: true}]";
  const auto node = test::schema(
      "{type: object, properties: {l: {type: array, items: {type: "
      "object, " +
      std::string(rules) + "}}}}");
  CHECK(node->rules.empty());
  const auto& item = *node->member("l")->items;
  REQUIRE(item.rules.size() == 1);
  CHECK(item.rules[0].rule == "r");
  CHECK(item.rules[0].message == "m");
  CHECK(item.rules[0].reason == "q");
  CHECK(item.rules[0].field_path == ".p");
  CHECK(item.rules[0].message_expression == "e");
  CHECK(item.rules[0].optional_old_self);
}

TEST_CASE("null keywords are absent ones, the default too") {
  const auto node =
      test::schema("{type: object, nullable: true, properties: null, required: ~, default: null}");
  CHECK(node->properties.empty());
  CHECK_FALSE(node->default_value.has_value());
}

TEST_CASE("additional properties are a schema, allowed, forbidden or not spoken of") {
  const auto allowed = test::schema("{type: object, additionalProperties: true}");
  CHECK(allowed->additional_allowed);
  CHECK_FALSE(allowed->additional_forbidden);
  const auto forbidden = test::schema("{type: object, additionalProperties: false}");
  CHECK_FALSE(forbidden->additional_allowed);
  CHECK(forbidden->additional_forbidden);
  const auto silent = test::schema("{type: object}");
  CHECK_FALSE(silent->additional_allowed);
  CHECK_FALSE(silent->additional_forbidden);
}

TEST_CASE("keywords of the wrong type say where they are") {
  CHECK(error_of("[]") == "Invalid value: \"null\": must be an object");
  CHECK(error_of("{type: thing}") ==
        "Invalid value: \"null\": type: must be one of "
        "array,boolean,integer,number,object,string");
  CHECK(error_of("{minLength: -1}") == "Invalid value: \"null\": minLength: must be a count");
  CHECK(error_of("{minimum: x}") == "Invalid value: \"null\": minimum: must be a number");
  CHECK(error_of("{nullable: 1}") == "Invalid value: \"null\": nullable: must be a boolean");
  CHECK(error_of("{required: [1]}") ==
        "Invalid value: \"null\": required: must be a list of strings");
  CHECK(error_of("{enum: 1}") == "Invalid value: \"null\": enum: must be a list");
  CHECK(error_of("{pattern: '('}").contains("must be a valid regular expression, but isn't: "));
  const auto parsed =
      parse_schema(test::yaml("{properties: {a: {items: {anyOf: [{}, {format: 1}]}}}}"));
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().details.causes.at(0).field ==
        "openAPIV3Schema.properties[a].items.anyOf[1]");
}

}  // namespace
}  // namespace gatefold
