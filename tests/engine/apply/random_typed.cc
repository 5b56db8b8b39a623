#include "tests/engine/apply/random_typed.h"

#include <set>
#include <string>

#include "engine/apply/walk.h"
#include "tests/schema/parsed.h"

namespace gatefold::test {
namespace {

using engine::FieldType;
using engine::ScalarType;

constexpr std::string_view kGranular = R"(
type: object
properties: &properties
  a: {type: string}
  b: {type: integer}
  c: &inner {type: object, properties: {a: {type: string}, b: {type: boolean}}}
  d: {type: object, additionalProperties: {type: string}}
  e: {type: array, x-kubernetes-list-type: set, items: {type: string}}
  f:
    type: array
    x-kubernetes-list-type: map
    x-kubernetes-list-map-keys: [a, b]
    items:
      type: object
      properties:
        a: {type: string}
        b: {type: integer, default: 1}
        c: {type: array, x-kubernetes-list-type: set, items: {type: integer}}
        d: *inner
  g: {x-kubernetes-preserve-unknown-fields: true}
  h: {type: array, items: {type: string}}
)";

constexpr std::string_view kAtomic = R"(
type: object
properties:
  a: {type: object, x-kubernetes-map-type: atomic, properties: {a: {type: string}}}
  b: {type: object, additionalProperties: {type: object, x-kubernetes-map-type: atomic,
      properties: {a: {type: string}, b: {type: integer}}}}
  c: {type: array, items: {type: object, properties: {a: {type: string}}}}
)";

int pick(std::mt19937& random, int below) {
  return static_cast<int>(random() % unsigned(below));
}

Value drawn_scalar(std::mt19937& random, ScalarType type) {
  switch (type) {
    case ScalarType::kNumber:
      return 1 + pick(random, 3);
    case ScalarType::kBoolean:
      return pick(random, 2) == 0;
    case ScalarType::kString:
    case ScalarType::kAny:
      return Value(std::string(1, static_cast<char>('a' + pick(random, 3))));
  }
  return nullptr;
}

Value drawn_object(std::mt19937& random, const FieldType& type, int depth) {
  JsonObject object;
  for (char name = 'a'; name <= 'h'; ++name) {
    const auto member = type.member({&name, 1});
    if (!member.exists() || pick(random, 2) == 0 || depth > 4) continue;
    object.emplace(std::string_view(&name, 1), drawn_value(random, member, depth + 1));
  }
  return object;
}

Value drawn_list(std::mt19937& random, const FieldType& type, int depth) {
  JsonArray list;
  std::set<engine::PathElement> seen;
  for (int left = pick(random, 4); left > 0; --left) {
    auto item = drawn_value(random, type.item(), depth + 1);
    if (auto* object = item.if_object(); object != nullptr && !type.list_keys().empty()) {
      (*object)["a"] = drawn_scalar(random, ScalarType::kString);
    }
    if (!type.list_is_atomic()) {
      const auto element = engine::item_element(type, item);
      if (!element || !seen.insert(*element).second) continue;
    }
    list.push_back(std::move(item));
  }
  return list;
}

}  // namespace

std::vector<FieldType> drawn_types() {
  static const auto kSchemas = std::vector{schema(kGranular), schema(kAtomic)};
  return {FieldType::of_schema(*kSchemas[0]), FieldType::of_schema(*kSchemas[1]),
          FieldType::deduced()};
}

Value drawn_value(std::mt19937& random, const FieldType& type, int depth) {
  if (type.may_be_object() && (depth == 0 || !type.may_be_scalar() || pick(random, 3) == 0)) {
    return drawn_object(random, type, depth);
  }
  if (type.may_be_list() && (!type.may_be_scalar() || pick(random, 3) == 0)) {
    return depth > 4 ? Value(JsonArray()) : drawn_list(random, type, depth);
  }
  return drawn_scalar(random, type.scalar());
}

}  // namespace gatefold::test
