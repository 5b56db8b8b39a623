#include "engine/apply/typed.h"
#include "engine/apply/walk.h"

namespace gatefold::engine {
namespace {

Value remove_members(const FieldType& type, const JsonObject& object, const FieldSet& fields) {
  if (type.object_is_atomic()) return nullptr;
  JsonObject left;
  for (const auto& member : object) {
    const auto element = PathElement::of_field(member.key());
    if (fields.has_member(element)) continue;
    const auto* below = fields.below(element);
    left.emplace(member.key(), below == nullptr ? member.value()
                                                : remove_fields(type.member(member.key()),
                                                                member.value(), *below));
  }
  if (left.empty()) return nullptr;
  return left;
}

Value remove_items(const FieldType& type, const JsonArray& list, const FieldSet& fields) {
  if (type.list_is_atomic()) return nullptr;
  JsonArray left;
  const auto item_type = type.item();
  for (const auto& item : list) {
    const auto element = item_element(type, item);
    if (element && fields.has_member(*element)) continue;
    const auto* below = element ? fields.below(*element) : nullptr;
    left.push_back(below == nullptr ? item : remove_fields(item_type, item, *below));
  }
  if (left.empty()) return nullptr;
  return left;
}

}  // namespace

Value remove_fields(const FieldType& type, const Value& value, const FieldSet& fields) {
  switch (Forms(type, &value).walk()) {
    case Forms::Walk::kObject:
      return value.is_object() ? remove_members(type, value.get_object(), fields) : nullptr;
    case Forms::Walk::kScalar:
      return value;
    case Forms::Walk::kList:
      return value.is_array() ? remove_items(type, value.get_array(), fields) : nullptr;
    case Forms::Walk::kNone:
      return nullptr;
  }
  return nullptr;
}

}  // namespace gatefold::engine
