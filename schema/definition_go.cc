#include "schema/definition_go.h"

#include <string_view>

#include <fmt/format.h>

#include "schema/definition_keywords.h"
#include "schema/field_error.h"

namespace gatefold {
namespace {

const Value* member(const Value& parent, std::string_view key) {
  const auto* value = find(parent, key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string pointer(std::string_view type, const Value* value) {
  return fmt::format("(*{})({})", type, value == nullptr ? "nil" : "0xc000000000");
}

std::string text(const Value* value) {
  return value != nullptr && value->is_string() ? go_syntax(*value) : "\"\"";
}

std::string flag(const Value* value) {
  return value != nullptr && *value == Value(true) ? "true" : "false";
}

// `type{a, b}`, or `type(nil)`.
template <class Show>
std::string slice(std::string_view type, const Value* value, Show show) {
  const auto* array = value == nullptr ? nullptr : value->if_array();
  if (array == nullptr) return fmt::format("{}(nil)", type);
  std::string out(type);
  out += '{';
  for (std::size_t i = 0; i < array->size(); ++i) {
    if (i > 0) out += ", ";
    out += show((*array)[i]);
  }
  return out + "}";
}

std::string schema_map(std::string_view type, const Value& parent, std::string_view key) {
  const SchemaView schemas(parent);
  if (schemas.schema(key) == nullptr) return fmt::format("{}(nil)", type);
  std::string out(type);
  out += '{';
  for (const auto& [name, schema] : schemas.members(key)) {
    if (out.back() != '{') out += ", ";
    out += fmt::format("{}:{}", go_quote(name), go_schema(*schema));
  }
  return out + "}";
}

std::string keyword_value(const Keyword& keyword, const Value& schema) {
  const auto* value = member(schema, keyword.name);
  switch (keyword.shape) {
    case KeywordShape::kText:
      return text(value);
    case KeywordShape::kFlag:
      return flag(value);
    case KeywordShape::kTextPointer:
      return pointer("string", value);
    case KeywordShape::kFlagPointer:
      return pointer("bool", value);
    case KeywordShape::kNumber:
      return pointer("float64", value);
    case KeywordShape::kCount:
      return pointer("int64", value);
    case KeywordShape::kAny:
      return pointer("apiextensions.JSON", value);
    case KeywordShape::kSchema:
      return pointer("apiextensions.JSONSchemaProps", value);
    case KeywordShape::kItems:
      return pointer("apiextensions.JSONSchemaPropsOrArray", value);
    case KeywordShape::kSchemaOrFlag:
      return pointer("apiextensions.JSONSchemaPropsOrBool", value);
    case KeywordShape::kDocumentation:
      return pointer("apiextensions.ExternalDocumentation", value);
    case KeywordShape::kTexts:
      return go_strings(value);
    case KeywordShape::kAnyList:
      return slice("[]apiextensions.JSON", value, go_syntax);
    case KeywordShape::kSchemaList:
      return slice("[]apiextensions.JSONSchemaProps", value, go_schema);
    case KeywordShape::kRules:
      return slice("apiextensions.ValidationRules", value, go_rule);
    case KeywordShape::kSchemaMap:
      return schema_map(keyword.name == "definitions" ? "apiextensions.JSONSchemaDefinitions"
                                                      : "map[string]apiextensions.JSONSchemaProps",
                        schema, keyword.name);
    case KeywordShape::kDependencies:
      return value == nullptr ? "apiextensions.JSONSchemaDependencies(nil)"
                              : "apiextensions.JSONSchemaDependencies{}";
  }
  return {};
}

std::string go_column(const Value& column) {
  const auto* priority = member(column, "priority");
  return fmt::format(
      "apiextensions.CustomResourceColumnDefinition{{Name:{}, Type:{}, Format:{}, Description:{}, "
      "Priority:{}, JSONPath:{}}}",
      text(member(column, "name")), text(member(column, "type")), text(member(column, "format")),
      text(member(column, "description")), priority == nullptr ? "0" : go_syntax(*priority),
      text(member(column, "jsonPath")));
}

std::string go_selectable_field(const Value& field) {
  return fmt::format("apiextensions.SelectableField{{JSONPath:{}}}",
                     text(member(field, "jsonPath")));
}

std::string go_version(const Value& version, const SharedMembers& shared) {
  const auto own = [&](std::string_view key, bool is_shared) {
    return is_shared ? nullptr : member(version, key);
  };
  return fmt::format(
      "apiextensions.CustomResourceDefinitionVersion{{Name:{}, Served:{}, Storage:{}, "
      "Deprecated:{}, DeprecationWarning:{}, Schema:{}, Subresources:{}, "
      "AdditionalPrinterColumns:{}, SelectableFields:{}}}",
      text(member(version, "name")), flag(member(version, "served")),
      flag(member(version, "storage")), flag(member(version, "deprecated")),
      pointer("string", member(version, "deprecationWarning")),
      pointer("apiextensions.CustomResourceValidation", own("schema", shared.schema)),
      pointer("apiextensions.CustomResourceSubresources", own("subresources", shared.subresources)),
      slice("[]apiextensions.CustomResourceColumnDefinition",
            own("additionalPrinterColumns", shared.columns), go_column),
      slice("[]apiextensions.SelectableField", own("selectableFields", shared.selectable_fields),
            go_selectable_field));
}

}  // namespace

std::string go_rule(const Value& rule) {
  return fmt::format(
      "apiextensions.ValidationRule{{Rule:{}, Message:{}, MessageExpression:{}, Reason:{}, "
      "FieldPath:{}, OptionalOldSelf:{}}}",
      text(member(rule, "rule")), text(member(rule, "message")),
      text(member(rule, "messageExpression")),
      pointer("apiextensions.FieldValueErrorReason", member(rule, "reason")),
      text(member(rule, "fieldPath")), pointer("bool", member(rule, "optionalOldSelf")));
}

std::string go_schema(const Value& schema) {
  std::string out = "apiextensions.JSONSchemaProps{";
  for (const auto& keyword : schema_keywords()) {
    if (out.back() != '{') out += ", ";
    out += fmt::format("{}:{}", keyword.go_name, keyword_value(keyword, schema));
  }
  return out + "}";
}

std::string go_versions(const Value* versions, const SharedMembers& shared) {
  return slice("[]apiextensions.CustomResourceDefinitionVersion", versions,
               [&](const Value& version) { return go_version(version, shared); });
}

std::string go_strings(const Value* texts) {
  return slice("[]string", texts, go_syntax);
}

}  // namespace gatefold
