#include "engine/patch/merge_patch.h"

namespace gatefold::engine {

Value apply_merge_patch(Value document, const Value& patch) {
  const auto* members = patch.if_object();
  if (members == nullptr) return patch;
  if (!document.is_object()) document.emplace_object();
  auto& object = document.get_object();
  for (const auto& member : *members) {
    if (member.value().is_null()) {
      object.erase(member.key());
    } else {
      auto& slot = object[member.key()];
      slot = apply_merge_patch(std::move(slot), member.value());
    }
  }
  return document;
}

}  // namespace gatefold::engine
