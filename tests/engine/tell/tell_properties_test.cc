// What holds of diff and blame whatever the objects are.
#include <random>
#include <string>

#include "engine/tell/blame.h"
#include "engine/tell/diff.h"
#include "tests/schema/parsed.h"

namespace gatefold::engine {
namespace {

constexpr unsigned kRounds = 600;

// Objects with lists of every sort: named, scalar, without identity, with two of one name.
class Objects {
 public:
  explicit Objects(unsigned seed) : random_(seed) {}

  Value object(int depth) {
    JsonObject members;
    for (unsigned i = pick(5); i > 0; --i) members[name()] = value(depth - 1);
    return members;
  }
  // The same with a few changes.
  Value changed(const Value& value, int depth) {
    if (pick(6) == 0) return this->value(depth);
    if (const auto* object = value.if_object()) {
      JsonObject members;
      for (const auto& member : *object) {
        if (pick(8) != 0) members[member.key()] = changed(member.value(), depth - 1);
      }
      if (pick(4) == 0) members[name()] = this->value(depth - 1);
      return members;
    }
    if (const auto* list = value.if_array()) {
      JsonArray items;
      for (const auto& item : *list) {
        if (pick(8) != 0) items.push_back(changed(item, depth - 1));
      }
      if (items.size() > 1 && pick(3) == 0) std::swap(items.front(), items.back());
      return items;
    }
    return value;
  }

 private:
  unsigned pick(unsigned bound) { return random_() % bound; }
  std::string name() {
    static const std::vector<std::string> kNames = {"a", "b", "name", "type", "x.io/y", "", "port"};
    return kNames[pick(static_cast<unsigned>(kNames.size()))];
  }
  Value value(int depth) {
    switch (depth > 0 ? pick(6) : pick(4)) {
      case 0:
        return static_cast<std::int64_t>(pick(3));
      case 1:
        return Value(name());
      case 2:
        return pick(2) == 0;
      case 3:
        return nullptr;
      case 4: {
        JsonArray items;
        for (unsigned i = pick(4); i > 0; --i) {
          items.push_back(pick(2) == 0 ? value(depth - 1) : named(depth - 1));
        }
        return items;
      }
      default:
        return object(depth);
    }
  }
  Value named(int depth) {
    auto item = object(depth);
    item.as_object()["name"] = std::string(1, static_cast<char>('a' + pick(4)));
    return item;
  }

  std::mt19937 random_;
};

using Changes = std::vector<const FieldChange*>;

Value applied(const Value& value, const Changes& changes, std::size_t depth);

Value applied_to_object(const JsonObject& object, const Changes& changes, std::size_t depth) {
  std::map<std::string, Changes> below;
  for (const auto* change : changes) below[change->steps.at(depth).name].push_back(change);
  JsonObject result = object;
  for (const auto& [name, its] : below) {
    if (its[0]->steps.size() > depth + 1) {
      result[name] = applied(object.at(name), its, depth + 1);
    } else if (its[0]->type == ChangeType::kRemoved) {
      result.erase(name);
    } else {
      const auto* before = object.if_contains(name);
      result[name] = applied(before == nullptr ? Value() : *before, its, depth + 1);
    }
  }
  return result;
}

Value applied_to_list(const JsonArray& list, const Changes& changes, std::size_t depth) {
  std::vector<Changes> of_old(list.size());
  std::map<std::size_t, const FieldChange*> added;
  const FieldChange* order = nullptr;
  for (const auto* change : changes) {
    if (change->steps.size() == depth) {
      order = change;
    } else if (change->steps[depth].old_place) {
      of_old[*change->steps[depth].old_place].push_back(change);
    } else {
      added[*change->steps[depth].new_place] = change;
    }
  }
  std::vector<Value> stayed;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const bool is_removed = !of_old[i].empty() && of_old[i][0]->steps.size() == depth + 1 &&
                            of_old[i][0]->type == ChangeType::kRemoved;
    if (!is_removed) stayed.push_back(applied(list[i], of_old[i], depth + 1));
  }
  if (order != nullptr) {
    std::vector<Value> ordered;
    const auto& old_order = order->old_value.as_array();
    for (const auto& name : order->new_value.as_array()) {
      const auto place = std::find(old_order.begin(), old_order.end(), name) - old_order.begin();
      ordered.push_back(stayed.at(static_cast<std::size_t>(place)));
    }
    REQUIRE(ordered.size() == stayed.size());
    stayed = ordered;
  }
  JsonArray result(stayed.begin(), stayed.end());
  for (const auto& [place, change] : added) {
    REQUIRE(place <= result.size());
    result.insert(result.begin() + static_cast<std::ptrdiff_t>(place), change->new_value);
  }
  return result;
}

Value applied(const Value& value, const Changes& changes, std::size_t depth) {
  if (changes.empty()) return value;
  const auto& first = *changes[0];
  if (first.steps.size() == depth && first.type != ChangeType::kReordered) {
    REQUIRE(changes.size() == 1);
    if (first.type == ChangeType::kChanged) REQUIRE(first.old_value == value);
    return first.new_value;
  }
  if (value.is_object()) return applied_to_object(value.get_object(), changes, depth);
  return applied_to_list(value.as_array(), changes, depth);
}

bool begins_with(std::string_view path, std::string_view other) {
  return path.substr(0, other.size()) == other;
}

}  // namespace

TEST_CASE("applying a diff to the old object gives the new one, in the order of its lists") {
  unsigned unequal = 0;
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    Objects objects(seed);
    const auto before = objects.object(4);
    const auto after = seed % 2 == 0 ? objects.changed(before, 4) : objects.object(4);
    const auto changes = diff(before, after);
    INFO("seed " << seed << "\n" << to_json(before) << "\n" << to_json(after));
    CHECK(changes.empty() == (before == after));
    Changes pointers;
    for (const auto& change : changes) pointers.push_back(&change);
    CHECK(canonical_json(applied(before, pointers, 0)) == canonical_json(after));
    unequal += changes.empty() ? 0 : 1;
  }
  CHECK(unequal > kRounds / 2);
}

TEST_CASE(
    "a field is blamed on a version in which diff says that it changed, and on no earlier one") {
  for (unsigned seed = 0; seed < kRounds / 4; ++seed) {
    Objects objects(seed);
    Blame blame;
    std::vector<Value> bodies = {objects.object(4)};
    for (int i = 0; i < 5; ++i) bodies.push_back(objects.changed(bodies.back(), 4));
    std::vector<std::vector<FieldChange>> changes = {diff(Value(), bodies[0])};
    for (std::size_t i = 1; i < bodies.size(); ++i) {
      changes.push_back(diff(bodies[i - 1], bodies[i]));
    }
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      blame.fold({{i + 1}, {}, {}}, bodies[i]);
    }
    INFO("seed " << seed);
    for (const auto& field : blame.fields()) {
      INFO(field.path << " of " << to_json(bodies.back()));
      const auto revision = field.mark.revision.number;
      // A list may have had names then that it has no more: then paths can't be compared.
      if (field.path.find('[') != std::string::npos) {
        CHECK_FALSE(changes[revision - 1].empty());
        continue;
      }
      const auto touches = [&](const FieldChange& change) {
        return change.type != ChangeType::kReordered &&
               (begins_with(field.path, change.path) || begins_with(change.path, field.path));
      };
      CHECK(std::ranges::any_of(changes[revision - 1], touches));
      for (auto later = revision; later < changes.size(); ++later) {
        const auto is_it = [&](const FieldChange& change) { return change.path == field.path; };
        CHECK(std::ranges::none_of(changes[later], is_it));
      }
    }
  }
}

}  // namespace gatefold::engine
