#include "schema/defaults.h"

namespace gatefold {
namespace {

bool apply_to_object(const SchemaNode& schema, JsonObject& object) {
  bool changed = false;
  for (const auto& [key, property] : schema.properties) {
    if (!property->default_value) continue;
    auto* member = object.if_contains(key);
    if (member == nullptr) {
      object.emplace(key, *property->default_value);
      changed = true;
    } else if (member->is_null() && !property->nullable) {
      *member = *property->default_value;
      changed = true;
    }
  }
  for (auto& member : object) {
    const auto* below = schema.member({member.key().data(), member.key().size()});
    if (below == nullptr) continue;
    auto& value = member.value();
    // A map's values default as properties do.
    if (value.is_null() && !below->nullable && below->default_value) {
      value = *below->default_value;
      changed = true;
    }
    changed |= apply_defaults(*below, value);
  }
  return changed;
}

}  // namespace

bool apply_defaults(const SchemaNode& schema, Value& value) {
  if (auto* object = value.if_object()) return apply_to_object(schema, *object);
  auto* array = value.if_array();
  if (array == nullptr || schema.items == nullptr) return false;
  bool changed = false;
  for (auto& item : *array) {
    if (item.is_null() && !schema.items->nullable && schema.items->default_value) {
      item = *schema.items->default_value;
      changed = true;
    }
    changed |= apply_defaults(*schema.items, item);
  }
  return changed;
}

}  // namespace gatefold
