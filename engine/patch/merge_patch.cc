#include "engine/patch/merge_patch.h"

#include <fmt/format.h>

#include "engine/patch/json_patch.h"

namespace gatefold::engine {
namespace {

Value without_nulls(const Value& value) {
  if (const auto* list = value.if_array()) {
    JsonArray items;
    items.reserve(list->size());
    for (const auto& item : *list) items.push_back(without_nulls(item));
    return items;
  }
  const auto* object = value.if_object();
  if (object == nullptr) return value;
  JsonObject members;
  for (const auto& member : *object) {
    if (!member.value().is_null()) members[member.key()] = without_nulls(member.value());
  }
  return members;
}

void merge(JsonObject& target, const JsonObject& patch) {
  for (const auto& member : patch) {
    const auto& value = member.value();
    if (value.is_null()) {
      target.erase(member.key());
      continue;
    }
    auto& slot = target[member.key()];
    if (!slot.is_object()) {
      slot = without_nulls(value);
    } else if (value.is_object()) {
      merge(slot.get_object(), value.get_object());
    } else {
      slot = value;
    }
  }
}

}  // namespace

Result<void> check_merge_patch(const Value& patch) {
  if (patch.is_object()) return {};
  if (patch.is_null()) return bad_request("Invalid JSON Patch");
  return bad_request(
      fmt::format("error decoding patch: json: cannot unmarshal {} into Go value of type "
                  "map[string]interface {{}}",
                  go_kind(patch)));
}

Value apply_merge_patch(Value document, const Value& patch) {
  const auto* members = patch.if_object();
  if (members == nullptr) return patch;
  if (!document.is_object()) document.emplace_object();
  merge(document.get_object(), *members);
  return document;
}

}  // namespace gatefold::engine
