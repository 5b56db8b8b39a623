#include "engine/apply/managed_fields.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/json.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kFieldsType = "FieldsV1";

// The identifier is the entry as JSON, members in the order in which Kubernetes writes them: error
// texts and the order of what is merged follow it.
Manager manager_of(const std::string& identifier, const ManagedSet& set) {
  Manager manager{.applied = set.applied, .api_version = set.api_version};
  const auto entry = parse_json(identifier);
  if (!entry) return manager;
  manager.name = string_at(entry->value, {"manager"});
  manager.subresource = string_at(entry->value, {"subresource"});
  return manager;
}

std::int64_t seconds_of(const Value& entry) {
  const auto time = parse_rfc3339(string_at(entry, {"time"}));
  return time ? time->ns / kNsPerSecond : 0;
}

Value entry_value(const Manager& manager, const FieldSet& fields, const std::optional<Time>& time) {
  JsonObject value{{"manager", manager.name},
                   {"operation", manager.applied ? "Apply" : "Update"},
                   {"apiVersion", manager.api_version},
                   {"fieldsType", kFieldsType},
                   {"fieldsV1", to_fields_v1(fields)}};
  if (time) value["time"] = format_seconds(*time);
  if (!manager.subresource.empty()) value["subresource"] = manager.subresource;
  return value;
}

bool read_entry(const Value& entry, Ownership& ownership) {
  Manager manager{.name = std::string(string_at(entry, {"manager"})),
                  .api_version = std::string(string_at(entry, {"apiVersion"})),
                  .subresource = std::string(string_at(entry, {"subresource"}))};
  const auto operation = string_at(entry, {"operation"});
  manager.applied = operation == "Apply";
  if (!manager.applied && operation != "Update") return false;
  if (manager.api_version.empty() || string_at(entry, {"fieldsType"}) != kFieldsType) return false;
  static const Value kNothing = JsonObject{};
  const auto* fields = find(entry, "fieldsV1");
  auto set = parse_fields_v1(fields == nullptr ? kNothing : *fields);
  if (!set) return false;
  const auto identifier = identifier_of(manager);
  if (const auto time = parse_rfc3339(string_at(entry, {"time"})))
    ownership.times[identifier] = *time;
  ownership.managers.insert_or_assign(
      identifier, ManagedSet{manager.api_version, manager.applied, std::move(*set)});
  return true;
}

// Whether a client asks for everything to be forgotten: `[]` or `[{}]`.
bool is_reset(const Value& list) {
  const auto* entries = list.if_array();
  if (entries == nullptr) return false;
  if (entries->empty()) return true;
  const auto* first = entries->front().if_object();
  return entries->size() == 1 && first != nullptr && first->empty();
}

std::int64_t seconds_of(const Ownership& ownership, const std::string& identifier) {
  const auto it = ownership.times.find(identifier);
  return it == ownership.times.end() ? 0 : it->second.ns / kNsPerSecond;
}

std::string shown(const std::string& identifier) {
  const auto entry = parse_json(identifier);
  if (!entry) return go_quote(identifier);
  auto text = go_quote(string_at(entry->value, {"manager"}));
  const auto subresource = string_at(entry->value, {"subresource"});
  if (!subresource.empty()) text += fmt::format(" with subresource {}", go_quote(subresource));
  if (string_at(entry->value, {"operation"}) == "Update")
    text += fmt::format(" using {}", string_at(entry->value, {"apiVersion"}));
  return text;
}

bool same_but_time(const Value& a, const Value& b) {
  const auto* left = a.if_object();
  const auto* right = b.if_object();
  if (left == nullptr || right == nullptr || left->size() != right->size()) return false;
  return std::ranges::all_of(*left, [&](const auto& member) {
    if (member.key() == std::string_view("time")) return right->contains("time");
    const auto* other = right->if_contains(member.key());
    return other != nullptr && same(*other, member.value());
  });
}

bool same_but(std::string_view ignored, const JsonObject& a, const JsonObject& b) {
  if (a.size() != b.size()) return false;
  return std::ranges::all_of(a, [&](const auto& member) {
    const auto* other = b.if_contains(member.key());
    return other != nullptr && (member.key() == ignored || same(*other, member.value()));
  });
}

}  // namespace

std::string identifier_of(const Manager& manager) {
  std::string text = "{";
  const auto add = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    text +=
        fmt::format("{}\"{}\":{}", text.size() == 1 ? "" : ",", key, canonical_json(Value(value)));
  };
  add("manager", manager.name);
  add("operation", manager.applied ? "Apply" : "Update");
  if (!manager.applied) add("apiVersion", manager.api_version);
  add("subresource", manager.subresource);
  return text + "}";
}

std::optional<Ownership> parse_managed_fields(const Value* list) {
  Ownership ownership;
  if (list == nullptr || list->is_null()) return ownership;
  const auto* entries = list->if_array();
  if (entries == nullptr) return std::nullopt;
  for (const auto& entry : *entries) {
    if (!read_entry(entry, ownership)) return std::nullopt;
  }
  return ownership;
}

void sort_managed_fields(JsonArray& list) {
  std::ranges::sort(list, {}, [](const Value& entry) {
    return std::tuple(string_at(entry, {"operation"}) != "Apply", seconds_of(entry),
                      string_at(entry, {"manager"}), string_at(entry, {"apiVersion"}),
                      string_at(entry, {"subresource"}));
  });
}

JsonArray to_managed_fields(const Ownership& ownership) {
  JsonArray list;
  for (const auto& [identifier, set] : ownership.managers) {
    const auto time = ownership.times.find(identifier);
    list.push_back(
        entry_value(manager_of(identifier, set), set.fields,
                    time == ownership.times.end() ? std::nullopt : std::optional(time->second)));
  }
  sort_managed_fields(list);
  return list;
}

std::optional<Value> take_managed_fields(Value& object) {
  auto* metadata = find(object, "metadata");
  auto* list = metadata == nullptr ? nullptr : find(*metadata, "managedFields");
  if (list == nullptr) return std::nullopt;
  std::optional<Value> taken = std::move(*list);
  metadata->as_object().erase("managedFields");
  return taken;
}

Ownership ownership_before(const std::optional<Value>& said, const Value* live) {
  if (said && is_reset(*said)) return {};
  auto ownership = said ? parse_managed_fields(&*said) : std::nullopt;
  if (ownership && !ownership->managers.empty()) return std::move(*ownership);
  if (live == nullptr) return {};
  return parse_managed_fields(find_path(*live, {"metadata", "managedFields"}))
      .value_or(Ownership{});
}

void put_managed_fields(const Ownership& ownership, Value& object) {
  auto& metadata = object_member(object.as_object(), "metadata");
  if (ownership.managers.empty()) {
    metadata.erase("managedFields");
  } else {
    metadata["managedFields"] = to_managed_fields(ownership);
  }
}

void settle_managed_times(const Value& old_object, Value& object) {
  const auto* before = find_path(old_object, {"metadata", "managedFields"});
  auto* metadata = find(object, "metadata");
  auto* now = metadata == nullptr ? nullptr : find(*metadata, "managedFields");
  if (before == nullptr || now == nullptr || same(*before, *now)) return;
  const auto& old_entries = before->as_array();
  const auto& entries = now->as_array();
  if (!std::ranges::equal(old_entries, entries, same_but_time)) return;
  const auto& old_metadata = find(old_object, "metadata")->as_object();
  if (!same_but("metadata", old_object.as_object(), object.as_object()) ||
      !same_but("managedFields", old_metadata, metadata->as_object())) {
    return;
  }
  *now = *before;
}

bool takes_from_others(const Value& old_object, const Value& object, std::string_view manager) {
  const auto* before = find_path(old_object, {"metadata", "managedFields"});
  const auto* now = find_path(object, {"metadata", "managedFields"});
  if (before == nullptr || !before->is_array()) return false;
  return std::ranges::any_of(before->get_array(), [&](const Value& entry) {
    if (string_at(entry, {"manager"}) == manager) return false;
    if (now == nullptr || !now->is_array()) return true;
    return std::ranges::none_of(now->get_array(),
                                [&](const Value& other) { return same_but_time(entry, other); });
  });
}

void cap_update_managers(Ownership& ownership) {
  auto& managers = ownership.managers;
  std::vector<std::string> updaters;
  for (const auto& [identifier, set] : managers) {
    if (!set.applied) updaters.push_back(identifier);
  }
  if (updaters.size() <= kUpdateManagersMax) return;
  std::ranges::sort(updaters, {}, [&](const std::string& identifier) {
    return std::tuple(seconds_of(ownership, identifier), identifier);
  });
  auto left = updaters.size();
  // A version's oldest entry becomes its bucket once there is a second one to merge, whose time it
  // gets.
  std::map<std::string, std::string> oldest;
  for (const auto& identifier : updaters) {
    if (left <= kUpdateManagersMax) break;
    const auto version = managers.find(identifier)->second.api_version;
    const auto [first, is_first] = oldest.try_emplace(version, identifier);
    if (is_first) continue;
    const auto bucket = identifier_of({.name = "ancient-changes", .api_version = version});
    const auto time = ownership.times.find(identifier);
    if (time != ownership.times.end()) ownership.times[bucket] = time->second;
    if (!managers.contains(bucket)) {
      auto node = managers.extract(first->second);
      node.key() = bucket;
      managers.insert(std::move(node));
    }
    if (identifier == bucket) continue;
    auto& merged = managers.find(bucket)->second.fields;
    merged = unite(std::move(merged), managers.find(identifier)->second.fields);
    managers.erase(identifier);
    --left;
  }
}

Status conflict_status(const ApplyConflicts& conflicts) {
  auto status = failure(Reason::kConflict, "").error();
  std::map<std::string, std::vector<std::string>> by_manager;
  for (const auto& conflict : conflicts) {
    const auto path = path_text(conflict.path);
    status.details.causes.push_back(
        {"FieldManagerConflict", "conflict with " + shown(conflict.manager), path});
    by_manager[conflict.manager].push_back(path);
  }
  if (conflicts.size() == 1) {
    status.message =
        fmt::format("Apply failed with 1 conflict: conflict with {}: {}",
                    shown(conflicts.front().manager), path_text(conflicts.front().path));
    return status;
  }
  std::vector<std::string> lines;
  for (const auto& [manager, paths] : by_manager) {
    lines.push_back(fmt::format("conflicts with {}:", shown(manager)));
    for (const auto& path : paths) lines.push_back("- " + path);
  }
  status.message =
      fmt::format("Apply failed with {} conflicts: {}", conflicts.size(), fmt::join(lines, "\n"));
  return status;
}

}  // namespace gatefold::engine
