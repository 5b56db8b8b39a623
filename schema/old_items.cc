#include "schema/old_items.h"

#include <algorithm>

#include "schema/json.h"

namespace gatefold {

OldItems::OldItems(const SchemaNode& schema, const Value* old_list) : schema_(schema) {
  const auto* array = old_list == nullptr ? nullptr : old_list->if_array();
  if (array == nullptr || schema.list_type != ListType::kMap) return;
  for (const auto& item : *array) {
    if (auto keys = keys_text(item)) by_keys_.emplace(std::move(*keys), &item);
  }
}

const Value* OldItems::counterpart(const Value& item) const {
  if (by_keys_.empty()) return nullptr;
  const auto keys = keys_text(item);
  const auto found = keys ? by_keys_.find(*keys) : by_keys_.end();
  return found == by_keys_.end() ? nullptr : found->second;
}

std::optional<std::string> OldItems::keys_text(const Value& item) const {
  JsonArray keys;
  for (const auto& key : schema_.list_map_keys) {
    const auto* value = find(item, key);
    if (value == nullptr || value->is_null() || value->is_structured()) return std::nullopt;
    keys.push_back(*value);
  }
  return canonical_json(Value(std::move(keys)));
}

bool is_unchanged(const SchemaNode& schema, const Value& value, const Value& old_value) {
  const auto* array = value.if_array();
  const auto* old_array = old_value.if_array();
  if (array != nullptr && old_array != nullptr && schema.list_type == ListType::kMap &&
      schema.items != nullptr) {
    if (array->size() != old_array->size()) return false;
    const OldItems old_items(schema, &old_value);
    return std::ranges::all_of(*array, [&](const Value& item) {
      const auto* old_item = old_items.counterpart(item);
      return old_item != nullptr && is_unchanged(*schema.items, item, *old_item);
    });
  }
  const auto* object = value.if_object();
  const auto* old_object = old_value.if_object();
  if (object == nullptr || old_object == nullptr) return same(value, old_value);
  if (object->size() != old_object->size()) return false;
  return std::ranges::all_of(*object, [&](const auto& member) {
    const auto* old_member = old_object->if_contains(member.key());
    const auto* below = schema.member(std::string_view(member.key()));
    return old_member != nullptr && below != nullptr &&
           is_unchanged(*below, member.value(), *old_member);
  });
}

}  // namespace gatefold
