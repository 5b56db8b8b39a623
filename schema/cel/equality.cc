#include <map>
#include <string>

#include "schema/cel/json_val.h"
#include "schema/cel/opaque.h"
#include "schema/cel/text.h"
#include "schema/cel/type.h"
#include "schema/cel/val.h"
#include "schema/json.h"

namespace gatefold::cel {
namespace {

bool is_unordered(const SchemaNode* schema) {
  return schema != nullptr && schema->list_type != ListType::kAtomic;
}

// The schema of a list of type set or map, otherwise nullptr.
const SchemaNode* unordered_schema(const Val& list) {
  const SchemaNode* schema = nullptr;
  if (list.is_json) {
    schema = list.json.schema;
  } else if (list.is_typed) {
    schema = (list.list.items.data() - 1)->json.schema;
  }
  return is_unordered(schema) ? schema : nullptr;
}

// What makes an item of such a list the same item: of a set all of it, of a map its keys.
std::string item_identity(const Val& item, const SchemaNode& list_schema) {
  const bool is_object = item.is(ValKind::kMap) && item.is_json;
  if (list_schema.list_type == ListType::kMap && is_object) {
    std::string identity;
    for (const auto& key : list_schema.list_map_keys) {
      const auto* value = item.json.value->get_object().if_contains(key);
      identity += value == nullptr ? "-" : canonical_json(*value);
      identity += '\n';
    }
    return identity;
  }
  if (item.is(ValKind::kString)) return "string " + std::string(item.text);
  if (item.is_json) return canonical_json(*item.json.value);
  // Texts and numbers are different items, whatever their texts.
  return std::string(type_name(item)) + ' ' + message_text(item);
}

// By what the items are, for the first of items that are the same.
using Places = std::map<std::string, std::size_t>;

Places places_of(Arena& arena, const Val& list, const SchemaNode& schema) {
  Places places;
  for (std::size_t i = 0; i < list_size(list) && arena.step(); ++i) {
    places.emplace(item_identity(list_at(arena, list, i), schema), i);
  }
  return places;
}

bool equal_unordered(Arena& arena, const Val& a, const Val& b, const SchemaNode& schema) {
  const auto places = places_of(arena, a, schema);
  for (std::size_t i = 0; i < list_size(b); ++i) {
    if (!arena.step()) return false;
    const auto item = list_at(arena, b, i);
    const auto place = places.find(item_identity(item, schema));
    if (place == places.end()) return false;
    if (schema.list_type == ListType::kSet) continue;
    if (!equal(arena, list_at(arena, a, place->second), item)) return false;
  }
  return true;
}

bool equal_lists(Arena& arena, const Val& a, const Val& b) {
  if (!b.is(ValKind::kList) || list_size(a) != list_size(b)) return false;
  if (const auto* schema = unordered_schema(a)) return equal_unordered(arena, a, b, *schema);
  for (std::size_t i = 0; i < list_size(a); ++i) {
    if (!equal(arena, list_at(arena, a, i), list_at(arena, b, i))) return false;
  }
  return true;
}

// Fields that a schema doesn't know but preserves: where both have one, it has to be the same.
bool is_unknown_member(const Val& map, std::size_t index) {
  const auto& member = map.json.value->get_object().begin()[static_cast<std::ptrdiff_t>(index)];
  return schema_of_member(map, {member.key().data(), member.key().size()}) == nullptr;
}

bool equal_unknown(Arena& arena, const Val& a, const Val& b, std::size_t index) {
  const auto& member = a.json.value->get_object().begin()[static_cast<std::ptrdiff_t>(index)];
  const auto* other = b.json.value->get_object().if_contains(member.key());
  return other == nullptr ||
         equal(arena, val_of(arena, member.value(), nullptr), val_of(arena, *other, nullptr));
}

bool equal_maps(Arena& arena, const Val& a, const Val& b) {
  if (!b.is(ValKind::kMap) || map_size(a) != map_size(b)) return false;
  const bool is_object = a.is_json && has_fields(a);
  for (std::size_t i = 0; i < map_size(a); ++i) {
    const auto item = map_at(arena, a, i);
    if (is_object && is_unknown_member(a, i)) {
      if (!b.is_json || !equal_unknown(arena, a, b, i)) return false;
      continue;
    }
    Val other;
    if (!map_find(arena, b, item.key, other) || !equal(arena, item.value, other)) return false;
  }
  return true;
}

}  // namespace

Val merge_lists(Arena& arena, const Val& a, const Val& b) {
  const auto* schema = unordered_schema(a);
  const auto size = list_size(a) + list_size(b);
  if (!arena.fits((size + 1) * sizeof(Val)) || !arena.step(size)) {
    arena.step(Arena::kStepsMax);
    return exhausted_error();
  }
  const auto storage = arena.make_span<Val>(size + 1);
  storage[0].kind = ValKind::kList;
  storage[0].json = {nullptr, schema};
  const auto items = storage.subspan(1);
  std::size_t count = 0;
  for (; count < list_size(a); ++count) items[count] = list_at(arena, a, count);
  auto places = schema == nullptr ? Places{} : places_of(arena, a, *schema);
  for (std::size_t i = 0; i < list_size(b); ++i) {
    const auto item = list_at(arena, b, i);
    if (schema != nullptr) {
      const auto [place, is_new] = places.emplace(item_identity(item, *schema), count);
      if (!is_new) {
        if (schema->list_type == ListType::kMap) items[place->second] = item;
        continue;
      }
    }
    items[count++] = item;
  }
  auto out = list_val(items.first(count));
  out.is_typed = schema != nullptr;
  return out;
}

bool equal(Arena& arena, const Val& a, const Val& b) {
  if (!arena.step()) return false;
  if (a.is(ValKind::kList)) return equal_lists(arena, a, b);
  if (a.is(ValKind::kMap)) return equal_maps(arena, a, b);
  switch (a.kind) {
    case ValKind::kError:
      return false;
    case ValKind::kNull:
      return b.is(ValKind::kNull);
    case ValKind::kType:
      return b.is(ValKind::kType) && a.type->name == b.type->name;
    case ValKind::kOptional:
      if (!b.is(ValKind::kOptional)) return false;
      if (a.optional == nullptr || b.optional == nullptr) return a.optional == b.optional;
      return equal(arena, *a.optional, *b.optional);
    default:
      break;
  }
  if (is_opaque(a.kind)) return is_opaque(b.kind) && opaque_equal(a, b);
  return compare(a, b) == Order::kEqual;
}

}  // namespace gatefold::cel
