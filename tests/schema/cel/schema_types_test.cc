#include <catch2/catch.hpp>

#include "schema/cel/type.h"
#include "tests/schema/parsed.h"

namespace gatefold::cel {
namespace {

// The type's text, `-` where expressions may not touch the value.
std::string shown(const std::optional<TypePtr>& type) {
  return type ? to_string(**type) : "-";
}

TEST_CASE("a schema declares a type (R19.26)") {
  struct Row {
    std::string_view schema;
    std::string_view type;
  };
  const Row rows[] = {
      {"{type: string}", "string"},
      {"{type: string, nullable: true}", "string"},
      {"{type: string, enum: [a, b]}", "string"},
      {"{type: string, format: date}", "timestamp"},
      {"{type: string, format: date-time}", "timestamp"},
      {"{type: string, format: duration}", "duration"},
      {"{type: string, format: byte}", "bytes"},
      {"{type: string, format: email}", "string"},
      {"{type: integer}", "int"},
      {"{type: integer, format: int32}", "int"},
      {"{type: number}", "double"},
      {"{type: boolean}", "bool"},
      {"{x-kubernetes-int-or-string: true}", "dyn"},
      {"{type: array, items: {type: string}}", "list(string)"},
      {"{type: array, items: {x-kubernetes-int-or-string: true}}", "list(dyn)"},
      {"{type: array, items: {x-kubernetes-preserve-unknown-fields: true}}", "-"},
      {"{type: object, additionalProperties: {type: integer}}", "map(string, int)"},
      {"{type: object, additionalProperties: {x-kubernetes-preserve-unknown-fields: true}}", "-"},
      {"{type: object, additionalProperties: true}", "selfType"},
      {"{type: object}", "selfType"},
      {"{type: object, x-kubernetes-preserve-unknown-fields: true}", "selfType"},
      {"{x-kubernetes-preserve-unknown-fields: true}", "-"},
      {"{type: array, items: {type: object}}", "list(selfType.@idx)"},
      {"{type: object, additionalProperties: {type: array, items: {type: object}}}",
       "map(string, list(selfType.@elem.@idx))"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.schema);
    CHECK(shown(type_of_schema(*test::schema(row.schema))) == row.type);
  }
}

TEST_CASE("fields of objects are asked for by their escaped names") {
  const auto schema = test::schema(R"(
type: object
properties:
  a: {type: integer}
  namespace: {type: string}
  x-y: {type: string}
  a.b/c: {type: boolean}
  a__b: {type: integer}
  9a: {type: string}
  anything: {x-kubernetes-preserve-unknown-fields: true}
  inner: {type: object, properties: {in: {type: array, items: {type: object}}}}
)");
  const auto type = type_of_schema(*schema);
  REQUIRE(type);
  struct Row {
    std::string_view field;
    std::string_view type;
  };
  const Row rows[] = {
      {"a", "int"},
      {"b", "-"},
      {"namespace", "string"},
      {"__namespace__", "string"},
      {"x__dash__y", "string"},
      {"x-y", "-"},
      {"a__dot__b__slash__c", "bool"},
      {"a__underscores__b", "int"},
      {"a__b", "-"},
      {"9a", "-"},
      {"anything", "-"},
      {"inner", "selfType.inner"},
      {"__illegal__", "-"},
      {"metadata", "-"},
      {"__a__", "-"},
      {"", "-"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.field);
    CHECK(shown(field_type(**type, row.field)) == row.type);
  }
  const auto inner = field_type(**type, "inner");
  CHECK(shown(field_type(**inner, "__in__")) == "list(selfType.inner.__in__.@idx)");
}

TEST_CASE("a resource has a kind and two names (R19.26)") {
  struct Row {
    std::string_view what;
    std::string_view schema;
    bool is_root;
    std::string_view metadata;  // its fields name, generateName and labels
  };
  const Row rows[] = {
      {"no root", "{type: object}", false, "-"},
      {"root", "{type: object}", true, "string string -"},
      {"metadata that is declared in part",
       "{type: object, properties: {metadata: {type: object, properties: {labels: {type: object, "
       "additionalProperties: {type: string}}}}}}",
       true, "string string -"},
      {"all of it declared",
       "{type: object, properties: {kind: {type: string}, apiVersion: {type: string}, metadata: "
       "{type: object, properties: {name: {type: string}, generateName: {type: string}, labels: "
       "{type: object, additionalProperties: {type: string}}}}}}",
       true, "string string map(string, string)"},
      {"embedded", "{type: object, x-kubernetes-embedded-resource: true}", false,
       "string string -"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto schema = test::schema(row.schema);
    const auto type = type_of_schema(*schema, row.is_root);
    REQUIRE(type);
    const auto metadata = field_type(**type, "metadata");
    std::string fields = "-";
    if (metadata) {
      fields = shown(field_type(**metadata, "name")) + " " +
               shown(field_type(**metadata, "generateName")) + " " +
               shown(field_type(**metadata, "labels"));
    }
    CHECK(fields == row.metadata);
    CHECK(shown(field_type(**type, "kind")) == (metadata ? "string" : "-"));
    CHECK(shown(field_type(**type, "apiVersion")) == (metadata ? "string" : "-"));
  }
}

TEST_CASE("an embedded resource is one wherever it stands") {
  const auto schema = test::schema(R"(
type: object
properties:
  one: {type: object, x-kubernetes-embedded-resource: true}
  many: {type: array, items: {type: object, x-kubernetes-embedded-resource: true}}
)");
  const auto type = type_of_schema(*schema);
  REQUIRE(type);
  const auto one = field_type(**type, "one");
  REQUIRE(one);
  CHECK(shown(field_type(**one, "kind")) == "string");
  const auto many = field_type(**type, "many");
  REQUIRE(many);
  CHECK(shown(field_type(*(*many)->parameters[0], "metadata")) == "selfType.many.@idx.metadata");
}

// k8s.io/apiserver/pkg/cel/escaping.go.
TEST_CASE("names are escaped and come back (R19.26)") {
  struct Row {
    std::string_view name;
    std::string_view escaped;  // empty: it can't be written
  };
  const Row rows[] = {
      {"a", "a"},
      {"_a1", "_a1"},
      {"", ""},
      {"1a", ""},
      {"a b", ""},
      {"a$", ""},
      {"ä", ""},
      {"true", "__true__"},
      {"in", "__in__"},
      {"while", "__while__"},
      {"inner", "inner"},
      {"int", "int"},
      {"a.b", "a__dot__b"},
      {"a-b", "a__dash__b"},
      {"a/b", "a__slash__b"},
      {"a__b", "a__underscores__b"},
      {"a___b", "a__underscores___b"},
      {"____", "__underscores____underscores__"},
      {"__dot__", "__underscores__dot__underscores__"},
      {"-", "__dash__"},
      {"a.-/", "a__dot____dash____slash__"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto escaped = escape_name(row.name);
    CHECK(escaped.value_or("") == row.escaped);
    if (escaped) CHECK(unescape_name(*escaped) == row.name);
  }
}

TEST_CASE("what is no escape stays") {
  for (const std::string_view name :
       {"", "_", "__", "___", "____", "__a", "a__", "__a__", "__bogus__x", "a__in__", "__in__a"}) {
    CAPTURE(name);
    CHECK(unescape_name(name) == name);
  }
}

}  // namespace
}  // namespace gatefold::cel
