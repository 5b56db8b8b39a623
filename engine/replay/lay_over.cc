#include "engine/replay/lay_over.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tell/list_match.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

std::string_view key_of(const JsonObject::value_type& member) {
  return {member.key().data(), member.key().size()};
}

bool same_place(const Value* a, const Value* b) {
  return a == nullptr || b == nullptr ? a == b : same(*a, *b);
}

// For each old place the new one.
std::vector<std::optional<std::size_t>> turned(const ListMatch& match, std::size_t old_count) {
  std::vector<std::optional<std::size_t>> new_of_old(old_count);
  for (std::size_t i = 0; i < match.old_of_new.size(); ++i) {
    if (match.old_of_new[i]) new_of_old[*match.old_of_new[i]] = i;
  }
  return new_of_old;
}

class Layer {
 public:
  explicit Layer(std::string_view name_space) : name_space_(name_space) {}

  // Absent values are nullptr, in and out: nothing is left then.
  std::optional<Value> lay(const SchemaNode* schema, const Value* before, const Value* after,
                           const Value* mine) const {
    const auto kept = [](const Value* value) {
      return value == nullptr ? std::nullopt : std::optional<Value>(*value);
    };
    if (same_place(before, after)) return kept(mine);
    if (same_place(before, mine) || after == nullptr || mine == nullptr) return kept(after);
    if (after->is_object() && mine->is_object()) {
      const bool has_before = before != nullptr && before->is_object();
      return lay_objects(schema, has_before ? before->get_object() : JsonObject{},
                         after->get_object(), mine->get_object());
    }
    if (after->is_array() && mine->is_array()) {
      const bool has_before = before != nullptr && before->is_array();
      return lay_lists(schema, has_before ? before->get_array() : JsonArray{}, after->get_array(),
                       mine->get_array());
    }
    return kept(after);
  }

 private:
  Value lay_objects(const SchemaNode* schema, const JsonObject& before, const JsonObject& after,
                    const JsonObject& mine) const {
    std::set<std::string_view> names;
    for (const auto* object : {&before, &after, &mine}) {
      for (const auto& member : *object) names.insert(key_of(member));
    }
    JsonObject laid;
    for (const auto name : names) {
      const auto* below = schema == nullptr ? nullptr : schema->member(name);
      auto value =
          lay(below, before.if_contains(name), after.if_contains(name), mine.if_contains(name));
      if (value) laid[name] = std::move(*value);
    }
    return laid;
  }

  Value lay_lists(const SchemaNode* schema, const JsonArray& before, const JsonArray& after,
                  const JsonArray& mine) const {
    const auto mine_after = match_lists(schema, mine, after, name_space_);
    const auto before_mine = match_lists(schema, before, mine, name_space_);
    const auto before_after = match_lists(schema, before, after, name_space_);
    const bool are_named = (mine_after.is_named() || (mine.empty() && after.empty())) &&
                           (before_mine.is_named() || (before.empty() && mine.empty())) &&
                           (before_after.is_named() || (before.empty() && after.empty()));
    if (!are_named) return after;
    const auto* below = schema == nullptr ? nullptr : schema->items.get();
    const auto after_of_mine = turned(mine_after, mine.size());
    const auto at = [](const JsonArray& list, std::optional<std::size_t> place) {
      return place ? &list[*place] : nullptr;
    };
    JsonArray laid;
    const auto add = [&](const Value* old_item, const Value* new_item, const Value* my_item) {
      auto item = lay(below, old_item, new_item, my_item);
      if (item) laid.push_back(std::move(*item));
    };
    for (std::size_t i = 0; i < mine.size(); ++i) {
      add(at(before, before_mine.old_of_new[i]), at(after, after_of_mine[i]), &mine[i]);
    }
    for (std::size_t i = 0; i < after.size(); ++i) {
      if (mine_after.old_of_new[i]) continue;
      add(at(before, before_after.old_of_new[i]), &after[i], nullptr);
    }
    return laid;
  }

  std::string_view name_space_;
};

}  // namespace

Value lay_over(const SchemaNode* schema, const Value& before, const Value& after,
               const Value& mine) {
  auto laid = Layer(namespace_of(mine)).lay(schema, &before, &after, &mine).value_or(after);
  const auto generation = [](const Value& object) {
    return integer_at(object, {"metadata", "generation"}, 0);
  };
  if (generation(mine) > 0 && laid.is_object()) {
    object_member(laid.as_object(), "metadata")["generation"] =
        generation(mine) + generation(after) - generation(before);
  }
  return laid;
}

}  // namespace gatefold::engine
