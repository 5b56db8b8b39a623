#include "engine/patch/strategic_merge_patch.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "engine/patch/keyed_list.h"
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

Result<void> merge_object(JsonObject& target, const JsonObject& patch, const SchemaNode* schema,
                          bool is_root);

bool is_directive(std::string_view key) {
  return key == kDirective || key == kRetainKeys || key.starts_with(kElementOrder) ||
         key.starts_with(kDeleteFrom);
}

bool has_directive(const Value& item, std::string_view word) {
  return string_at(item, {kDirective}) == word;
}

Result<void> check_item(const ItemIdentity& identity, const Value& item) {
  if (item.is_array()) return failure(Reason::kInvalid, "lists of lists are not supported");
  if (!identity.is_keyed()) {
    if (item.is_object()) return bad_request("invalid patch format of primitive list");
    return {};
  }
  if (identity.of(item)) return {};
  return bad_request(fmt::format("map: {} does not contain declared merge key: {}",
                                 canonical_json(item), identity.merge_key()));
}

Result<void> merge_into(Value& target, const Value& patch, const SchemaNode* schema) {
  if (!target.is_object()) target.emplace_object();
  return merge_object(target.get_object(), patch.get_object(), schema, false);
}

// A patch of a list, its items sorted by what they ask for.
struct ListPatch {
  bool replaces = false;
  JsonArray deleted;
  JsonArray merged;
};

Result<ListPatch> read_list(const JsonArray& patch, const ItemIdentity& identity) {
  ListPatch read;
  for (const auto& item : patch) {
    if (has_directive(item, "replace")) {
      read.replaces = true;
      continue;
    }
    if (auto checked = check_item(identity, item); !checked) {
      return std::unexpected(std::move(checked.error()));
    }
    (has_directive(item, "delete") ? read.deleted : read.merged).push_back(item);
  }
  return read;
}

Result<void> merge_items(JsonArray& target, const JsonArray& items, const ItemIdentity& identity,
                         const SchemaNode* schema) {
  ItemPlaces places(target, identity);
  for (const auto& item : items) {
    auto id = *identity.of(item);
    auto place = places.find(id);
    if (place && !identity.is_keyed()) continue;
    if (!place) {
      place = target.size();
      target.push_back(identity.is_keyed() ? Value() : item);
      places.add(std::move(id), *place);
    }
    if (!identity.is_keyed()) continue;
    if (auto merged = merge_into(target[*place], item, schema); !merged) return merged;
  }
  return {};
}

// Deletions come first, wherever they stand in the patch. Its items are ordered as it has them, so
// that new ones stand at the front.
Result<void> merge_list(JsonArray& target, const JsonArray& patch, const SchemaNode& list) {
  const ItemIdentity identity(list.patch_merge_key);
  auto read = read_list(patch, identity);
  if (!read) return std::unexpected(std::move(read.error()));
  if (read->replaces) target.clear();
  if (!read->deleted.empty()) erase_items(target, read->deleted, identity);
  const auto previous = target;
  if (auto merged = merge_items(target, read->merged, identity, list.items.get()); !merged) {
    return merged;
  }
  order_items(target, read->merged, previous, identity);
  return {};
}

Result<void> retain_keys(JsonObject& target, const JsonObject& patch, const JsonArray& keys) {
  std::set<std::string_view> kept;
  for (const auto& key : keys) {
    if (const auto* text = key.if_string()) kept.emplace(text->data(), text->size());
  }
  for (const auto& member : patch) {
    if (is_directive(member.key()) || member.value().is_null()) continue;
    if (!kept.contains(member.key())) return bad_request("invalid patch format of retainKeys");
  }
  std::vector<std::string> dropped;
  for (const auto& member : target) {
    if (!kept.contains(member.key())) dropped.emplace_back(member.key());
  }
  for (const auto& key : dropped) target.erase(key);
  return {};
}

// The part of one object's patch that is directives.
struct Directives {
  std::string patch;
  const JsonArray* retained = nullptr;
  std::map<std::string, const JsonArray*> orders;
  std::map<std::string, const JsonArray*> deletions;
};

Result<void> read_directive(std::string_view key, const Value& value, Directives& directives) {
  if (key == kDirective) {
    const auto* word = value.if_string();
    directives.patch = word == nullptr ? to_json(value) : std::string(*word);
    for (const auto* known : {"replace", "delete", "merge"}) {
      if (directives.patch == known) return {};
    }
    return bad_request(fmt::format("unknown patch type: {}", directives.patch));
  }
  const auto* list = value.if_array();
  if (key == kRetainKeys) {
    directives.retained = list;
    return list == nullptr ? bad_request("invalid patch format of retainKeys") : Result<void>();
  }
  if (key.starts_with(kElementOrder)) {
    if (list == nullptr) return bad_request("invalid patch format of setElementOrder list");
    directives.orders.emplace(key.substr(kElementOrder.size()), list);
    return {};
  }
  if (list == nullptr) return bad_request("invalid patch format of primitive list");
  directives.deletions.emplace(key.substr(kDeleteFrom.size()), list);
  return {};
}

Result<Directives> read_directives(const JsonObject& patch) {
  Directives directives;
  for (const auto& member : patch) {
    if (!is_directive(member.key())) continue;
    if (auto read = read_directive(member.key(), member.value(), directives); !read) {
      return std::unexpected(std::move(read.error()));
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
  if (value.is_object()) return merge_into(slot, value, schema);
  const auto* list = value.if_array();
  if (list == nullptr || schema == nullptr || !schema->patch_merge) {
    slot = value;
    return {};
  }
  if (!slot.is_array()) slot.emplace_array();
  return merge_list(slot.get_array(), *list, *schema);
}

const JsonArray* array_member(const JsonObject& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

// The schemas of one object's members.
struct Members {
  const SchemaNode* schema = nullptr;
  bool is_root = false;

  const SchemaNode* of(std::string_view key) const {
    if (is_root && key == "metadata") return &metadata_schema();
    return schema == nullptr ? nullptr : schema->member(key);
  }
};

void delete_primitives(JsonObject& target, const Directives& directives) {
  for (const auto& [key, values] : directives.deletions) {
    auto* list = target.if_contains(key);
    if (list == nullptr || !list->is_array()) continue;
    erase_items(list->get_array(), *values, ItemIdentity(""));
  }
}

using Lists = std::map<std::string, JsonArray>;

Lists lists_to_order(const JsonObject& target, const Directives& directives) {
  Lists lists;
  for (const auto& [key, order] : directives.orders) {
    if (const auto* list = array_member(target, key)) lists.emplace(key, *list);
  }
  return lists;
}

void order_lists(JsonObject& target, const Directives& directives, const Lists& previous,
                 const Members& members) {
  for (const auto& [key, order] : directives.orders) {
    auto* list = target.if_contains(key);
    const auto* node = members.of(key);
    if (list == nullptr || !list->is_array() || node == nullptr || !node->patch_merge) continue;
    const auto found = previous.find(key);
    order_items(list->get_array(), *order, found == previous.end() ? JsonArray() : found->second,
                ItemIdentity(node->patch_merge_key));
  }
}

Result<void> merge_object(JsonObject& target, const JsonObject& patch, const SchemaNode* schema,
                          bool is_root) {
  auto directives = read_directives(patch);
  if (!directives) return std::unexpected(std::move(directives.error()));
  if (directives->patch == "replace" || directives->patch == "delete") target.clear();
  if (directives->patch == "delete") return {};
  const Members members{schema, is_root};
  const auto previous = lists_to_order(target, *directives);
  if (directives->retained != nullptr) {
    if (auto kept = retain_keys(target, patch, *directives->retained); !kept) return kept;
  }
  delete_primitives(target, *directives);
  for (const auto& member : patch) {
    const std::string_view key = member.key();
    if (is_directive(key)) continue;
    if (auto merged = merge_member(target, key, member.value(), members.of(key)); !merged) {
      return merged;
    }
  }
  order_lists(target, *directives, previous, members);
  return {};
}

}  // namespace

Result<Value> apply_strategic_merge_patch(const Value& document, const Value& patch,
                                          const SchemaNode& schema) {
  if (!document.is_object() || !patch.is_object()) {
    return bad_request("invalid JSON document");
  }
  Value merged = document;
  auto done = merge_object(merged.get_object(), patch.get_object(), &schema, true);
  if (!done) return std::unexpected(std::move(done.error()));
  return merged;
}

}  // namespace gatefold::engine
