#include "engine/tell/attribution.h"

#include <algorithm>
#include <utility>

#include "engine/tell/list_match.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

constexpr DiffOptions kWithoutNoise{.leaves_out_noise = true};

// Where an item of one list stands in the next one.
std::optional<std::size_t> next_place(const JsonArray& old_list, const JsonArray& new_list,
                                      std::size_t place, std::string_view name_space) {
  const auto places = match_lists(nullptr, old_list, new_list, name_space).old_of_new;
  const auto found = std::ranges::find(places, std::optional(place));
  if (found == places.end()) return std::nullopt;
  return static_cast<std::size_t>(found - places.begin());
}

// The path in `now` of what stands at `path` in `before`; nothing where it is gone.
std::optional<FieldPath> followed(const Value& before, const Value& now, FieldPath path) {
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

}  // namespace

Attribution::Attribution(std::vector<FieldChange> changes, bool leads_back)
    : changes_(std::move(changes)), leads_back_(leads_back) {
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if (changes_[i].type == ChangeType::kReordered) reordered_.resize(changes_.size());
    if (!is_lost(changes_[i])) continue;
    Lost lost{.change = i, .place = changes_[i].steps, .told = {}};
    // Where it stands in the earlier version, which of a way back is the new one.
    for (auto& step : lost.place) {
      if (leads_back_) step.old_place = step.new_place;
    }
    lost_.push_back(std::move(lost));
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

void Attribution::follow(Lost& lost, const VersionMark& mark, const Value& body) const {
  auto place = lost.is_there ? followed(body_, body, lost.place) : found_again(body, lost.place);
  const bool was_there = std::exchange(lost.is_there, place.has_value());
  if (place) lost.place = std::move(*place);
  if (was_there && !lost.is_there) lost.told = {mark, std::nullopt, gap_from_};
}

void Attribution::fold(const VersionMark& mark, Value body) {
  for (auto& lost : lost_) follow(lost, mark, body);
  if (!reordered_.empty()) {
    for (const auto& step : diff(body_, body, kWithoutNoise)) {
      if (step.type != ChangeType::kReordered) continue;
      for (std::size_t i = 0; i < changes_.size(); ++i) {
        const bool is_same = changes_[i].type == step.type && changes_[i].path == step.path;
        if (is_same) reordered_[i] = {mark, std::nullopt, gap_from_};
      }
    }
  }
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
    if (is_lost(change)) {
      const auto lost = std::ranges::find(lost_, i, &Lost::change);
      told.push_back(lost->told);
    } else if (change.type == ChangeType::kReordered && reordered_[i].mark) {
      told.push_back(reordered_[i]);
    } else {
      told.push_back(of_what_is_there(change));
    }
  }
  return told;
}

}  // namespace gatefold::engine
