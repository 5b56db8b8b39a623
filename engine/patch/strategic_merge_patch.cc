#include "engine/patch/strategic_merge_patch.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "schema/json.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kDirective = "$patch";
constexpr std::string_view kRetainKeys = "$retainKeys";
constexpr std::string_view kElementOrder = "$setElementOrder/";
constexpr std::string_view kDeleteFrom = "$deleteFromPrimitiveList/";

// How the lists of metadata merge: no kind's schema says it.
const SchemaNode& metadata_schema() {
  static const SchemaNode kSchema = [] {
    auto finalizers = std::make_shared<SchemaNode>();
    finalizers->type = SchemaType::kArray;
    finalizers->patch_merge = true;
    auto owners = std::make_shared<SchemaNode>(*finalizers);
    owners->patch_merge_key = "uid";
    SchemaNode schema;
    schema.type = SchemaType::kObject;
    schema.properties.emplace("finalizers", std::move(finalizers));
    schema.properties.emplace("ownerReferences", std::move(owners));
    return schema;
  }();
  return kSchema;
}

const SchemaNode* items_of(const SchemaNode* list) {
  return list == nullptr ? nullptr : list->items.get();
}

// What tells items of a list apart: the merge key's value, or the whole of a primitive.
class Identity {
 public:
  explicit Identity(const SchemaNode& list) : key_(list.patch_merge_key) {}

  bool by_key() const { return !key_.empty(); }
  const std::string& key() const { return key_; }
  const Value* of(const Value& item) const { return by_key() ? find(item, key_) : &item; }

  bool same(const Value& a, const Value& b) const {
    const auto* its = of(a);
    const auto* other = of(b);
    return its != nullptr && other != nullptr && *its == *other;
  }
  std::ptrdiff_t index_in(const JsonArray& list, const Value& item) const {
    const auto* found = std::find_if(list.begin(), list.end(),
                                     [&](const Value& other) { return same(other, item); });
    return found == list.end() ? -1 : found - list.begin();
  }

 private:
  std::string key_;
};

Result<void> merge_object(JsonObject& target, const JsonObject& patch, const SchemaNode* schema,
                          bool is_root);

std::unexpected<Status> wrong_directive(std::string_view what) {
  return bad_request(fmt::format("invalid strategic merge patch: {}", what));
}

Result<void> check_item(const Identity& identity, const Value& item) {
  if (!identity.by_key()) {
    return item.is_object() || item.is_array()
               ? Result<void>(wrong_directive("an item of a list of primitives is none"))
               : Result<void>();
  }
  if (identity.of(item) != nullptr) return {};
  return bad_request(fmt::format("map: {} does not contain declared merge key: {}",
                                 canonical_json(item), identity.key()));
}

Result<void> merge_item(JsonArray& target, const Value& item, const Identity& identity,
                        const SchemaNode* schema) {
  if (auto checked = check_item(identity, item); !checked) return checked;
  const auto index = identity.index_in(target, item);
  if (!identity.by_key()) {
    if (index < 0) target.push_back(item);
    return {};
  }
  if (string_at(item, {kDirective}) == "delete") {
    auto* from = std::remove_if(target.begin(), target.end(),
                                [&](const Value& other) { return identity.same(other, item); });
    target.erase(from, target.end());
    return {};
  }
  if (index >= 0 && target[static_cast<std::size_t>(index)].is_object()) {
    return merge_object(target[static_cast<std::size_t>(index)].get_object(), item.get_object(),
                        schema, false);
  }
  JsonObject added;
  auto merged = merge_object(added, item.get_object(), schema, false);
  if (merged) target.emplace_back(std::move(added));
  return merged;
}

Result<void> merge_list(JsonArray& target, const JsonArray& patch, const SchemaNode& list) {
  const Identity identity(list);
  const bool replaces = std::ranges::any_of(
      patch, [](const Value& item) { return string_at(item, {kDirective}) == "replace"; });
  if (replaces) target.clear();
  for (const auto& item : patch) {
    if (string_at(item, {kDirective}) == "replace" && item.get_object().size() == 1) continue;
    if (auto merged = merge_item(target, item, identity, items_of(&list)); !merged) return merged;
  }
  return {};
}

// Items that `order` names stand in its order; the others, which only the server has, keep their
// places among them as far as the order before (`server_order`) says.
void set_order(JsonArray& target, const JsonArray& order, const JsonArray& server_order,
               const Identity& identity) {
  JsonArray named;
  JsonArray others;
  for (auto& item : target) {
    (identity.index_in(order, item) >= 0 ? named : others).push_back(item);
  }
  const auto sorted_by = [&](const JsonArray& list, const JsonArray& by) {
    std::multimap<std::ptrdiff_t, const Value*> ranked;
    for (const auto& item : list) ranked.emplace(identity.index_in(by, item), &item);
    JsonArray sorted;
    for (const auto& [rank, item] : ranked) sorted.push_back(*item);
    return sorted;
  };
  named = sorted_by(named, order);
  others = sorted_by(others, server_order);
  JsonArray merged;
  auto* next_named = named.begin();
  auto* next_other = others.begin();
  while (next_named != named.end() || next_other != others.end()) {
    bool takes_other = next_named == named.end();
    if (!takes_other && next_other != others.end()) {
      const auto before = identity.index_in(server_order, *next_other);
      const auto after = identity.index_in(server_order, *next_named);
      takes_other = before >= 0 && after >= 0 && before < after;
    }
    merged.push_back(takes_other ? *next_other++ : *next_named++);
  }
  target = std::move(merged);
}

void retain_keys(JsonObject& target, const JsonArray& keys) {
  std::vector<std::string> dropped;
  for (const auto& member : target) {
    const bool is_kept = std::ranges::any_of(keys, [&](const Value& key) {
      return key.is_string() && key.get_string() == member.key();
    });
    if (!is_kept) dropped.emplace_back(member.key());
  }
  for (const auto& key : dropped) target.erase(key);
}

// The part of one object's patch that is directives.
struct Directives {
  std::string patch;
  const JsonArray* retained = nullptr;
  std::map<std::string, const JsonArray*> orders;
  std::map<std::string, const JsonArray*> deletions;
};

bool is_directive(std::string_view key) {
  return key == kDirective || key == kRetainKeys || key.starts_with(kElementOrder) ||
         key.starts_with(kDeleteFrom);
}

Result<Directives> read_directives(const JsonObject& patch) {
  Directives directives;
  for (const auto& member : patch) {
    const std::string_view key(member.key().data(), member.key().size());
    if (!is_directive(key)) continue;
    if (key == kDirective) {
      const auto* word = member.value().if_string();
      directives.patch = word == nullptr ? "" : std::string(*word);
      if (directives.patch != "replace" && directives.patch != "delete" &&
          directives.patch != "merge") {
        return wrong_directive("$patch must be replace, delete or merge");
      }
      continue;
    }
    const auto* list = member.value().if_array();
    if (list == nullptr) return wrong_directive(fmt::format("{} must be a list", key));
    if (key == kRetainKeys) {
      directives.retained = list;
    } else if (key.starts_with(kElementOrder)) {
      directives.orders.emplace(key.substr(kElementOrder.size()), list);
    } else {
      directives.deletions.emplace(key.substr(kDeleteFrom.size()), list);
    }
  }
  return directives;
}

Result<void> merge_member(JsonObject& target, std::string_view key, const Value& value,
                          const SchemaNode* schema) {
  if (value.is_null()) {
    target.erase(key);
    return {};
  }
  auto& slot = target[key];
  if (const auto* object = value.if_object()) {
    if (!slot.is_object()) slot.emplace_object();
    return merge_object(slot.get_object(), *object, schema, false);
  }
  const auto* list = value.if_array();
  if (list == nullptr || schema == nullptr || !schema->patch_merge) {
    slot = value;
    return {};
  }
  if (!slot.is_array()) slot.emplace_array();
  return merge_list(slot.get_array(), *list, *schema);
}

void delete_primitives(JsonArray& list, const JsonArray& values) {
  auto* from = std::remove_if(list.begin(), list.end(), [&](const Value& item) {
    return std::find(values.begin(), values.end(), item) != values.end();
  });
  list.erase(from, list.end());
}

JsonArray array_member(const JsonObject& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_array() ? value->get_array() : JsonArray();
}

Result<void> merge_object(JsonObject& target, const JsonObject& patch, const SchemaNode* schema,
                          bool is_root) {
  auto directives = read_directives(patch);
  if (!directives) return std::unexpected(std::move(directives.error()));
  if (directives->patch == "replace" || directives->patch == "delete") target.clear();
  if (directives->patch == "delete") return {};
  const auto schema_of = [&](std::string_view key) -> const SchemaNode* {
    if (is_root && key == "metadata") return &metadata_schema();
    return schema == nullptr ? nullptr : schema->member(key);
  };
  std::map<std::string, JsonArray> before;
  for (const auto& [key, order] : directives->orders) before[key] = array_member(target, key);
  if (directives->retained != nullptr) retain_keys(target, *directives->retained);
  for (const auto& [key, values] : directives->deletions) {
    auto* list = target.if_contains(key);
    if (list != nullptr && list->is_array()) delete_primitives(list->get_array(), *values);
  }
  for (const auto& member : patch) {
    const std::string_view key(member.key().data(), member.key().size());
    if (is_directive(key)) continue;
    if (auto merged = merge_member(target, key, member.value(), schema_of(key)); !merged) {
      return merged;
    }
  }
  for (const auto& [key, order] : directives->orders) {
    auto* list = target.if_contains(key);
    const auto* node = schema_of(key);
    if (list == nullptr || !list->is_array() || node == nullptr || !node->patch_merge) continue;
    set_order(list->get_array(), *order, before[key], Identity(*node));
  }
  return {};
}

}  // namespace

Result<Value> apply_strategic_merge_patch(const Value& document, const Value& patch,
                                          const SchemaNode& schema) {
  if (!document.is_object() || !patch.is_object()) {
    return wrong_directive("it must be an object");
  }
  Value merged = document;
  auto done = merge_object(merged.get_object(), patch.get_object(), &schema, true);
  if (!done) return std::unexpected(std::move(done.error()));
  return merged;
}

}  // namespace gatefold::engine
