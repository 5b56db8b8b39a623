#include <set>

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

void walk(const SchemaNode& schema, const Value& value, const Path& path, FieldErrors& errors) {
  if (const auto* object = value.if_object()) {
    for (const auto& [name, property] : schema.properties) {
      if (const auto* member = object->if_contains(name)) {
        walk(*property, *member, Path(path, name), errors);
      }
    }
    if (schema.additional_properties == nullptr) return;
    for (const auto& member : *object) {
      const std::string_view key(member.key().data(), member.key().size());
      if (!schema.properties.contains(key)) {
        walk(*schema.additional_properties, member.value(), Path(path, key), errors);
      }
    }
    return;
  }
  const auto* array = value.if_array();
  if (array == nullptr) return;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const auto& item = (*array)[i];
    const Path at(path, i);
    if (schema.list_type != ListType::kAtomic) {
      auto identity = schema.list_type == ListType::kSet ? item : keys_of(schema, item);
      if (!seen.insert(canonical_json(identity)).second) {
        errors.push_back(duplicate(at.text(), identity,
                                   schema.list_type == ListType::kSet ? "list-set" : "list-map"));
      }
    }
    if (schema.items != nullptr) walk(*schema.items, item, at, errors);
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
