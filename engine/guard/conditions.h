// Where the conditions of an object are. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema_node.h"
#include "schema/time.h"
#include "schema/value.h"

namespace gatefold::engine {

// One condition as it stands in an object. The strings view into the object.
struct ConditionEntry {
  std::string path;   // of its list, by identity: `status.listeners[http].conditions`
  std::string place;  // its own, as field errors name it: `status.listeners[0].conditions[1]`
  std::string_view controller;  // `controllerName` beside its list; "" where there is none
  std::string_view type;
  std::string_view status;
  std::string_view reason;
  std::string_view message;
  std::optional<std::int64_t> observed_generation;
  Time last_transition_time;
  std::string_view said_time;     // the text that stands there; "" where it is missing
  std::string_view written_time;  // the same where it is a time, else ""
  Value* slot = nullptr;  // the condition in the object, when it was collected from a mutable one
};

// All conditions of `object`, found from its schema: any list whose items have `type`, `status` and
// `lastTransitionTime`, wherever it nests; below `status`, where the schema preserves unknown
// fields, any list that holds such objects, as without a schema (below). Lists on the way are named
// by the list's map keys where it has some, else by all siblings of `conditions` in canonical form,
// references normalised with their defaults (those of the schema are in the object already; a
// missing namespace is the object's).
std::vector<ConditionEntry> collect_conditions(const SchemaNode& schema, const Value& object);
std::vector<ConditionEntry> collect_conditions(const SchemaNode& schema, Value& object);

// The same without a schema, for objects of which only the text is known: any list that holds
// objects with a `type`, a `status` and a `lastTransitionTime`. Lists on the way are named by
// controllerName and reference where their items have them, else by `name`, else by the index: for
// the kinds of the Gateway API these are the names above.
std::vector<ConditionEntry> collect_conditions(const Value& object);

// Whether objects of the schema may have any.
bool may_have_conditions(const SchemaNode& schema);

// Whether it says True or False.
bool is_verdict(const ConditionEntry& entry);
// Whether nobody has said anything yet: what a schema's defaults say, dated 1970.
bool is_default_condition(const ConditionEntry& entry);

}  // namespace gatefold::engine
