#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "schema/definition_go.h"
#include "schema/definition_schema.h"

namespace gatefold {
namespace {

constexpr auto kOrigin = "definition-list";
constexpr auto kListType = "x-kubernetes-list-type";
constexpr auto kMapType = "x-kubernetes-map-type";
constexpr auto kMapKeys = "x-kubernetes-list-map-keys";

// The type that a keyword asks for, beside the one that is there.
void check_type_beside(const SchemaView& schema, const std::string& path, std::string_view keyword,
                       std::string_view wanted, FieldErrors& errors) {
  const auto type = schema.text("type");
  if (type == wanted) return;
  const auto detail = fmt::format("must be {} if {} is specified", wanted, keyword);
  errors.push_back(type.empty() ? required(path + ".type", detail, kOrigin)
                                : invalid_value(path + ".type", Value(type), detail, kOrigin));
}

void check_choice(const SchemaView& schema, const std::string& path, const std::string& keyword,
                  const std::vector<std::string>& choices, FieldErrors& errors) {
  const auto* value = schema.get(keyword);
  if (value == nullptr || std::ranges::find(choices, schema.text(keyword)) != choices.end()) return;
  errors.push_back(not_supported(path + "." + keyword, *value, choices, kOrigin));
}

// Sets compare whole items, which nobody may own parts of.
void check_set_items(const SchemaView& schema, const std::string& path, FieldErrors& errors) {
  const auto* value = schema.schema("items");
  if (value == nullptr) return;
  const SchemaView items(*value);
  const auto* list_type = items.get(kListType);
  const auto refuse = [&](std::string_view keyword) {
    // Kubernetes shows the list type in both places.
    errors.push_back(
        invalid_value(fmt::format("{}.items.{}", path, keyword),
                      list_type == nullptr ? Value(nullptr) : *list_type,
                      "must be atomic as item of a list with x-kubernetes-list-type=set", kOrigin));
  };
  const auto type = items.text("type");
  if (type == "array" && list_type != nullptr && items.text(kListType) != "atomic") {
    refuse(kListType);
  } else if (type == "object" && items.text(kMapType) != "atomic") {
    refuse(kMapType);
  }
}

void check_map_keys(const SchemaView& schema, const std::string& path, FieldErrors& errors) {
  const SchemaView items(*schema.schema("items"));
  const auto& keys = schema.list(kMapKeys);
  std::set<std::string_view> seen;
  for (const auto& item : keys) {
    if (!item.is_string()) continue;
    const std::string_view key = item.get_string();
    const auto* property = items.property(key);
    if (property == nullptr) {
      errors.push_back(invalid_rendered(path + "." + kMapKeys, go_strings(schema.get(kMapKeys)),
                                        "entries must all be names of item properties", kOrigin));
    } else if (const auto type = string_at(*property, {"type"});
               type == "array" || type == "object") {
      errors.push_back(invalid_value(
          fmt::format("{}.items.properties[{}].type", path, key), Value(items.text("type")),
          "must be a scalar type if parent array's x-kubernetes-list-type is map", kOrigin));
    }
    if (!seen.insert(key).second) {
      errors.push_back(invalid_rendered(path + "." + kMapKeys, go_strings(schema.get(kMapKeys)),
                                        "must not contain duplicate entries", kOrigin));
    }
  }
}

void check_map(const SchemaView& schema, const std::string& path, FieldErrors& errors) {
  if (schema.list(kMapKeys).empty()) {
    errors.push_back(required(path + "." + kMapKeys,
                              "must not be empty if x-kubernetes-list-type is map", kOrigin));
  }
  const auto* items = schema.schema("items");
  if (!schema.has("items")) {
    errors.push_back(
        required(path + ".items", "must have a schema if x-kubernetes-list-type is map", kOrigin));
  } else if (items == nullptr) {
    errors.push_back(invalid_rendered(path + ".items", "apiextensions.JSONSchemaPropsOrArray{}",
                                      "must only have a single schema if x-kubernetes-list-type is "
                                      "map",
                                      kOrigin));
  } else if (const auto type = string_at(*items, {"type"}); type != "object") {
    errors.push_back(invalid_value(path + ".items.type", Value(type),
                                   "must be object if parent array's x-kubernetes-list-type is map",
                                   kOrigin));
  } else {
    check_map_keys(schema, path, errors);
  }
}

// Every item of a set or map has to have what tells it from the others.
void check_presence(const SchemaView& schema, const std::string& path, std::string_view list_type,
                    FieldErrors& errors) {
  const auto* value = schema.schema("items");
  if (value == nullptr) return;
  const SchemaView items(*value);
  if (items.flag("nullable")) {
    errors.push_back(forbidden_field(
        path + ".items.nullable",
        fmt::format("cannot be nullable when x-kubernetes-list-type is {}", list_type), kOrigin));
  }
  if (list_type != "map") return;
  const auto& needed = items.list("required");
  for (const auto& key : schema.list(kMapKeys)) {
    const auto* property = key.is_string() ? items.property(key.get_string()) : nullptr;
    if (property == nullptr) continue;
    const auto where =
        fmt::format("{}.items.properties[{}]", path, std::string_view(key.get_string()));
    const bool is_needed = std::ranges::find(needed, key) != needed.end();
    if (!is_needed && !SchemaView(*property).has("default")) {
      errors.push_back(required(where + ".default",
                                "this property is in x-kubernetes-list-map-keys, so it must have a "
                                "default or be a required property",
                                kOrigin));
    }
    if (SchemaView(*property).flag("nullable")) {
      errors.push_back(forbidden_field(
          where + ".nullable",
          "this property is in x-kubernetes-list-map-keys, so it cannot be nullable", kOrigin));
    }
  }
}

void check_keys_beside_type(const SchemaView& schema, const std::string& path,
                            FieldErrors& errors) {
  if (schema.list(kMapKeys).empty()) return;
  constexpr auto kText = "must be map if x-kubernetes-list-map-keys is non-empty";
  const auto* list_type = schema.get(kListType);
  if (list_type == nullptr) {
    errors.push_back(required(path + "." + kListType, kText, kOrigin));
  } else if (*list_type != Value("map")) {
    errors.push_back(invalid_value(path + "." + kListType, *list_type, kText, kOrigin));
  }
}

}  // namespace

void validate_list_and_map_types(const SchemaView& schema, const std::string& path,
                                 FieldErrors& errors) {
  if (schema.has(kMapType)) {
    check_type_beside(schema, path, kMapType, "object", errors);
    check_choice(schema, path, kMapType, {"atomic", "granular"}, errors);
  }
  const auto list_type = schema.text(kListType);
  if (schema.has(kListType)) {
    check_type_beside(schema, path, kListType, "array", errors);
    if (list_type == "set" && schema.text("type") == "array") {
      check_set_items(schema, path, errors);
    }
    check_choice(schema, path, kListType, {"atomic", "set", "map"}, errors);
  }
  check_keys_beside_type(schema, path, errors);
  if (list_type == "map") check_map(schema, path, errors);
  if (list_type == "map" || list_type == "set") check_presence(schema, path, list_type, errors);
}

}  // namespace gatefold
