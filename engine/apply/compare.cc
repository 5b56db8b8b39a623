#include <algorithm>
#include <span>

#include "engine/apply/typed.h"
#include "engine/apply/walk.h"

namespace gatefold::engine {
namespace {

// What is found of one value: of itself, and below it.
struct Change {
  bool is_member = false;
  FieldLevel below;

  void add_to(FieldLevel& level, const PathElement& element) {
    level.add(element, is_member, std::move(below));
  }
  bool is_nothing() const { return !is_member && below.empty(); }
};

struct Changes {
  Change added;
  Change modified;
  Change removed;

  bool is_nothing() const {
    return added.is_nothing() && modified.is_nothing() && removed.is_nothing();
  }
  void add_to(Changes& parent, const PathElement& element) {
    added.add_to(parent.added.below, element);
    modified.add_to(parent.modified.below, element);
    removed.add_to(parent.removed.below, element);
  }
};

struct Item {
  PathElement element;
  bool is_after;
  const Value* value;  // within one list for each side

  auto operator<=>(const Item&) const = default;
};

class Comparer {
 public:
  // nullptr: there is none; not both.
  void compare(const FieldType& type, const Value* before, const Value* after, Changes& changes) {
    const Forms forms_before(type, before);
    const Forms forms_after(type, after);
    bool is_leaf = false;
    if (after == nullptr) {
      is_leaf = walk(forms_before, type, before, after, changes);
    } else {
      if (before != nullptr && forms_before != forms_after) {
        walk(forms_before, type, before, after, changes);
      }
      is_leaf = walk(forms_after, type, before, after, changes);
    }
    if (is_leaf) return;
    if (before == nullptr) changes.added.is_member = true;
    if (after == nullptr) changes.removed.is_member = true;
  }

  const TypedErrors& errors() const { return errors_; }

 private:
  // Whether the value is one leaf.
  bool walk(const Forms& forms, const FieldType& type, const Value* before, const Value* after,
            Changes& changes) {
    switch (forms.walk()) {
      case Forms::Walk::kObject:
        return compare_objects(type, before, after, changes);
      case Forms::Walk::kScalar: {
        auto wrong_before = scalar_error(type.scalar(), before);
        auto wrong_after = scalar_error(type.scalar(), after);
        if (!wrong_before.empty() && !wrong_after.empty()) {
          errors_.push_back({{}, "lhs: " + wrong_before});
          errors_.push_back({{}, "rhs: " + wrong_after});
          return false;
        }
        return compare_leaves(before, after, changes);
      }
      case Forms::Walk::kList:
        return compare_lists(type, before, after, changes);
      case Forms::Walk::kNone:
        errors_.push_back({{}, "schema error: invalid atom: inlined"});
        return false;
    }
    return false;
  }

  static bool compare_leaves(const Value* before, const Value* after, Changes& changes) {
    if (before == nullptr) {
      changes.added.is_member = true;
    } else if (after == nullptr) {
      changes.removed.is_member = true;
    } else if (!same(*before, *after)) {
      changes.modified.is_member = true;
    }
    return true;
  }

  void compare_below(const FieldType& type, const PathElement& element, const Value* before,
                     const Value* after, Changes& parent) {
    Changes changes;
    const auto from = errors_.size();
    compare(type, before, after, changes);
    if (errors_.size() > from) prefix_errors(errors_, from, element.text());
    changes.add_to(parent, element);
  }

  void compare_member(const FieldType& type, std::string_view name, const Value* before,
                      const Value* after, Changes& parent) {
    Changes changes;
    const auto from = errors_.size();
    compare(type.member(name), before, after, changes);
    if (errors_.size() > from) prefix_errors(errors_, from, "." + std::string(name));
    if (!changes.is_nothing()) changes.add_to(parent, PathElement::of_field(name));
  }

  bool compare_objects(const FieldType& type, const Value* before, const Value* after,
                       Changes& changes) {
    const auto* left = object_of(before);
    const auto* right = object_of(after);
    const bool both_empty =
        (left == nullptr || left->empty()) && (right == nullptr || right->empty());
    if (both_empty || type.object_is_atomic()) return compare_leaves(before, after, changes);
    if (left != nullptr) {
      for (const auto& member : *left) {
        const auto* other = right == nullptr ? nullptr : right->if_contains(member.key());
        compare_member(type, member.key(), &member.value(), other, changes);
      }
    }
    if (right != nullptr) {
      if (before == nullptr) changes.added.below.members.reserve(right->size());
      for (const auto& member : *right) {
        if (left != nullptr && left->contains(member.key())) continue;
        compare_member(type, member.key(), nullptr, &member.value(), changes);
      }
    }
    return false;
  }

  bool compare_lists(const FieldType& type, const Value* before, const Value* after,
                     Changes& changes) {
    const auto* left = list_of(before);
    const auto* right = list_of(after);
    const bool both_empty =
        (left == nullptr || left->empty()) && (right == nullptr || right->empty());
    if (both_empty || type.list_is_atomic()) return compare_leaves(before, after, changes);
    // Most lists are as they were; looking at them twice where they aren't costs little, as lists
    // of items with an identity don't nest deep.
    if (left != nullptr && right != nullptr && same(*before, *after)) return false;
    std::vector<Item> items;
    items.reserve((left == nullptr ? 0 : left->size()) + (right == nullptr ? 0 : right->size()));
    add_items(type, left, false, items);
    add_items(type, right, true, items);
    std::ranges::sort(items);
    if (before == nullptr) {
      changes.added.below.members.reserve(items.size());
      changes.added.below.subsets.reserve(items.size());
    }
    const auto item_type = type.item();
    for (auto first = items.begin(); first != items.end();) {
      const auto last = std::find_if(
          first, items.end(), [&](const Item& item) { return item.element != first->element; });
      compare_items(item_type, {first, last}, changes);
      first = last;
    }
    return false;
  }

  void add_items(const FieldType& type, const JsonArray* list, bool is_after,
                 std::vector<Item>& items) {
    if (list == nullptr) return;
    std::size_t index = 0;
    for (const auto& item : *list) {
      auto element = item_element(type, item);
      if (element) {
        items.push_back({std::move(*element), is_after, &item});
      } else {
        errors_.push_back({{}, "element " + std::to_string(index) + ": " + element.error()});
      }
      ++index;
    }
  }

  // Of one identity: those of before, then those of after. Where there are several of a side they
  // are one leaf.
  void compare_items(const FieldType& type, std::span<const Item> items, Changes& changes) {
    const auto middle = std::ranges::find(items, true, &Item::is_after);
    const std::span before(items.begin(), middle);
    const std::span after(middle, items.end());
    const auto& element = items.front().element;
    if (before.size() <= 1 && after.size() <= 1) {
      compare_below(type, element, before.empty() ? nullptr : before[0].value,
                    after.empty() ? nullptr : after[0].value, changes);
    } else if (before.size() > 1 && after.size() > 1) {
      const auto equal = [](const Item& a, const Item& b) { return same(*a.value, *b.value); };
      if (!std::ranges::equal(before, after, equal)) {
        changes.modified.below.members.push_back(element);
      }
    } else if (before.size() > 1) {
      if (!after.empty()) compare_below(type, element, nullptr, after[0].value, changes);
      changes.removed.below.members.push_back(element);
    } else {
      if (!before.empty()) compare_below(type, element, before[0].value, nullptr, changes);
      changes.added.below.members.push_back(element);
    }
  }

  TypedErrors errors_;
};

}  // namespace

Result<Comparison> compare_typed(const FieldType& type, const Value& before, const Value& after) {
  Comparer comparer;
  Changes changes;
  comparer.compare(type, &before, &after, changes);
  if (!comparer.errors().empty()) {
    return failure(Reason::kUnknown, errors_text(comparer.errors()));
  }
  return Comparison{.added = std::move(changes.added.below).sealed(),
                    .modified = std::move(changes.modified.below).sealed(),
                    .removed = std::move(changes.removed.below).sealed()};
}

}  // namespace gatefold::engine
