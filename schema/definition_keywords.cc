#include "schema/definition_keywords.h"

#include <algorithm>

namespace gatefold {
namespace {

using enum KeywordShape;

constexpr Keyword kKeywords[] = {
    {"id", "ID", kText},
    {"$schema", "Schema", kText},
    {"$ref", "Ref", kTextPointer},
    {"description", "Description", kText, true},
    {"type", "Type", kText, true},
    {"nullable", "Nullable", kFlag},
    {"format", "Format", kText, true},
    {"title", "Title", kText, true},
    {"default", "Default", kAny},
    {"maximum", "Maximum", kNumber, true},
    {"exclusiveMaximum", "ExclusiveMaximum", kFlag, true},
    {"minimum", "Minimum", kNumber, true},
    {"exclusiveMinimum", "ExclusiveMinimum", kFlag, true},
    {"maxLength", "MaxLength", kCount, true},
    {"minLength", "MinLength", kCount, true},
    {"pattern", "Pattern", kText, true},
    {"maxItems", "MaxItems", kCount, true},
    {"minItems", "MinItems", kCount, true},
    {"uniqueItems", "UniqueItems", kFlag, true},
    {"multipleOf", "MultipleOf", kNumber, true},
    {"enum", "Enum", kAnyList},
    {"maxProperties", "MaxProperties", kCount},
    {"minProperties", "MinProperties", kCount},
    {"required", "Required", kTexts, true},
    {"items", "Items", kItems, true},
    {"allOf", "AllOf", kSchemaList},
    {"oneOf", "OneOf", kSchemaList},
    {"anyOf", "AnyOf", kSchemaList},
    {"not", "Not", kSchema},
    {"properties", "Properties", kSchemaMap, true},
    {"additionalProperties", "AdditionalProperties", kSchemaOrFlag},
    {"patternProperties", "PatternProperties", kSchemaMap},
    {"dependencies", "Dependencies", kDependencies},
    {"additionalItems", "AdditionalItems", kSchemaOrFlag},
    {"definitions", "Definitions", kSchemaMap},
    {"externalDocs", "ExternalDocs", kDocumentation, true},
    {"example", "Example", kAny, true},
    {"x-kubernetes-preserve-unknown-fields", "XPreserveUnknownFields", kFlagPointer, true},
    {"x-kubernetes-embedded-resource", "XEmbeddedResource", kFlag},
    {"x-kubernetes-int-or-string", "XIntOrString", kFlag},
    {"x-kubernetes-list-map-keys", "XListMapKeys", kTexts},
    {"x-kubernetes-list-type", "XListType", kTextPointer},
    {"x-kubernetes-map-type", "XMapType", kTextPointer},
    {"x-kubernetes-validations", "XValidations", kRules, true},
};

bool is_empty(const Value& value) {
  if (const auto* array = value.if_array()) return array->empty();
  const auto* object = value.if_object();
  return object != nullptr && object->empty();
}

}  // namespace

std::span<const Keyword> schema_keywords() {
  return kKeywords;
}

const Keyword* find_keyword(std::string_view name) {
  const auto* found = std::ranges::find(kKeywords, name, &Keyword::name);
  return found == std::end(kKeywords) ? nullptr : found;
}

bool is_zero(KeywordShape shape, const Value& value) {
  if (value.is_null()) return true;
  switch (shape) {
    case kText:
      return value.is_string() && value.get_string().empty();
    case kFlag:
      return value.is_bool() && !value.get_bool();
    case kTexts:
    case kAnyList:
    case kSchemaList:
    case kSchemaMap:
    case kDependencies:
    case kRules:
      return is_empty(value);
    case kTextPointer:
    case kFlagPointer:
    case kNumber:
    case kCount:
    case kAny:
    case kSchema:
    case kItems:
    case kSchemaOrFlag:
    case kDocumentation:
      return false;
  }
  return false;
}

const Value* SchemaView::get(std::string_view keyword) const {
  const auto* value = find(schema_, keyword);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string_view SchemaView::text(std::string_view keyword) const {
  return string_at(schema_, {keyword});
}

bool SchemaView::flag(std::string_view keyword) const {
  const auto* value = find(schema_, keyword);
  return value != nullptr && value->is_bool() && value->get_bool();
}

const JsonArray& SchemaView::list(std::string_view keyword) const {
  static const JsonArray kNone;
  const auto* value = find(schema_, keyword);
  return value != nullptr && value->is_array() ? value->get_array() : kNone;
}

const Value* SchemaView::schema(std::string_view keyword) const {
  const auto* value = find(schema_, keyword);
  return value != nullptr && value->is_object() ? value : nullptr;
}

const Value* SchemaView::property(std::string_view name) const {
  const auto* properties = schema("properties");
  return properties == nullptr ? nullptr : find(*properties, name);
}

SchemaView::Members SchemaView::members(std::string_view keyword) const {
  Members out;
  const auto* object = schema(keyword);
  if (object == nullptr) return out;
  for (const auto& [key, value] : object->get_object()) out.emplace_back(key, &value);
  std::ranges::sort(out, {}, [](const auto& member) { return member.first; });
  return out;
}

}  // namespace gatefold
