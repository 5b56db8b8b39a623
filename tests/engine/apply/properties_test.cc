// What holds of all values, over values that are drawn.
#include <algorithm>

#include "engine/apply/typed.h"
#include "engine/apply/updater.h"
#include "engine/apply/walk.h"
#include "tests/engine/apply/random_typed.h"
#include "tests/engine/apply/sets.h"

namespace gatefold::engine {
namespace {

using test::drawn_value;
using test::written;

constexpr unsigned kSeeds = 150;

// Calls with a source of chance for each seed and type, and says which seed it was.
template <class Call>
void for_each_draw(Call call) {
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    for (const auto& type : test::drawn_types()) {
      INFO("seed " << seed);
      std::mt19937 random(seed);
      call(random, type);
    }
  }
}

TEST_CASE("a set reads back from what it is written as (R18.1)") {
  for_each_draw([](std::mt19937& random, const FieldType& type) {
    const auto fields = field_set_of(type, drawn_value(random, type));
    CHECK(parse_fields_v1(to_fields_v1(fields)) == fields);
  });
}

TEST_CASE("a value merged with itself is itself (R18.4)") {
  for_each_draw([](std::mt19937& random, const FieldType& type) {
    const auto value = drawn_value(random, type);
    REQUIRE(validate_typed(type, value).has_value());
    const auto merged = merge_typed(type, value, value);
    REQUIRE(merged.has_value());
    CHECK(canonical_json(*merged) == canonical_json(value));
  });
}

TEST_CASE("what is merged has all that was applied, as it was applied (R18.4)") {
  for_each_draw([](std::mt19937& random, const FieldType& type) {
    const auto live = drawn_value(random, type);
    const auto applied = drawn_value(random, type);
    const auto merged = merge_typed(type, live, applied);
    REQUIRE(merged.has_value());
    const auto changes = compare_typed(type, applied, *merged);
    REQUIRE(changes.has_value());
    const auto fields = leaves(field_set_of(type, applied));
    for (const auto& lost :
         {intersect(changes->removed, fields), intersect(changes->modified, fields)}) {
      // What was empty may have become full.
      lost.for_each([&](const FieldPath& path) {
        INFO(path_text(path));
        const auto* below = &changes->added;
        for (const auto& element : path) {
          below = below == nullptr ? nullptr : below->below(element);
        }
        CHECK(below != nullptr);
      });
    }
  });
}

TEST_CASE("a value does not differ from itself, and wholly from none (R17.4)") {
  for_each_draw([](std::mt19937& random, const FieldType& type) {
    const auto value = drawn_value(random, type);
    const auto nothing = compare_typed(type, value, value);
    REQUIRE(nothing.has_value());
    CHECK(nothing->added.empty());
    CHECK(nothing->modified.empty());
    CHECK(nothing->removed.empty());
    const auto all = compare_typed(type, Value(JsonObject()), value);
    REQUIRE(all.has_value());
    CHECK(subtract(field_set_of(type, value), all->added).empty());
  });
}

bool is_emptied(const Value& value) {
  if (value.is_object()) return value.get_object().empty();
  return value.is_null() || (value.is_array() && value.get_array().empty());
}

// Without members that are null, or have nothing in them.
Value without_empties(const Value& value) {
  if (const auto* list = value.if_array()) {
    JsonArray out;
    for (const auto& item : *list) out.push_back(without_empties(item));
    return out;
  }
  if (!value.is_object()) return value.is_null() ? Value(JsonObject()) : value;
  JsonObject out;
  for (const auto& member : value.get_object()) {
    auto below = without_empties(member.value());
    if (!is_emptied(below)) out.emplace(member.key(), std::move(below));
  }
  return out;
}

// A chain of writes, each by somebody.
struct Chain {
  explicit Chain(const FieldType& object_type) : type(object_type) {}

  void step(std::mt19937& random) {
    const std::string manager(1, static_cast<char>('a' + random() % 3));
    const auto value = drawn_value(random, type);
    if (random() % 2 == 0) {
      auto updated = updater.update(live, value, "v1", managers, "u" + manager);
      REQUIRE(updated.has_value());
      managers = std::move(*updated);
      live = value;
      return;
    }
    apply(manager, value);
    const auto before = managers;
    const auto once = live;
    apply(manager, value);
    CHECK(managers == before);
    // The reference too removes what an application empties, and adds an empty one with the next.
    CHECK(canonical_json(without_empties(live)) == canonical_json(without_empties(once)));
    const auto twice = live;
    apply(manager, value);
    CHECK(canonical_json(live) == canonical_json(twice));
  }

  void apply(const std::string& manager, const Value& value) {
    auto applied = updater.apply(live, value, "v1", managers, manager, true);
    REQUIRE(applied.has_value());
    managers = std::move(applied->managers);
    if (applied->object) live = std::move(*applied->object);
  }

  FieldType type;
  Updater::ResetFields reset_fields;
  Updater updater{[this](std::string_view) { return std::optional(type); }, reset_fields};
  Value live = JsonObject();
  Managers managers;
};

// Where a path leads; nullptr: nowhere.
const Value* value_at(FieldType type, const Value& root, const FieldPath& path) {
  const auto* value = &root;
  for (const auto& element : path) {
    if (const auto* object = value->if_object()) {
      value = object->if_contains(element.field());
      type = type.member(element.field());
    } else if (const auto* list = value->if_array()) {
      const auto item = std::ranges::find_if(
          *list, [&](const Value& each) { return item_element(type, each) == element; });
      value = item == list->end() ? nullptr : &*item;
      type = type.item();
    } else {
      return nullptr;
    }
    if (value == nullptr) return nullptr;
  }
  return value;
}

TEST_CASE("applying twice is applying once, and every leaf has an owner (R18.11 R17.4)") {
  for_each_draw([](std::mt19937& random, const FieldType& type) {
    Chain chain(type);
    for (int left = 6; left > 0; --left) {
      chain.step(random);
      FieldSet owned;
      for (const auto& [manager, set] : chain.managers) owned = unite(std::move(owned), set.fields);
      // Nobody owns an object or list that others emptied.
      const auto unowned = subtract(leaves(field_set_of(type, chain.live)), owned);
      unowned.for_each([&](const FieldPath& path) {
        INFO(path_text(path) << " of " << canonical_json(chain.live));
        const auto* value = value_at(type, chain.live, path);
        REQUIRE(value != nullptr);
        CHECK(is_emptied(*value));
      });
    }
  });
}

}  // namespace
}  // namespace gatefold::engine
