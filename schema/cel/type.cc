#include "schema/cel/type.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gatefold::cel {
namespace {

constexpr std::size_t kTextMax = 4000;

std::string_view name_of(TypeKind kind) {
  switch (kind) {
    case TypeKind::kDyn:
      return "dyn";
    case TypeKind::kNull:
      return "null_type";
    case TypeKind::kBool:
      return "bool";
    case TypeKind::kInt:
      return "int";
    case TypeKind::kUint:
      return "uint";
    case TypeKind::kDouble:
      return "double";
    case TypeKind::kString:
      return "string";
    case TypeKind::kBytes:
      return "bytes";
    case TypeKind::kTimestamp:
      return "google.protobuf.Timestamp";
    case TypeKind::kDuration:
      return "google.protobuf.Duration";
    case TypeKind::kList:
      return "list";
    case TypeKind::kMap:
      return "map";
    case TypeKind::kObject:
      return "object";
    case TypeKind::kType:
      return "type";
    case TypeKind::kOptional:
      return "optional_type";
    case TypeKind::kOpaque:
    case TypeKind::kParameter:
      return "";
    case TypeKind::kError:
      return "error";
  }
  return "";
}

TypePtr make_named(TypeKind kind, std::string name, std::vector<TypePtr> parameters) {
  auto type = std::make_shared<Type>();
  type->kind = kind;
  type->name = std::move(name);
  type->parameters = std::move(parameters);
  return type;
}

TypePtr make(TypeKind kind, std::vector<TypePtr> parameters) {
  return make_named(kind, std::string(name_of(kind)), std::move(parameters));
}

// Messages name some types otherwise than type() does.
std::string_view message_name(const Type& type) {
  switch (type.kind) {
    case TypeKind::kNull:
      return "null";
    case TypeKind::kTimestamp:
      return "timestamp";
    case TypeKind::kDuration:
      return "duration";
    case TypeKind::kError:
      return "!error!";
    default:
      return type.name;
  }
}

using NameOf = std::string_view (*)(const Type& type);

void append(const Type& type, NameOf name, std::string& out) {
  if (out.size() > kTextMax) return;
  out += name(type);
  if (type.parameters.empty()) return;
  out += '(';
  for (std::size_t i = 0; i < type.parameters.size() && out.size() <= kTextMax; ++i) {
    if (i > 0) out += ", ";
    append(*type.parameters[i], name, out);
  }
  out += ')';
}

std::string text_of(const Type& type, NameOf name) {
  std::string out;
  append(type, name, out);
  if (out.size() > kTextMax) out.replace(kTextMax, std::string::npos, "...");
  return out;
}

}  // namespace

TypePtr simple_type(TypeKind kind) {
  constexpr auto kKinds = static_cast<std::size_t>(TypeKind::kError) + 1;
  static const auto kTypes = [] {
    std::array<TypePtr, kKinds> types;
    for (std::size_t i = 0; i < kKinds; ++i) types[i] = make(static_cast<TypeKind>(i), {});
    return types;
  }();
  return kTypes[static_cast<std::size_t>(kind)];
}

TypePtr list_type(TypePtr element) {
  return make(TypeKind::kList, {std::move(element)});
}
TypePtr map_type(TypePtr key, TypePtr value) {
  return make(TypeKind::kMap, {std::move(key), std::move(value)});
}
TypePtr optional_type(TypePtr value) {
  return make(TypeKind::kOptional, {std::move(value)});
}
TypePtr type_type(TypePtr of) {
  return make(TypeKind::kType, {std::move(of)});
}
TypePtr opaque_type(std::string name) {
  return make_named(TypeKind::kOpaque, std::move(name), {});
}
TypePtr parameter_type(std::string name) {
  return make_named(TypeKind::kParameter, std::move(name), {});
}

bool is_exactly(const Type& a, const Type& b) {
  if (&a == &b) return true;
  const bool has_same_fields = a.schema == b.schema || (a.is_plain && b.is_plain);
  return a.kind == b.kind && has_same_fields && a.name == b.name &&
         std::ranges::equal(
             a.parameters, b.parameters,
             [](const TypePtr& left, const TypePtr& right) { return is_exactly(*left, *right); });
}

TypePtr variables_type() {
  static const TypePtr kVariables = make_named(TypeKind::kObject, "kubernetes.variables", {});
  return kVariables;
}

bool is_variables(const Type& type) {
  return type.kind == TypeKind::kObject && type.schema == nullptr;
}

TypePtr composed_type(const TypePtr& type) {
  switch (type->kind) {
    case TypeKind::kNull:
    case TypeKind::kBool:
    case TypeKind::kInt:
    case TypeKind::kUint:
    case TypeKind::kDouble:
    case TypeKind::kString:
    case TypeKind::kBytes:
    case TypeKind::kTimestamp:
    case TypeKind::kDuration:
      return type;
    case TypeKind::kList:
      return list_type(composed_type(type->parameters[0]));
    case TypeKind::kMap:
      return map_type(composed_type(type->parameters[0]), composed_type(type->parameters[1]));
    default:
      return simple_type(TypeKind::kDyn);
  }
}

std::string to_string(const Type& type) {
  return text_of(type, message_name);
}

std::string name_of(const Type& type) {
  return text_of(type, [](const Type& at) -> std::string_view { return at.name; });
}

}  // namespace gatefold::cel
