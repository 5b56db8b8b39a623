#include <map>

#include "schema/json.h"
#include "schema/path.h"
#include "schema/structural.h"

namespace gatefold {
namespace {

// What two items of a map list may not share: their keys' values.
Value keys_of(const SchemaNode& schema, const Value& item) {
  JsonObject keys;
  for (const auto& key : schema.list_map_keys) {
    if (const auto* value = find(item, key)) keys.emplace(key, *value);
  }
  return Value(std::move(keys));
}

void check_unique(const SchemaNode& schema, const JsonArray& array, const Path& path,
                  FieldErrors& errors) {
  const bool is_map = schema.list_type == ListType::kMap;
  for (std::size_t i = 0; is_map && i < array.size(); ++i) {
    if (array[i].is_object() || array[i].is_null()) continue;
    errors.push_back(invalid_value(Path(path, i).text(), array[i],
                                   "must be an object for an array of list-type map", "list-map"));
    return;
  }
  // An item that stands there three times is told once.
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < array.size(); ++i) {
    auto identity = is_map ? keys_of(schema, array[i]) : array[i];
    if (++seen[canonical_json(identity)] != 2) continue;
    errors.push_back(duplicate(Path(path, i).text(), identity, is_map ? "list-map" : "list-set"));
  }
}

void walk(const SchemaNode& schema, const Value& value, const Path& path, FieldErrors& errors) {
  if (const auto* object = value.if_object()) {
    for (const auto& [name, property] : schema.properties) {
      if (const auto* member = object->if_contains(name)) {
        walk(*property, *member, Path(path, name), errors);
      }
    }
    if (schema.additional_properties == nullptr) return;
    for (const auto& member : *object) {
      const std::string_view key = member.key();
      if (!schema.properties.contains(key)) {
        walk(*schema.additional_properties, member.value(), Path::of_key(path, key), errors);
      }
    }
    return;
  }
  const auto* array = value.if_array();
  if (array == nullptr) return;
  if (schema.list_type != ListType::kAtomic) check_unique(schema, *array, path, errors);
  if (schema.items == nullptr) return;
  for (std::size_t i = 0; i < array->size(); ++i) {
    walk(*schema.items, (*array)[i], Path(path, i), errors);
  }
}

}  // namespace

FieldErrors validate_list_types(const SchemaNode& schema, const Value& value,
                                std::string_view path) {
  FieldErrors errors;
  const Path root;
  if (path.empty()) {
    walk(schema, value, root, errors);
  } else {
    walk(schema, value, Path(root, path), errors);
  }
  return errors;
}

}  // namespace gatefold
