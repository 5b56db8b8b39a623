#include "engine/apply/field_type.h"

#include "engine/apply/typed.h"
#include "tests/engine/apply/sets.h"

namespace gatefold::engine {
namespace {

using test::json;
using test::written;

TEST_CASE("objects of a kind have names and metadata of their own type (R18.3)") {
  const auto schema = test::schema("{type: object, properties: {metadata: {type: object}}}");
  const auto type = FieldType::of_kind(*schema);
  const auto object = json(R"({"apiVersion":"v1","kind":"A","metadata":{"name":"x",
    "labels":{"a":"b"},"finalizers":["f"],"managedFields":[{"manager":"m"}],
    "ownerReferences":[{"uid":"u","name":"n"}]}})");
  REQUIRE(validate_typed(type, object).has_value());
  CHECK(written(field_set_of(type, object)) ==
        R"({"f:apiVersion":{},"f:kind":{},"f:metadata":{"f:finalizers":{"v:\"f\"":{}},)"
        R"("f:labels":{"f:a":{}},"f:managedFields":{},"f:name":{},)"
        R"("f:ownerReferences":{"k:{\"uid\":\"u\"}":{}}}})");
  const auto wrong = validate_typed(type, json(R"({"metadata":{"zz":1}})"));
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().message == ".metadata.zz: field not declared in schema");
}

TEST_CASE("embedded objects have names and metadata as well (R18.2)") {
  const auto schema = test::schema(R"({type: object, properties: {inner: {type: object,
    x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}}})");
  const auto type = FieldType::of_schema(*schema);
  const auto object = json(R"({"inner":{"kind":"A","metadata":{"finalizers":["f"]},"z":{"a":1}}})");
  CHECK(written(field_set_of(type, object)) ==
        R"({"f:inner":{"f:kind":{},"f:metadata":{"f:finalizers":{"v:\"f\"":{}}},)"
        R"("f:z":{".":{},"f:a":{}}}})");
  CHECK_FALSE(validate_typed(type, json(R"({"inner":{"metadata":{"zz":1}}})")).has_value());
}

TEST_CASE("what is deep enough is owned as a whole") {
  Value value = 1;
  for (int level = 0; level < 500; ++level) value = JsonObject{{"a", std::move(value)}};
  const auto fields = field_set_of(FieldType::deduced(), value);
  CHECK(parse_fields_v1(to_fields_v1(fields)) == fields);
  CHECK(fields.size() <= kGranularLevelsMax + 1);
}

}  // namespace
}  // namespace gatefold::engine
