#include <algorithm>
#include <array>
#include <utility>

#include "schema/cel/type.h"

namespace gatefold::cel {
namespace {

// What no identifier may be called; `__in__` names a field `in`.
bool is_reserved(std::string_view name) {
  static constexpr auto kReserved = std::to_array<std::string_view>(
      {"true",     "false",   "null",      "in",       "as",  "break",  "const",
       "continue", "else",    "for",       "function", "if",  "import", "let",
       "loop",     "package", "namespace", "return",   "var", "void",   "while"});
  return std::ranges::find(kReserved, name) != kReserved.end();
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

std::string_view escape_of(std::string_view sign) {
  if (sign == "__") return "__underscores__";
  if (sign == ".") return "__dot__";
  if (sign == "-") return "__dash__";
  if (sign == "/") return "__slash__";
  return {};
}

// What is meant by the word between two pairs of underscores; nothing where it is no escape.
std::optional<std::string_view> sign_of(std::string_view word, bool is_whole) {
  if (word == "underscores") return "__";
  if (word == "dot") return ".";
  if (word == "dash") return "-";
  if (word == "slash") return "/";
  if (is_whole && is_reserved(word)) return word;
  return std::nullopt;
}

SchemaPtr string_schema() {
  auto node = std::make_shared<SchemaNode>();
  node->type = SchemaType::kString;
  return node;
}

bool is_string(const SchemaNode& object, std::string_view field) {
  const auto found = object.properties.find(field);
  return found != object.properties.end() && found->second->type == SchemaType::kString;
}

// Whether a resource's schema says itself what every resource has. Then more of the metadata may be
// visible than the two names.
bool declares_metadata(const SchemaNode& schema) {
  const auto metadata = schema.properties.find("metadata");
  return is_string(schema, "kind") && is_string(schema, "apiVersion") &&
         metadata != schema.properties.end() && metadata->second->type == SchemaType::kObject &&
         is_string(*metadata->second, "name") && is_string(*metadata->second, "generateName");
}

// What every resource has: apiVersion, kind, metadata.name and metadata.generateName.
const SchemaNode& resource_schema() {
  static const SchemaNode kResource = [] {
    auto metadata = std::make_shared<SchemaNode>();
    metadata->type = SchemaType::kObject;
    metadata->properties = {{"name", string_schema()}, {"generateName", string_schema()}};
    SchemaNode resource;
    resource.type = SchemaType::kObject;
    resource.properties = {
        {"apiVersion", string_schema()}, {"kind", string_schema()}, {"metadata", metadata}};
    return resource;
  }();
  return kResource;
}

TypePtr string_format_type(std::string_view format) {
  if (format == "byte") return simple_type(TypeKind::kBytes);
  if (format == "duration") return simple_type(TypeKind::kDuration);
  if (format == "date" || format == "date-time") return simple_type(TypeKind::kTimestamp);
  return simple_type(TypeKind::kString);
}

// Of an object's type.
struct Naming {
  std::string name;
  bool is_plain = false;  // it is the schema's description

  Naming below(std::string_view step) const { return {name + std::string(step), is_plain}; }
};

std::optional<TypePtr> named_type(const SchemaNode& schema, bool is_root, const Naming& naming);

std::optional<TypePtr> object_or_map(const SchemaNode& schema, bool is_root, const Naming& naming) {
  if (schema.additional_properties != nullptr) {
    const auto& values = *schema.additional_properties;
    auto value = named_type(values, values.embedded_resource, naming.below(".@elem"));
    if (!value) return std::nullopt;
    return map_type(simple_type(TypeKind::kString), std::move(*value));
  }
  auto type = std::make_shared<Type>();
  type->kind = TypeKind::kObject;
  type->name = naming.is_plain ? schema.description : naming.name;
  type->is_plain = naming.is_plain;
  type->schema = &schema;
  type->is_root = is_root;
  return type;
}

// Objects end the recursion, so it is as deep as lists and maps of a schema nest.
std::optional<TypePtr> named_type(const SchemaNode& schema, bool is_root, const Naming& naming) {
  if (schema.int_or_string) return simple_type(TypeKind::kDyn);
  switch (schema.type) {
    case SchemaType::kAny:
      return std::nullopt;
    case SchemaType::kObject:
      return object_or_map(schema, is_root, naming);
    case SchemaType::kArray: {
      if (schema.items == nullptr) return std::nullopt;
      auto element =
          named_type(*schema.items, schema.items->embedded_resource, naming.below(".@idx"));
      if (!element) return std::nullopt;
      return list_type(std::move(*element));
    }
    case SchemaType::kString:
      return string_format_type(schema.format);
    case SchemaType::kInteger:
      return simple_type(TypeKind::kInt);
    case SchemaType::kNumber:
      return simple_type(TypeKind::kDouble);
    case SchemaType::kBoolean:
      return simple_type(TypeKind::kBool);
  }
  return std::nullopt;
}

}  // namespace

std::optional<TypePtr> type_of_schema(const SchemaNode& schema, bool is_root) {
  return named_type(schema, is_root || schema.embedded_resource, {"selfType"});
}

std::optional<TypePtr> plain_type_of_schema(const SchemaNode& schema) {
  return named_type(schema, false, {.name = {}, .is_plain = true});
}

const SchemaNode* declared_property(const SchemaNode& object, bool is_root, std::string_view name) {
  if (is_root && !declares_metadata(object)) {
    const auto& fixed = resource_schema().properties;
    if (const auto found = fixed.find(name); found != fixed.end()) return found->second.get();
  }
  const auto found = object.properties.find(name);
  return found != object.properties.end() ? found->second.get() : nullptr;
}

std::optional<TypePtr> field_type(const Type& object, std::string_view escaped) {
  const auto name = object.is_plain ? std::string(escaped) : unescape_name(escaped);
  const auto* schema = declared_property(*object.schema, object.is_root, name);
  if (schema == nullptr) return std::nullopt;
  if (object.is_plain) return named_type(*schema, false, {.name = {}, .is_plain = true});
  // Since 1.31 a reserved word may stand behind a dot as it is.
  if (escape_name(name) != escaped && !is_reserved(escaped)) return std::nullopt;
  return named_type(*schema, schema->embedded_resource, {object.name + "." + std::string(escaped)});
}

std::optional<std::string> escape_name(std::string_view name) {
  if (name.empty() || is_digit(name[0])) return std::nullopt;
  if (is_reserved(name)) return "__" + std::string(name) + "__";
  std::string out;
  for (std::size_t i = 0; i < name.size();) {
    const auto sign = name.substr(i, name.substr(i).starts_with("__") ? 2 : 1);
    if (const auto escape = escape_of(sign); !escape.empty()) {
      out += escape;
    } else if (is_plain(sign[0])) {
      out += sign;
    } else {
      return std::nullopt;
    }
    i += sign.size();
  }
  return out;
}

std::string unescape_name(std::string_view escaped) {
  std::string out;
  for (std::size_t i = 0; i < escaped.size();) {
    const auto rest = escaped.substr(i);
    const auto word = rest.starts_with("__") ? rest.substr(2, rest.find('_', 2) - 2) : "";
    if (word.empty() || !rest.substr(2 + word.size()).starts_with("__")) {
      out += escaped[i++];
      continue;
    }
    const auto size = word.size() + 4;
    const auto sign = sign_of(word, size == escaped.size());
    if (!sign) return std::string(escaped);
    out += *sign;
    i += size;
  }
  return out;
}

}  // namespace gatefold::cel
