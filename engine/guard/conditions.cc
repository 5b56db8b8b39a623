#include "engine/guard/conditions.h"

#include <algorithm>
#include <utility>

#include "schema/json.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

bool is_condition_list(const SchemaNode& schema) {
  if (schema.type != SchemaType::kArray || schema.items == nullptr) return false;
  const auto& members = schema.items->properties;
  return members.contains("type") && members.contains("status") &&
         members.contains("lastTransitionTime");
}

// The same, judged by what stands in a list.
bool holds_conditions(const JsonArray& list) {
  return std::ranges::any_of(list, [](const Value& item) {
    return find(item, "lastTransitionTime") != nullptr && !string_at(item, {"type"}).empty() &&
           find(item, "status") != nullptr;
  });
}

// A node on the way from the root to a list of conditions. Most ways lead to none, so that names
// are only made where one was found.
struct Step {
  const Step* parent = nullptr;
  std::string_view member;           // of an object
  const SchemaNode* list = nullptr;  // the list that `item` stands in, where a schema is known
  const Value* item = nullptr;       // of a list
  std::size_t index = 0;             // of the item
};

// A reference without a namespace means the object's own (`parentRef`, `ancestorRef`): no schema
// can say so, and writers differ in whether they spell it out.
void complete_namespace(std::string_view name_space, Value& reference) {
  if (!reference.is_object() || name_space.empty()) return;
  if (string_at(reference, {"namespace"}).empty()) reference.as_object()["namespace"] = name_space;
}

bool is_reference(const SchemaNode& schema) {
  const auto& members = schema.properties;
  return members.contains("kind") && members.contains("name") && members.contains("namespace");
}

// All siblings of the conditions in an item, in canonical form.
std::string siblings_text(const SchemaNode& item_schema, std::string_view name_space,
                          const Value& item) {
  JsonObject siblings;
  for (const auto& member : item.get_object()) {
    const auto* schema = item_schema.member({member.key().data(), member.key().size()});
    if (schema != nullptr && is_condition_list(*schema)) continue;
    auto& sibling = siblings.emplace(member.key(), member.value()).first->value();
    if (schema != nullptr && is_reference(*schema)) complete_namespace(name_space, sibling);
  }
  return canonical_json(Value(std::move(siblings)));
}

std::string identity_by_schema(const SchemaNode& list, std::string_view name_space,
                               const Value& item) {
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

std::string identity_by_form(std::string_view name_space, const Step& step) {
  const auto& item = *step.item;
  for (const auto* key : {"parentRef", "ancestorRef"}) {
    const auto* reference = find(item, key);
    if (reference == nullptr || string_at(item, {"controllerName"}).empty()) continue;
    JsonObject names{{"controllerName", string_at(item, {"controllerName"})}, {key, *reference}};
    complete_namespace(name_space, names[key]);
    return canonical_json(Value(std::move(names)));
  }
  const auto name = string_at(item, {"name"});
  return name.empty() ? std::to_string(step.index) : std::string(name);
}

// What stands anywhere else may be meant for other objects: a template, or a definition's defaults.
bool is_of_status(const Step& last) {
  const auto* step = &last;
  while (step->parent != nullptr && step->parent->parent != nullptr) step = step->parent;
  return step->member == "status";
}

// The way to a list: by identity, and as field errors write it.
struct Way {
  std::string path;
  std::string place;
  std::string_view controller;
};

Way way_of(const Step& last, std::string_view name_space) {
  std::vector<const Step*> steps;
  for (const auto* step = &last; step->parent != nullptr; step = step->parent) {
    steps.push_back(step);
  }
  Way way;
  for (auto it = steps.rbegin(); it != steps.rend(); ++it) {
    const auto& step = **it;
    if (step.item == nullptr) {
      for (auto* text : {&way.path, &way.place}) {
        if (!text->empty()) *text += '.';
        *text += step.member;
      }
      continue;
    }
    const auto identity = step.list != nullptr
                              ? identity_by_schema(*step.list, name_space, *step.item)
                              : identity_by_form(name_space, step);
    way.path.append("[").append(identity).append("]");
    way.place.append("[").append(std::to_string(step.index)).append("]");
    way.controller = string_at(*step.item, {"controllerName"});
  }
  return way;
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
          walk(*below, member.value(), Step{&at, key, nullptr, nullptr, 0});
        } else if (const Step step{&at, key, nullptr, nullptr, 0};
                   schema.preserve_unknown_fields && is_of_status(step)) {
          walk(member.value(), step);
        }
      }
      return;
    }
    auto* array = value.if_array();
    if (array == nullptr || schema.items == nullptr) return;
    if (is_condition_list(schema) ||
        (schema.items->preserve_unknown_fields && holds_conditions(*array) && is_of_status(at))) {
      add_list(*array, way_of(at, name_space_));
      return;
    }
    for (std::size_t i = 0; i < array->size(); ++i) {
      walk(*schema.items, (*array)[i], Step{&at, {}, &schema, &(*array)[i], i});
    }
  }

  void walk(V& value, const Step& at) {
    if (auto* object = value.if_object()) {
      for (auto& member : *object) {
        const std::string_view key(member.key().data(), member.key().size());
        walk(member.value(), Step{&at, key, nullptr, nullptr, 0});
      }
      return;
    }
    auto* array = value.if_array();
    if (array == nullptr) return;
    if (holds_conditions(*array)) {
      add_list(*array, way_of(at, name_space_));
      return;
    }
    for (std::size_t i = 0; i < array->size(); ++i) {
      walk((*array)[i], Step{&at, {}, nullptr, &(*array)[i], i});
    }
  }

  std::vector<ConditionEntry> take() { return std::move(entries_); }

 private:
  template <class Array>
  void add_list(Array& array, const Way& way) {
    std::size_t index = 0;
    for (auto& item : array) {
      auto place = way.place + "[" + std::to_string(index++) + "]";
      if (!item.is_object()) continue;
      const auto written = string_at(item, {"lastTransitionTime"});
      const auto time = parse_rfc3339(written);
      ConditionEntry entry{.path = way.path,
                           .place = std::move(place),
                           .controller = way.controller,
                           .type = string_at(item, {"type"}),
                           .status = string_at(item, {"status"}),
                           .reason = string_at(item, {"reason"}),
                           .message = string_at(item, {"message"}),
                           .last_transition_time = time.value_or(Time{}),
                           .said_time = written,
                           .written_time = time ? written : std::string_view()};
      const auto* observed = find(item, "observedGeneration");
      if (observed != nullptr && observed->is_number()) {
        entry.observed_generation = integer_at(item, {"observedGeneration"}, 0);
      }
      if constexpr (!std::is_const_v<V>) entry.slot = &item;
      entries_.push_back(std::move(entry));
    }
  }

  std::string_view name_space_;
  std::vector<ConditionEntry> entries_;
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

std::vector<ConditionEntry> collect_conditions(const Value& object) {
  Collector<const Value> collector(namespace_of(object));
  collector.walk(object, Step{});
  return collector.take();
}

bool may_have_conditions(const SchemaNode& schema) {
  const auto may = [](const SchemaPtr& below) {
    return below != nullptr && may_have_conditions(*below);
  };
  return schema.preserve_unknown_fields || is_condition_list(schema) || may(schema.items) ||
         may(schema.additional_properties) ||
         std::ranges::any_of(schema.properties, [&](const auto& one) { return may(one.second); });
}

bool is_verdict(const ConditionEntry& entry) {
  return entry.status == "True" || entry.status == "False";
}

bool is_default_condition(const ConditionEntry& entry) {
  return !entry.written_time.empty() && entry.last_transition_time == Time{};
}

}  // namespace gatefold::engine
