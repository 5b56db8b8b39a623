#include "engine/tell/diff.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "engine/tell/list_match.h"
#include "schema/meta.h"
#include "schema/utf8.h"

namespace gatefold::engine {
namespace {

std::string_view key_of(const JsonObject::value_type& member) {
  return {member.key().data(), member.key().size()};
}

class Differ {
 public:
  Differ(const DiffOptions& options, std::string_view name_space)
      : options_(options), name_space_(name_space) {}

  void compare(const SchemaNode* schema, const Value& old_value, const Value& new_value) {
    if (old_value.is_object() && new_value.is_object()) {
      compare_objects(schema, old_value.get_object(), new_value.get_object());
    } else if (old_value.is_array() && new_value.is_array()) {
      compare_lists(schema, old_value.get_array(), new_value.get_array());
    } else if (!same(old_value, new_value)) {
      note(ChangeType::kChanged, &old_value, &new_value);
    }
  }

  void note(ChangeType type, const Value* old_value, const Value* new_value) {
    FieldChange change{.type = type, .steps = path_, .path = to_string(path_)};
    if (old_value != nullptr) change.old_value = *old_value;
    if (new_value != nullptr) change.new_value = *new_value;
    changes_.push_back(std::move(change));
  }

  std::vector<FieldChange> take() { return std::move(changes_); }

 private:
  bool is_noise(std::string_view member) const {
    return options_.leaves_out_noise && path_.size() == 1 && path_[0].name == "metadata" &&
           std::ranges::find(kNoise, member) != kNoise.end();
  }

  // Either may be absent.
  void compare_places(const SchemaNode* schema, FieldStep step, const Value* old_value,
                      const Value* new_value) {
    path_.push_back(std::move(step));
    if (old_value == nullptr) {
      note(ChangeType::kAdded, nullptr, new_value);
    } else if (new_value == nullptr) {
      note(ChangeType::kRemoved, old_value, nullptr);
    } else {
      compare(schema, *old_value, *new_value);
    }
    path_.pop_back();
  }

  void compare_objects(const SchemaNode* schema, const JsonObject& old_object,
                       const JsonObject& new_object) {
    std::set<std::string_view> names;
    for (const auto& member : old_object) names.insert(key_of(member));
    for (const auto& member : new_object) names.insert(key_of(member));
    for (const auto name : names) {
      if (is_noise(name)) continue;
      const auto* below = schema == nullptr ? nullptr : schema->member(name);
      compare_places(below, FieldStep::member(name), old_object.if_contains(name),
                     new_object.if_contains(name));
    }
  }

  void compare_lists(const SchemaNode* schema, const JsonArray& old_list,
                     const JsonArray& new_list) {
    const auto match = match_lists(schema, old_list, new_list, name_space_);
    const auto* below = schema == nullptr ? nullptr : schema->items.get();
    const auto name_in = [&](const std::vector<std::string>& names, std::size_t place) {
      return match.is_named() ? names[place] : std::string();
    };
    std::vector<bool> stayed(old_list.size(), false);
    for (std::size_t i = 0; i < new_list.size(); ++i) {
      const auto old_place = match.old_of_new[i];
      if (old_place) stayed[*old_place] = true;
      compare_places(below, FieldStep{name_in(match.new_names, i), true, old_place, i},
                     old_place ? &old_list[*old_place] : nullptr, &new_list[i]);
    }
    for (std::size_t i = 0; i < old_list.size(); ++i) {
      if (stayed[i]) continue;
      compare_places(below, FieldStep{name_in(match.old_names, i), true, i, std::nullopt},
                     &old_list[i], nullptr);
    }
    note_order(match, stayed);
  }

  void note_order(const ListMatch& match, const std::vector<bool>& stayed) {
    JsonArray old_order;
    JsonArray new_order;
    bool is_moved = false;
    std::size_t last = 0;
    for (std::size_t i = 0; i < match.new_names.size(); ++i) {
      if (!match.old_of_new[i]) continue;
      is_moved = is_moved || *match.old_of_new[i] < last;
      last = *match.old_of_new[i];
      new_order.emplace_back(match.new_names[i]);
    }
    if (!is_moved) return;
    for (std::size_t i = 0; i < stayed.size(); ++i) {
      if (stayed[i]) old_order.emplace_back(match.old_names[i]);
    }
    const Value old_value(std::move(old_order));
    const Value new_value(std::move(new_order));
    note(ChangeType::kReordered, &old_value, &new_value);
  }

  const DiffOptions& options_;
  std::string_view name_space_;
  FieldPath path_;
  std::vector<FieldChange> changes_;
};

// Not within a character.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  text = text.substr(0, bytes_max);
  if (const auto end = find_invalid_utf8(text)) text = text.substr(0, *end);
  return text;
}

}  // namespace

std::string_view change_word(ChangeType type) {
  switch (type) {
    case ChangeType::kAdded:
      return "added";
    case ChangeType::kRemoved:
      return "removed";
    case ChangeType::kChanged:
      return "changed";
    case ChangeType::kReordered:
      return "reordered";
  }
  return "";
}

std::vector<FieldChange> diff(const Value& old_object, const Value& new_object,
                              const DiffOptions& options) {
  Differ differ(options, namespace_of(new_object.is_null() ? old_object : new_object));
  if (old_object.is_null() && !new_object.is_null()) {
    differ.note(ChangeType::kAdded, nullptr, &new_object);
  } else if (new_object.is_null() && !old_object.is_null()) {
    differ.note(ChangeType::kRemoved, &old_object, nullptr);
  } else {
    differ.compare(options.schema, old_object, new_object);
  }
  return differ.take();
}

std::string summarize(std::span<const FieldChange> changes, std::size_t paths_max) {
  if (changes.empty()) return "nothing";
  std::string text;
  const auto shown = std::min(changes.size(), std::max<std::size_t>(paths_max, 1));
  for (std::size_t i = 0; i < shown; ++i) {
    const auto path = cut(changes[i].path, kSummaryPathBytesMax);
    if (i > 0) text += ", ";
    text += path.empty() ? "the object" : path;
    if (path.size() < changes[i].path.size()) text += "…";
  }
  if (changes.size() > shown) text += fmt::format(" and {} more", changes.size() - shown);
  return text;
}

}  // namespace gatefold::engine
