#include <algorithm>
#include <deque>
#include <map>
#include <optional>

#include "engine/apply/typed.h"
#include "engine/apply/walk.h"

namespace gatefold::engine {
namespace {

class Merger {
 public:
  // nullptr: there is none; not both. Nothing: nothing is left.
  std::optional<Value> merge(const FieldType& type, const Value* live, const Value* applied) {
    // A value that only one side has is walked by the reference as well, to the same end.
    if (applied == nullptr) return *live;
    if (live == nullptr) return *applied;
    // Of values of different forms the applied one's is walked last, and counts.
    switch (Forms(type, applied).walk()) {
      case Forms::Walk::kObject:
        return merge_objects(type, *live, *applied);
      case Forms::Walk::kScalar:
        return merge_scalars(type, *live, *applied);
      case Forms::Walk::kList:
        return merge_lists(type, *live, *applied);
      case Forms::Walk::kNone:
        errors_.push_back({{}, "schema error: invalid atom: inlined"});
        return std::nullopt;
    }
    return std::nullopt;
  }

  const TypedErrors& errors() const { return errors_; }

 private:
  std::optional<Value> merge_scalars(const FieldType& type, const Value& live,
                                     const Value& applied) {
    auto wrong_live = scalar_error(type.scalar(), &live);
    auto wrong_applied = scalar_error(type.scalar(), &applied);
    if (!wrong_live.empty() && !wrong_applied.empty()) {
      errors_.push_back({{}, "lhs: " + wrong_live});
      errors_.push_back({{}, "rhs: " + wrong_applied});
      return std::nullopt;
    }
    return applied;
  }

  void merge_member(const FieldType& type, std::string_view name, const Value* live,
                    const Value* applied, JsonObject& out) {
    const auto from = errors_.size();
    auto merged = merge(type.member(name), live, applied);
    if (errors_.size() > from) prefix_errors(errors_, from, "." + std::string(name));
    if (merged) out.emplace(name, std::move(*merged));
  }

  std::optional<Value> merge_objects(const FieldType& type, const Value& live,
                                     const Value& applied) {
    const auto* left = object_of(&live);
    const auto* right = object_of(&applied);
    const bool both_empty =
        (left == nullptr || left->empty()) && (right == nullptr || right->empty());
    if (both_empty || type.object_is_atomic()) return applied;
    JsonObject out;
    if (left != nullptr) {
      for (const auto& member : *left) {
        const auto* other = right == nullptr ? nullptr : right->if_contains(member.key());
        merge_member(type, member.key(), &member.value(), other, out);
      }
    }
    if (right != nullptr) {
      for (const auto& member : *right) {
        if (left != nullptr && left->contains(member.key())) continue;
        merge_member(type, member.key(), nullptr, &member.value(), out);
      }
    }
    if (out.empty()) return std::nullopt;
    return out;
  }

  std::optional<Value> merge_lists(const FieldType& type, const Value& live, const Value& applied);

  friend class ListMerger;
  TypedErrors errors_;
};

// Two lists whose items have identities, side by side. Items of `live` alone keep their places;
// items of both come in the order of `applied`, as late as those before them allow.
class ListMerger {
 public:
  ListMerger(Merger& merger, const FieldType& type) : merger_(merger), item_type_(type.item()) {}

  // Whether all items have identities.
  bool index(const FieldType& type, const JsonArray* list, bool is_live) {
    if (list == nullptr) return true;
    bool complete = true;
    for (std::size_t at = 0; at < list->size(); ++at) {
      auto element = item_element(type, (*list)[at]);
      if (!element) {
        merger_.errors_.push_back({{}, "element " + std::to_string(at) + ": " + element.error()});
        complete = false;
        continue;
      }
      auto& item = items_[*element];
      auto& value = is_live ? item.live : item.applied;
      if (value != nullptr && !is_live) {
        merger_.errors_.push_back({{}, "duplicate entries for key " + element->text()});
        complete = false;
        continue;
      }
      // What stands twice is not merged, but replaced.
      value = value == nullptr ? &(*list)[at] : &kNull;
      (is_live ? live_ : applied_).push_back({&*items_.find(*element), &(*list)[at]});
    }
    return complete;
  }

  JsonArray merged() {
    for (const auto& entry : applied_) {
      if (entry.item->second.live != nullptr) shared_.push_back(entry.item);
    }
    next_shared();
    while (live_at_ < live_.size() || applied_at_ < applied_.size()) step();
    return std::move(out_);
  }

 private:
  struct Item {
    const Value* live = nullptr;
    const Value* applied = nullptr;
    bool is_done = false;
  };
  using Entry = std::pair<const PathElement, Item>;
  struct Place {
    Entry* item;
    const Value* value;
  };

  static inline const Value kNull = nullptr;

  void next_shared() {
    next_shared_ = shared_.empty() ? nullptr : shared_.front();
    if (!shared_.empty()) shared_.pop_front();
  }

  void emit(const Entry& item, const Value* live, const Value* applied) {
    const auto from = merger_.errors_.size();
    auto merged = merger_.merge(item_type_, live, applied);
    if (merger_.errors_.size() > from) prefix_errors(merger_.errors_, from, item.first.text());
    if (merged) out_.push_back(std::move(*merged));
  }

  void take_applied() {
    auto& entry = *applied_[applied_at_++].item;
    entry.second.is_done = true;
    emit(entry, entry.second.live, entry.second.applied);
    if (next_shared_ == &entry) next_shared();
  }

  void step() {
    const bool has_applied = applied_at_ < applied_.size();
    if (live_at_ < live_.size()) {
      auto& place = live_[live_at_];
      auto& item = place.item->second;
      if (has_applied && place.item == applied_[applied_at_].item) {
        ++live_at_;
        const auto* entry = place.item;
        item.is_done = true;
        ++applied_at_;
        emit(*entry, item.live, item.applied);
        next_shared();
        return;
      }
      if (has_applied && item.applied != nullptr && next_shared_ != nullptr &&
          next_shared_ != place.item) {
        ++live_at_;  // in both, but not the one whose turn it is
        return;
      }
      if (item.applied == nullptr) {
        ++live_at_;
        emit(*place.item, place.value, nullptr);
        return;
      }
      if (item.is_done) ++live_at_;
    }
    if (has_applied) take_applied();
  }

  Merger& merger_;
  FieldType item_type_;
  std::map<PathElement, Item> items_;
  std::vector<Place> live_, applied_;
  std::deque<Entry*> shared_;
  Entry* next_shared_ = nullptr;
  std::size_t live_at_ = 0, applied_at_ = 0;
  JsonArray out_;
};

std::optional<Value> Merger::merge_lists(const FieldType& type, const Value& live,
                                         const Value& applied) {
  const auto* left = list_of(&live);
  const auto* right = list_of(&applied);
  const bool both_empty =
      (left == nullptr || left->empty()) && (right == nullptr || right->empty());
  if (both_empty || type.list_is_atomic()) return applied;
  ListMerger merger(*this, type);
  if (!merger.index(type, right, false) || !merger.index(type, left, true)) return std::nullopt;
  auto merged = merger.merged();
  if (merged.empty()) return std::nullopt;
  return merged;
}

}  // namespace

Result<Value> merge_typed(const FieldType& type, const Value& live, const Value& applied) {
  Merger merger;
  auto merged = merger.merge(type, &live, &applied);
  if (!merger.errors().empty()) return failure(Reason::kUnknown, errors_text(merger.errors()));
  return merged ? std::move(*merged) : Value(nullptr);
}

}  // namespace gatefold::engine
