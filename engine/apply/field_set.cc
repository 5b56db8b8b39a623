#include "engine/apply/field_set.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace gatefold::engine {
namespace {

using Elements = std::vector<PathElement>;
using Subsets = std::vector<FieldSubset>;

// Walks two sorted lists at once: `left` and `right` for what is in one alone, `both` for pairs.
template <class A, class B, class Key, class Left, class Right, class Both>
void zip(const A& a, const B& b, Key key_a, auto key_b, Left left, Right right, Both both) {
  auto at = a.begin();
  auto other = b.begin();
  while (at != a.end() && other != b.end()) {
    const auto order = key_a(*at) <=> key_b(*other);
    if (order < 0) {
      left(*at++);
    } else if (order > 0) {
      right(*other++);
    } else {
      both(*at++, *other++);
    }
  }
  for (; at != a.end(); ++at) left(*at);
  for (; other != b.end(); ++other) right(*other);
}

constexpr std::identity kItself;
constexpr auto kElement = [](const FieldSubset& subset) -> const PathElement& {
  return subset.element;
};
constexpr auto kSkip = [](const auto&) {};

Elements without(const Elements& a, const Elements& b) {
  Elements left;
  std::ranges::set_difference(a, b, std::back_inserter(left));
  return left;
}

void for_each_below(const FieldSet& fields, FieldPath& path,
                    const std::function<void(const FieldPath&)>& call) {
  for (const auto& member : fields.members()) {
    path.push_back(member);
    call(path);
    path.pop_back();
  }
  for (const auto& subset : fields.subsets()) {
    path.push_back(subset.element);
    for_each_below(subset.fields, path, call);
    path.pop_back();
  }
}

// Sorts, and unites what is equal.
void normalize(Elements& members) {
  if (std::ranges::is_sorted(members, std::ranges::less_equal{})) {
    if (std::ranges::adjacent_find(members) == members.end()) return;
  } else {
    std::ranges::sort(members);
  }
  members.erase(std::ranges::unique(members).begin(), members.end());
}

void normalize(Subsets& subsets) {
  std::erase_if(subsets, [](const FieldSubset& subset) { return subset.fields.empty(); });
  if (!std::ranges::is_sorted(subsets, {}, kElement)) {
    std::ranges::sort(subsets, {}, kElement);
  }
  Subsets united;
  if (std::ranges::adjacent_find(subsets, {}, kElement) == subsets.end()) return;
  for (auto& subset : subsets) {
    if (!united.empty() && united.back().element == subset.element) {
      united.back().fields = unite(std::move(united.back().fields), subset.fields);
    } else {
      united.push_back(std::move(subset));
    }
  }
  subsets = std::move(united);
}

}  // namespace

FieldSet::FieldSet() = default;
FieldSet::FieldSet(const FieldSet&) = default;
FieldSet::FieldSet(FieldSet&&) noexcept = default;
FieldSet& FieldSet::operator=(const FieldSet&) = default;
FieldSet& FieldSet::operator=(FieldSet&&) noexcept = default;
FieldSet::~FieldSet() = default;

FieldSet FieldSet::of(std::vector<PathElement> members, std::vector<FieldSubset> subsets) {
  FieldSet fields;
  fields.members_ = std::move(members);
  fields.subsets_ = std::move(subsets);
  normalize(fields.members_);
  normalize(fields.subsets_);
  return fields;
}

void FieldSet::insert(std::span<const PathElement> path) {
  if (path.empty()) return;
  auto* level = this;
  for (; path.size() > 1; path = path.subspan(1)) {
    auto at = std::ranges::lower_bound(level->subsets_, path[0], {}, kElement);
    if (at == level->subsets_.end() || at->element != path[0]) {
      at = level->subsets_.insert(at, FieldSubset{path[0], {}});
    }
    level = &at->fields;
  }
  const auto at = std::ranges::lower_bound(level->members_, path[0]);
  if (at == level->members_.end() || *at != path[0]) level->members_.insert(at, path[0]);
}

bool FieldSet::has(std::span<const PathElement> path) const {
  if (path.empty()) return false;
  const auto* level = this;
  for (; path.size() > 1; path = path.subspan(1)) {
    level = level->below(path[0]);
    if (level == nullptr) return false;
  }
  return level->has_member(path[0]);
}

bool FieldSet::has_member(const PathElement& element) const {
  return std::ranges::binary_search(members_, element);
}

bool FieldSet::empty() const {
  return members_.empty() && subsets_.empty();
}

std::size_t FieldSet::size() const {
  auto count = members_.size();
  for (const auto& subset : subsets_) count += subset.fields.size();
  return count;
}

const FieldSet* FieldSet::below(const PathElement& element) const {
  const auto at = std::ranges::lower_bound(subsets_, element, {}, kElement);
  return at != subsets_.end() && at->element == element ? &at->fields : nullptr;
}

void FieldSet::for_each(const std::function<void(const FieldPath&)>& call) const {
  FieldPath path;
  for_each_below(*this, path, call);
}

bool FieldSet::operator==(const FieldSet& other) const {
  return members_ == other.members_ &&
         std::ranges::equal(subsets_, other.subsets_, [](const auto& a, const auto& b) {
           return a.element == b.element && a.fields == b.fields;
         });
}

FieldSet unite(FieldSet a, const FieldSet& b) {
  if (b.empty()) return a;
  if (a.empty()) return b;
  Elements members;
  std::ranges::set_union(a.members(), b.members(), std::back_inserter(members));
  Subsets subsets;
  const auto take = [&](const FieldSubset& subset) { subsets.push_back(subset); };
  zip(a.subsets(), b.subsets(), kElement, kElement, take, take,
      [&](const FieldSubset& left, const FieldSubset& right) {
        subsets.push_back({left.element, unite(left.fields, right.fields)});
      });
  return FieldSet::of(std::move(members), std::move(subsets));
}

FieldSet intersect(const FieldSet& a, const FieldSet& b) {
  Elements members;
  std::ranges::set_intersection(a.members(), b.members(), std::back_inserter(members));
  Subsets subsets;
  zip(a.subsets(), b.subsets(), kElement, kElement, kSkip, kSkip,
      [&](const FieldSubset& left, const FieldSubset& right) {
        subsets.push_back({left.element, intersect(left.fields, right.fields)});
      });
  return FieldSet::of(std::move(members), std::move(subsets));
}

FieldSet subtract(const FieldSet& a, const FieldSet& b) {
  if (b.empty()) return a;
  Subsets subsets;
  const auto take = [&](const FieldSubset& subset) { subsets.push_back(subset); };
  zip(a.subsets(), b.subsets(), kElement, kElement, take, kSkip,
      [&](const FieldSubset& left, const FieldSubset& right) {
        subsets.push_back({left.element, subtract(left.fields, right.fields)});
      });
  return FieldSet::of(without(a.members(), b.members()), std::move(subsets));
}

FieldSet subtract_trees(const FieldSet& a, const FieldSet& b) {
  if (b.empty()) return a;
  Subsets subsets;
  const auto take = [&](const FieldSubset& subset) {
    if (!b.has_member(subset.element)) subsets.push_back(subset);
  };
  zip(a.subsets(), b.subsets(), kElement, kElement, take, kSkip,
      [&](const FieldSubset& left, const FieldSubset& right) {
        if (b.has_member(left.element)) return;
        subsets.push_back({left.element, subtract_trees(left.fields, right.fields)});
      });
  return FieldSet::of(without(a.members(), b.members()), std::move(subsets));
}

FieldSet leaves(const FieldSet& fields) {
  Elements members;
  zip(
      fields.members(), fields.subsets(), kItself, kElement,
      [&](const PathElement& member) { members.push_back(member); }, kSkip,
      [](const PathElement&, const FieldSubset&) {});
  Subsets subsets;
  for (const auto& subset : fields.subsets()) {
    subsets.push_back({subset.element, leaves(subset.fields)});
  }
  return FieldSet::of(std::move(members), std::move(subsets));
}

}  // namespace gatefold::engine
