#include "engine/tell/attribution.h"

#include <algorithm>
#include <utility>

#include "engine/tell/list_match.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

// Where an item of one list stands in the next one.
std::optional<std::size_t> next_place(const JsonArray& old_list, const JsonArray& new_list,
                                      std::size_t place, std::string_view name_space) {
  const auto places = match_lists(nullptr, old_list, new_list, name_space).old_of_new;
  const auto found = std::ranges::find(places, std::optional(place));
  if (found == places.end()) return std::nullopt;
  return static_cast<std::size_t>(found - places.begin());
}

// The path in `now` of what stands at `path` in `before`; nothing where it is gone.
std::optional<FieldPath> followed_place(const Value& before, const Value& now, FieldPath path) {
  const auto* old_value = &before;
  const auto* new_value = &now;
  if (old_value->is_null() || new_value->is_null()) return std::nullopt;
  for (auto& step : path) {
    if (!step.is_item) {
      old_value = find(*old_value, step.name);
      new_value = find(*new_value, step.name);
    } else if (old_value->is_array() && new_value->is_array()) {
      const auto& old_list = old_value->get_array();
      const auto& new_list = new_value->get_array();
      const auto place = next_place(old_list, new_list, *step.old_place, namespace_of(now));
      if (!place) return std::nullopt;
      old_value = &old_list[*step.old_place];
      new_value = &new_list[*place];
      step.old_place = place;
    } else {
      return std::nullopt;
    }
    if (old_value == nullptr || new_value == nullptr) return std::nullopt;
  }
  return path;
}

// What was gone may come again under its name; items without one don't.
std::optional<FieldPath> found_again(const Value& now, FieldPath path) {
  const auto* value = &now;
  for (auto& step : path) {
    if (!step.is_item) {
      value = find(*value, step.name);
    } else if (value->is_array()) {
      const auto& list = value->get_array();
      const auto names = item_names(nullptr, list, namespace_of(now));
      const auto place = std::ranges::find(names, step.name);
      if (place == names.end()) return std::nullopt;
      step.old_place = static_cast<std::size_t>(place - names.begin());
      value = &list[*step.old_place];
    } else {
      return std::nullopt;
    }
    if (value == nullptr) return std::nullopt;
  }
  return path;
}

// The names of a list's items at a place, those that `names` has, in order.
JsonArray order_of(const Value& body, const FieldPath& place, const JsonArray& names) {
  const auto* value = &body;
  for (const auto& step : place) {
    value = step.is_item ? &value->get_array()[*step.old_place] : find(*value, step.name);
  }
  JsonArray order;
  if (!value->is_array()) return order;
  for (const auto& name : item_names(nullptr, value->get_array(), namespace_of(body))) {
    if (std::ranges::find(names, Value(name)) != names.end()) order.emplace_back(name);
  }
  return order;
}

}  // namespace

Attribution::Attribution(std::vector<FieldChange> changes, bool leads_back)
    : changes_(std::move(changes)), leads_back_(leads_back) {
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    const bool is_reordered = changes_[i].type == ChangeType::kReordered;
    if (!is_reordered && !is_lost(changes_[i])) continue;
    Followed followed{.change = i, .place = changes_[i].steps, .told = {}};
    // Where it stands in the earlier version, which of a way back is the new one.
    for (auto& step : followed.place) {
      if (leads_back_) step.old_place = step.new_place;
    }
    (is_reordered ? reordered_ : lost_).push_back(std::move(followed));
  }
}

bool Attribution::is_lost(const FieldChange& change) const {
  return change.type == (leads_back_ ? ChangeType::kAdded : ChangeType::kRemoved);
}

void Attribution::begin(const VersionMark& mark, Value body) {
  first_ = mark.revision;
  if (!body.is_null()) blame_.fold(mark, body);
  body_ = std::move(body);
}

void Attribution::follow(Followed& followed, const Value& body) const {
  auto place = followed.is_there ? followed_place(body_, body, followed.place)
                                 : found_again(body, followed.place);
  followed.is_there = place.has_value();
  if (place) followed.place = std::move(*place);
}

void Attribution::follow_lost(Followed& lost, const VersionMark& mark, const Value& body) const {
  const bool was_there = lost.is_there;
  follow(lost, body);
  if (was_there && !lost.is_there) lost.told = {mark, std::nullopt, gap_from_};
}

void Attribution::follow_order(Followed& list, const VersionMark& mark, const Value& body) const {
  follow(list, body);
  const auto& change = changes_[list.change];
  const auto& wanted = (leads_back_ ? change.old_value : change.new_value).get_array();
  if (!list.is_there || order_of(body, list.place, wanted) != wanted) {
    list.told = {};
  } else if (!list.told.mark) {
    list.told = {mark, std::nullopt, gap_from_};
  }
}

void Attribution::fold(const VersionMark& mark, Value body) {
  for (auto& lost : lost_) follow_lost(lost, mark, body);
  for (auto& list : reordered_) follow_order(list, mark, body);
  gap_from_.reset();
  if (body.is_null()) {
    blame_ = Blame();
  } else {
    blame_.fold(mark, body);
  }
  body_ = std::move(body);
}

void Attribution::fold_gap(Revision revision) {
  if (!gap_from_) gap_from_ = revision;
  blame_.fold_gap(revision);
}

Attributed Attribution::of_what_is_there(const FieldChange& change) const {
  auto path = change.steps;
  for (auto& step : path) {
    if (leads_back_) step.new_place = step.old_place;
  }
  // Items without identity may have moved, so that what came at this place was there already: then
  // it is told by what happened around it.
  for (;; path.pop_back()) {
    const auto found = blame_.at(path);
    if (!found) return {};
    const bool came = found->came->version.revision != first_;
    const bool was_touched = found->touched->version.revision != found->came->version.revision;
    if (came) {
      Attributed told{found->came->version, std::nullopt, found->came->gap_from};
      if (was_touched) told.touched = found->touched->version;
      return told;
    }
    if (was_touched) return {found->touched->version, std::nullopt, found->touched->gap_from};
    if (path.empty()) return {};
  }
}

std::vector<Attributed> Attribution::finish() const {
  std::vector<Attributed> told;
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    const auto& change = changes_[i];
    const auto list = std::ranges::find(reordered_, i, &Followed::change);
    if (is_lost(change)) {
      told.push_back(std::ranges::find(lost_, i, &Followed::change)->told);
    } else if (list != reordered_.end() && list->told.mark) {
      told.push_back(list->told);
    } else {
      told.push_back(of_what_is_there(change));
    }
  }
  return told;
}

}  // namespace gatefold::engine
