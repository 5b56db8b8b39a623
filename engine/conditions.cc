#include "engine/conditions.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "schema/json.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

// A client's clock may be ahead of ours by so much.
constexpr std::int64_t kClockSkewNs = kNsPerSecond;

bool is_condition_list(const SchemaNode& schema) {
  if (schema.type != SchemaType::kArray || schema.items == nullptr) return false;
  const auto& members = schema.items->properties;
  return members.contains("type") && members.contains("status") &&
         members.contains("lastTransitionTime");
}

// A node on the way from the root to a list of conditions. Most ways lead to none, so that names
// are only made where one was found.
struct Step {
  const Step* parent = nullptr;
  std::string_view member;           // of an object
  const SchemaNode* list = nullptr;  // the list that `item` stands in
  const Value* item = nullptr;
};

// A reference without a namespace means the object's own (`parentRef`, `ancestorRef`): no schema
// can say so, and writers differ in whether they spell it out.
void complete_reference(const SchemaNode& schema, std::string_view name_space, Value& reference) {
  const auto& members = schema.properties;
  const bool is_reference = members.contains("kind") && members.contains("name") &&
                            members.contains("namespace") && reference.is_object();
  if (!is_reference || name_space.empty()) return;
  if (string_at(reference, {"namespace"}).empty()) reference.as_object()["namespace"] = name_space;
}

// All siblings of the conditions in an item, in canonical form.
std::string siblings_text(const SchemaNode& item_schema, std::string_view name_space,
                          const Value& item) {
  JsonObject siblings;
  for (const auto& member : item.get_object()) {
    const auto* schema = item_schema.member({member.key().data(), member.key().size()});
    if (schema != nullptr && is_condition_list(*schema)) continue;
    auto& sibling = siblings.emplace(member.key(), member.value()).first->value();
    if (schema != nullptr) complete_reference(*schema, name_space, sibling);
  }
  return canonical_json(Value(std::move(siblings)));
}

std::string identity_of(const SchemaNode& list, std::string_view name_space, const Value& item) {
  if (!item.is_object()) return canonical_json(item);
  if (list.list_map_keys.empty()) return siblings_text(*list.items, name_space, item);
  std::string text;
  for (const auto& key : list.list_map_keys) {
    if (&key != &list.list_map_keys.front()) text += ',';
    const auto* value = find(item, key);
    if (value == nullptr) continue;
    text += value->is_string() ? std::string(value->get_string()) : canonical_json(*value);
  }
  return text;
}

std::string path_of(const Step& last, std::string_view name_space) {
  std::vector<const Step*> steps;
  for (const auto* step = &last; step->parent != nullptr; step = step->parent) {
    steps.push_back(step);
  }
  std::string path;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if ((*step)->list != nullptr) {
      path.append("[").append(identity_of(*(*step)->list, name_space, *(*step)->item)).append("]");
    } else {
      if (!path.empty()) path += '.';
      path += (*step)->member;
    }
  }
  return path;
}

// `V` is Value or const Value.
template <class V>
class Collector {
 public:
  // `name_space` is the object's.
  explicit Collector(std::string_view name_space) : name_space_(name_space) {}

  void walk(const SchemaNode& schema, V& value, const Step& at) {
    if (auto* object = value.if_object()) {
      for (auto& member : *object) {
        const std::string_view key(member.key().data(), member.key().size());
        if (const auto* below = schema.member(key)) {
          walk(*below, member.value(), Step{&at, key, nullptr, nullptr});
        }
      }
      return;
    }
    auto* array = value.if_array();
    if (array == nullptr || schema.items == nullptr) return;
    if (is_condition_list(schema)) {
      add_list(*array, path_of(at, name_space_));
      return;
    }
    for (auto& item : *array) walk(*schema.items, item, Step{&at, {}, &schema, &item});
  }

  std::vector<ConditionEntry> take() { return std::move(entries_); }

 private:
  template <class Array>
  void add_list(Array& array, const std::string& path) {
    for (auto& item : array) {
      if (!item.is_object()) continue;
      const auto written = string_at(item, {"lastTransitionTime"});
      const auto time = parse_rfc3339(written);
      ConditionEntry entry{.path = path,
                           .type = string_at(item, {"type"}),
                           .status = string_at(item, {"status"}),
                           .reason = string_at(item, {"reason"}),
                           .message = string_at(item, {"message"}),
                           .observed_generation = integer_at(item, {"observedGeneration"}, 0),
                           .last_transition_time = time.value_or(Time{}),
                           .written_time = time ? written : std::string_view()};
      if constexpr (!std::is_const_v<V>) entry.slot = &item;
      entries_.push_back(std::move(entry));
    }
  }

  std::string_view name_space_;
  std::vector<ConditionEntry> entries_;
};

// A condition's name: its list, its type, and which of several of that type it is.
using Name = std::tuple<std::string, std::string, int>;

std::map<Name, ConditionEntry> by_name(std::vector<ConditionEntry> entries) {
  std::map<Name, ConditionEntry> named;
  std::map<std::pair<std::string, std::string_view>, int> counts;
  for (auto& entry : entries) {
    const int number = counts[{entry.path, entry.type}]++;
    named.emplace(Name{entry.path, std::string(entry.type), number}, std::move(entry));
  }
  return named;
}

class Guard {
 public:
  Guard(Time event_time, bool is_create) : event_time_(event_time), is_create_(is_create) {}

  void compare(const ConditionEntry* old_entry, ConditionEntry* entry) {
    if (entry == nullptr) {
      if (!old_entry->status.empty())
        add_transition(*old_entry, old_entry->status, "", event_time_);
    } else if (old_entry == nullptr) {
      if (!entry->status.empty() && !is_default(*entry)) changed("", Time{}, *entry);
    } else if (old_entry->status != entry->status) {
      changed(old_entry->status, old_entry->last_transition_time, *entry);
    } else {
      unchanged(*old_entry, *entry);
    }
  }

  GuardReport take() { return std::move(report_); }

 private:
  // Nobody has said anything yet. Defaults come back when a status is removed as a whole, and then
  // they know nothing.
  bool is_default(const ConditionEntry& entry) const {
    return !entry.written_time.empty() && entry.last_transition_time == Time{} &&
           (is_create_ || entry.status == "Unknown");
  }

  // The old text comes back, not the old time in our form: a write that only restamped has to
  // become equal to what is stored.
  void unchanged(const ConditionEntry& old_entry, ConditionEntry& entry) {
    if (old_entry.written_time.empty() || old_entry.written_time == entry.written_time) return;
    const auto kept = old_entry.last_transition_time;
    if (entry.written_time.empty() ||
        cut_to_seconds(kept) != cut_to_seconds(entry.last_transition_time)) {
      add_repair("restamped", entry, kept);
    }
    write_time(entry, old_entry.written_time);
  }

  void changed(std::string_view old_status, Time previous, ConditionEntry& entry) {
    const auto claimed = entry.last_transition_time;
    const bool is_true = claimed > previous && claimed.ns <= event_time_.ns + kClockSkewNs;
    const auto time = is_true ? claimed : std::max(previous, event_time_);
    add_transition(entry, old_status, entry.status, time);
    const auto kept = cut_to_seconds(time);
    if (is_true || (claimed == kept && !entry.written_time.empty())) return;
    add_repair("unstamped", entry, kept);
    write_time(entry, format_seconds(kept));
  }

  void add_repair(std::string_view rule, const ConditionEntry& entry, Time kept) {
    report_.repairs.push_back({.rule = std::string(rule),
                               .path = entry.path,
                               .type = std::string(entry.type),
                               .claimed = entry.last_transition_time,
                               .kept = kept});
  }

  // The last that is done to an entry: a new member may move the strings that the entry views.
  static void write_time(ConditionEntry& entry, std::string_view text) {
    entry.slot->get_object()["lastTransitionTime"] = text;
  }

  void add_transition(const ConditionEntry& entry, std::string_view old_status,
                      std::string_view new_status, Time time) {
    report_.transitions.push_back({.path = entry.path,
                                   .type = std::string(entry.type),
                                   .old_status = std::string(old_status),
                                   .new_status = std::string(new_status),
                                   .reason = std::string(entry.reason),
                                   .message = std::string(entry.message),
                                   .observed_generation = entry.observed_generation,
                                   .transition_time = time});
  }

  Time event_time_;
  bool is_create_;
  GuardReport report_;
};

}  // namespace

std::vector<ConditionEntry> collect_conditions(const SchemaNode& schema, const Value& object) {
  Collector<const Value> collector(namespace_of(object));
  collector.walk(schema, object, Step{});
  return collector.take();
}

std::vector<ConditionEntry> collect_conditions(const SchemaNode& schema, Value& object) {
  Collector<Value> collector(namespace_of(object));
  collector.walk(schema, object, Step{});
  return collector.take();
}

GuardReport guard_conditions(const SchemaNode& schema, const Value* old_object, Value& object,
                             Time event_time) {
  const auto before = old_object == nullptr ? std::map<Name, ConditionEntry>()
                                            : by_name(collect_conditions(schema, *old_object));
  auto after = by_name(collect_conditions(schema, object));
  Guard guard(event_time, old_object == nullptr);
  // Both are sorted by path and type; so is what comes out.
  auto old_entry = before.begin();
  auto entry = after.begin();
  while (old_entry != before.end() || entry != after.end()) {
    const bool takes_old =
        entry == after.end() || (old_entry != before.end() && old_entry->first <= entry->first);
    const bool takes_new =
        old_entry == before.end() || (entry != after.end() && entry->first <= old_entry->first);
    guard.compare(takes_old ? &old_entry->second : nullptr, takes_new ? &entry->second : nullptr);
    if (takes_old) ++old_entry;
    if (takes_new) ++entry;
  }
  return guard.take();
}

}  // namespace gatefold::engine
