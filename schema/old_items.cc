#include "schema/old_items.h"

#include "schema/json.h"

namespace gatefold {

OldItems::OldItems(const SchemaNode& schema, const Value* old_list) : schema_(schema) {
  const auto* array = old_list == nullptr ? nullptr : old_list->if_array();
  if (array == nullptr || schema.list_type != ListType::kMap) return;
  for (const auto& item : *array) by_keys_.emplace(keys_text(item), &item);
}

const Value* OldItems::counterpart(const Value& item) const {
  if (by_keys_.empty()) return nullptr;
  const auto found = by_keys_.find(keys_text(item));
  return found == by_keys_.end() ? nullptr : found->second;
}

std::string OldItems::keys_text(const Value& item) const {
  JsonArray keys;
  for (const auto& key : schema_.list_map_keys) {
    const auto* value = find(item, key);
    keys.push_back(value == nullptr ? Value(nullptr) : *value);
  }
  return canonical_json(Value(std::move(keys)));
}

}  // namespace gatefold
