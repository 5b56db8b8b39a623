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

// Values of the input nest no deeper than this, and expressions can't make much deeper ones without
// meaning harm.
constexpr std::size_t kDepthMax = 2000;

Equality compared(Arena& arena, const Val& a, const Val& b, std::size_t depth);

// By what the items are, for the first of items that are the same.
using Places = std::map<std::string, std::size_t>;

Places places_of(Arena& arena, const Val& list, const SchemaNode& schema) {
  Places places;
  for (std::size_t i = 0; i < list_size(list) && arena.step(); ++i) {
    places.emplace(item_identity(list_at(arena, list, i), schema), i);
  }
  return places;
}

Equality equal_unordered(Arena& arena, const Val& a, const Val& b, const SchemaNode& schema,
                         std::size_t depth) {
  const auto places = places_of(arena, a, schema);
  for (std::size_t i = 0; i < list_size(b); ++i) {
    if (!arena.step()) return Equality::kUnequal;
    const auto item = list_at(arena, b, i);
    const auto place = places.find(item_identity(item, schema));
    if (place == places.end()) return Equality::kUnequal;
    if (schema.list_type == ListType::kSet) continue;
    const auto equality = compared(arena, list_at(arena, a, place->second), item, depth);
    if (equality != Equality::kEqual) return equality;
  }
  return Equality::kEqual;
}

// The reference's own lists and maps take what can't be compared for equal, those of the input that
// have a schema don't.
bool is_strict(const Val& value) {
  return value.is_json && value.json.schema != nullptr;
}

// What ends a comparison of items.
bool differs(Equality equality, bool is_strict) {
  return equality == Equality::kUnequal || (is_strict && equality == Equality::kNoOverload);
}

Equality equal_lists(Arena& arena, const Val& a, const Val& b, std::size_t depth) {
  if (!b.is(ValKind::kList)) return is_strict(a) ? Equality::kNoOverload : Equality::kUnequal;
  if (list_size(a) != list_size(b)) return Equality::kUnequal;
  if (const auto* schema = unordered_schema(a)) return equal_unordered(arena, a, b, *schema, depth);
  for (std::size_t i = 0; i < list_size(a); ++i) {
    const auto equality = compared(arena, list_at(arena, a, i), list_at(arena, b, i), depth);
    if (differs(equality, is_strict(a))) return equality;
  }
  return Equality::kEqual;
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

Equality equal_maps(Arena& arena, const Val& a, const Val& b, std::size_t depth) {
  if (!b.is(ValKind::kMap)) return is_strict(a) ? Equality::kNoOverload : Equality::kUnequal;
  if (map_size(a) != map_size(b)) return Equality::kUnequal;
  for (std::size_t i = 0; i < map_size(a); ++i) {
    if (is_strict(a) && is_unknown_member(a, i)) {
      if (!b.is_json) return Equality::kNoOverload;
      if (!equal_unknown(arena, a, b, i)) return Equality::kUnequal;
      continue;
    }
    const auto item = map_at(arena, a, i);
    Val other;
    if (!map_find(arena, b, item.key, other)) return Equality::kUnequal;
    const auto equality = compared(arena, item.value, other, depth);
    if (differs(equality, is_strict(a))) return equality;
  }
  return Equality::kEqual;
}

Equality compared(Arena& arena, const Val& a, const Val& b, std::size_t depth) {
  const auto verdict = [](bool is_equal) {
    return is_equal ? Equality::kEqual : Equality::kUnequal;
  };
  if (!arena.step(depth < kDepthMax ? 1 : Arena::kStepsMax) || a.is_error()) {
    return Equality::kUnequal;
  }
  if (a.is(ValKind::kString)) return verdict(b.is(ValKind::kString) && a.text == b.text);
  if (a.is(ValKind::kNull) || b.is(ValKind::kNull)) return verdict(a.kind == b.kind);
  if (a.is(ValKind::kList)) return equal_lists(arena, a, b, depth + 1);
  if (a.is(ValKind::kMap)) return equal_maps(arena, a, b, depth + 1);
  if (a.is(ValKind::kType)) return verdict(b.is(ValKind::kType) && a.type->name == b.type->name);
  if (a.is(ValKind::kOptional)) {
    if (!b.is(ValKind::kOptional)) return Equality::kUnequal;
    if (a.optional == nullptr || b.optional == nullptr) return verdict(a.optional == b.optional);
    return compared(arena, *a.optional, *b.optional, depth + 1);
  }
  if (is_opaque(a.kind)) {
    // Those of the authorizer library are not even equal to themselves.
    if (a.kind >= ValKind::kAuthorizer && a.kind <= ValKind::kDecision) {
      return Equality::kNoOverload;
    }
    return a.kind == b.kind ? verdict(opaque_equal(a, b)) : Equality::kNoOverload;
  }
  return verdict(compare(a, b) == Order::kEqual);
}

}  // namespace

Equality equality_of(Arena& arena, const Val& a, const Val& b) {
  return compared(arena, a, b, 0);
}

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
  return equality_of(arena, a, b) == Equality::kEqual;
}

}  // namespace gatefold::cel
