#include "engine/patch/strategic_merge_patch.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/patch/keyed_list.h"
#include "schema/go_text.h"
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

// What Kubernetes' server has no reason for.
std::unexpected<Status> unexplained(std::string message) {
  return failure(Reason::kUnknown, std::move(message));
}

std::unexpected<Status> no_merge_key(const Value& item, std::string_view key) {
  return unexplained(
      fmt::format("map: {} does not contain declared merge key: {}", go_text(item), key));
}

// Go's %s of a value that may be no text.
std::unexpected<Status> bad_directive(const Value& word, const Value& patch) {
  std::string shown;
  if (word.is_string()) {
    shown = go_text(word);
  } else if (word.is_null()) {
    shown = "%!s(<nil>)";
  } else {
    shown = fmt::format("%!s({}={})", go_type(word), go_text(word));
  }
  return unexplained(fmt::format("unknown patch type: {} in map: {}", shown, go_text(patch)));
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

Result<void> merge_object(JsonObject& target, JsonObject patch, const Members& members);

const Value* directive_of(const Value& item) {
  const auto* object = item.if_object();
  return object == nullptr ? nullptr : object->if_contains(kDirective);
}

bool has_directive(const Value& item, std::string_view word) {
  const auto* directive = directive_of(item);
  return directive != nullptr && directive->is_string() && directive->get_string() == word;
}

void discard_nulls(Value& value) {
  if (auto* list = value.if_array()) {
    for (auto& item : *list) discard_nulls(item);
  }
  auto* object = value.if_object();
  if (object == nullptr) return;
  JsonObject kept;
  for (auto& member : *object) {
    if (member.value().is_null()) continue;
    discard_nulls(member.value());
    kept[member.key()] = std::move(member.value());
  }
  *object = std::move(kept);
}

// Takes out the objects that are directives; whether `value` is none itself.
bool remove_directives(Value& value) {
  if (auto* list = value.if_array()) {
    auto* end = std::remove_if(list->begin(), list->end(),
                               [](Value& item) { return !remove_directives(item); });
    list->erase(end, list->end());
    return true;
  }
  auto* object = value.if_object();
  if (object == nullptr) return true;
  if (object->contains(kDirective)) return false;
  JsonObject kept;
  for (auto& member : *object) {
    if (remove_directives(member.value())) kept[member.key()] = std::move(member.value());
  }
  *object = std::move(kept);
  return true;
}

// Items of lists that merge are of one type, and no lists.
Result<void> check_types(const JsonArray& target, const JsonArray& patch) {
  const Value& first = target.empty() ? patch.front() : target.front();
  const auto differs = [&](const Value& item) { return go_type(item) != go_type(first); };
  if (std::ranges::any_of(target, differs) || std::ranges::any_of(patch, differs)) {
    return unexplained("list element types are not identical: " +
                       go_text(JsonArray{Value(target), Value(patch)}));
  }
  if (!first.is_array()) return {};
  return failure(Reason::kInvalid,
                 "the server rejected our request due to an error in our request");
}

void merge_primitives(JsonArray& target, const JsonArray& patch) {
  const ItemIdentity identity("");
  const auto previous = target;
  JsonArray merged;
  ItemPlaces places(merged, identity);
  for (const auto* list : {&previous, &patch}) {
    for (const auto& item : *list) {
      auto id = *identity.of(item);
      if (places.find(id)) continue;
      places.add(std::move(id), merged.size());
      merged.push_back(item);
    }
  }
  target = std::move(merged);
  order_items(target, patch, previous, identity);
}

// Does what items with directives say; `plain` are the others.
Result<void> obey_items(JsonArray& target, const JsonArray& patch, const ItemIdentity& identity,
                        JsonArray& plain) {
  bool replaces = false;
  JsonArray deleted;
  for (const auto& item : patch) {
    const auto* directive = directive_of(item);
    if (directive == nullptr) {
      plain.push_back(item);
    } else if (has_directive(item, "replace")) {
      replaces = true;
    } else if (has_directive(item, "delete")) {
      if (!identity.of(item)) return no_merge_key(item, identity.merge_key());
      deleted.push_back(item);
    } else if (has_directive(item, "merge")) {
      return unexplained("merging lists cannot yet be specified in the patch");
    } else {
      return bad_directive(*directive, item);
    }
  }
  erase_items(target, deleted, identity);
  if (replaces) target = std::exchange(plain, JsonArray());
  return {};
}

Result<void> merge_keyed(JsonArray& target, const JsonArray& patch, const SchemaNode& list) {
  const ItemIdentity identity(list.patch_merge_key);
  JsonArray plain;
  if (auto obeyed = obey_items(target, patch, identity, plain); !obeyed) return obeyed;
  const auto previous = target;
  ItemPlaces places(target, identity);
  for (const auto& item : plain) {
    auto id = identity.of(item);
    if (!id) return no_merge_key(item, identity.merge_key());
    if (const auto place = places.find(*id)) {
      auto merged =
          merge_object(target[*place].get_object(), item.get_object(), Members{list.items.get()});
      if (!merged) return merged;
      continue;
    }
    places.add(std::move(*id), target.size());
    target.push_back(item);
  }
  for (const auto& item : target) {
    if (!identity.of(item)) return no_merge_key(item, identity.merge_key());
  }
  order_items(target, plain, previous, identity);
  return {};
}

Result<void> merge_list(JsonArray& target, const JsonArray& patch, const SchemaNode* list) {
  if (list == nullptr || !list->patch_merge) {
    target = patch;
    return {};
  }
  if (target.empty() && patch.empty()) return {};
  if (auto checked = check_types(target, patch); !checked) return checked;
  const bool has_objects = (target.empty() ? patch : target).front().is_object();
  if (has_objects) return merge_keyed(target, patch, *list);
  merge_primitives(target, patch);
  return {};
}

Result<void> retain_keys(JsonObject& target, JsonObject& patch) {
  const auto* found = patch.if_contains(kRetainKeys);
  if (found == nullptr) return {};
  const Value given = *found;
  patch.erase(kRetainKeys);
  const auto* keys = given.if_array();
  if (keys == nullptr) return bad_request("invalid patch format of retainKeys");
  const ItemPlaces kept(*keys, ItemIdentity(""));
  const auto is_kept = [&](std::string_view key) {
    return kept.find(canonical_json(Value(key))).has_value();
  };
  for (const auto& member : patch) {
    const std::string_view key = member.key();
    if (member.value().is_null() || key.starts_with(kDeleteFrom) || key.starts_with(kElementOrder))
      continue;
    if (!is_kept(key)) return bad_request("invalid patch format of retainKeys");
  }
  JsonObject remaining;
  for (auto& member : target) {
    if (is_kept(member.key())) remaining[member.key()] = std::move(member.value());
  }
  target = std::move(remaining);
  return {};
}

// The items of a patch stand in the order that it asks for, and none is missing there.
Result<void> check_order(const JsonArray& patch, const JsonArray& order,
                         const ItemIdentity& identity) {
  if (patch.empty() || order.empty()) return {};
  auto next = order.begin();
  for (const auto& item : patch) {
    if (directive_of(item) != nullptr) continue;
    const auto id = identity.of(item);
    bool is_found = false;
    while (next != order.end() && !is_found) {
      if (!id) return no_merge_key(item, identity.merge_key());
      const auto ordered = identity.of(*next);
      if (!ordered) return no_merge_key(*next, identity.merge_key());
      is_found = *ordered == *id;
      ++next;
    }
    if (is_found) continue;
    return unexplained(
        fmt::format("The order in patch list:\n{}\n doesn't match $setElementOrder list:\n{}\n",
                    go_text(Value(patch)), go_text(Value(order))));
  }
  return {};
}

Result<const JsonArray*> list_of(const Value* value) {
  if (value == nullptr) return nullptr;
  if (const auto* list = value->if_array()) return list;
  return unexplained(
      fmt::format("expected a []interface {{}}, but received a {}", go_type(*value)));
}

// Merges the list `key` with its patch, and orders it.
Result<void> merge_ordered(JsonObject& target, const JsonObject& patch, const std::string& key,
                           const JsonArray& order, const SchemaNode* node) {
  const auto found = list_of(target.if_contains(key));
  if (!found) return std::unexpected(found.error());
  const auto changes = list_of(patch.if_contains(key));
  if (!changes) return std::unexpected(changes.error());
  if (node == nullptr) {
    return unexplained(fmt::format("unable to find api field for the json field \"{}\"", key));
  }
  const ItemIdentity identity(node->patch_merge_key);
  const auto previous = *found == nullptr ? JsonArray() : **found;
  if (*changes != nullptr) {
    if (auto checked = check_order(**changes, order, identity); !checked) return checked;
  }
  if (*found == nullptr && *changes == nullptr) return {};
  Value list(previous);
  if (*found == nullptr) {
    list = **changes;
    remove_directives(list);
  } else if (*changes != nullptr) {
    if (auto merged = merge_list(list.get_array(), **changes, node); !merged) return merged;
  }
  for (const auto& item : list.get_array()) {
    if (!identity.of(item)) return no_merge_key(item, identity.merge_key());
  }
  // Objects without a key can't be told apart.
  const bool is_atomic =
      !identity.is_keyed() && !list.get_array().empty() && list.get_array().front().is_object();
  if (!is_atomic) order_items(list.get_array(), order, previous, identity);
  target[key] = std::move(list);
  return {};
}

Result<void> obey_orders(JsonObject& target, JsonObject& patch, const Members& members) {
  std::vector<std::string> directives;
  for (const auto& member : patch) {
    if (member.key().starts_with(kElementOrder)) directives.emplace_back(member.key());
  }
  for (const auto& directive : directives) {
    const Value given = patch.at(directive);
    patch.erase(directive);
    const auto order = list_of(&given);
    if (!order) return std::unexpected(order.error());
    const auto key = directive.substr(kElementOrder.size());
    if (auto merged = merge_ordered(target, patch, key, **order, members.of(key)); !merged) {
      return merged;
    }
    patch.erase(key);
  }
  return {};
}

Result<void> delete_primitives(JsonObject& target, std::string_view key, const Value& value) {
  auto* found = target.if_contains(key);
  if (value.is_null()) target.erase(key);
  const auto* values = value.if_array();
  if (found == nullptr || !found->is_array() || values == nullptr) return {};
  auto& list = found->get_array();
  if (list.empty() && values->empty()) return {};
  if (auto checked = check_types(list, *values); !checked) return checked;
  erase_items(list, *values, ItemIdentity(""));
  return {};
}

Result<void> merge_member(JsonObject& target, std::string_view key, Value& value,
                          const SchemaNode* node) {
  if (value.is_null()) {
    target.erase(key);
    return {};
  }
  auto* found = target.if_contains(key);
  if (found == nullptr || go_type(*found) != go_type(value)) {
    discard_nulls(value);
    if (remove_directives(value)) {
      target[key] = std::move(value);
    } else {
      target.erase(key);
    }
    return {};
  }
  if (auto* list = found->if_array()) return merge_list(*list, value.get_array(), node);
  auto* object = found->if_object();
  if (object == nullptr || (node != nullptr && node->patch_replace)) {
    *found = std::move(value);
    return {};
  }
  return merge_object(*object, std::move(value.get_object()), Members{node});
}

Result<void> merge_object(JsonObject& target, JsonObject patch, const Members& members) {
  if (const auto* directive = patch.if_contains(kDirective)) {
    const Value whole(patch);
    if (has_directive(whole, "delete")) {
      target.clear();
      return {};
    }
    if (!has_directive(whole, "replace")) return bad_directive(*directive, whole);
    patch.erase(kDirective);
    target = std::move(patch);
    return {};
  }
  if (auto kept = retain_keys(target, patch); !kept) return kept;
  if (auto obeyed = obey_orders(target, patch, members); !obeyed) return obeyed;
  for (auto& member : patch) {
    const std::string_view key = member.key();
    auto merged = key.starts_with(kDeleteFrom)
                      ? delete_primitives(target, key.substr(kDeleteFrom.size()), member.value())
                      : merge_member(target, key, member.value(), members.of(key));
    if (!merged) return merged;
  }
  return {};
}

}  // namespace

Result<Value> apply_strategic_merge_patch(const Value& document, const Value& patch,
                                          const SchemaNode& schema) {
  if (!document.is_object() || !patch.is_object()) {
    return bad_request("invalid JSON document");
  }
  Value merged = document;
  auto done = merge_object(merged.get_object(), patch.get_object(), Members{&schema, true});
  if (!done) return std::unexpected(std::move(done.error()));
  return merged;
}

}  // namespace gatefold::engine
