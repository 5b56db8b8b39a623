// Conditions: where a kind has them, what changed in them, and the guard that keeps
// lastTransitionTime true (design section 6). Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema_node.h"
#include "schema/time.h"
#include "schema/value.h"
#include "storage/event.h"

namespace gatefold::engine {

// One condition as it stands in an object. The strings view into the object.
struct ConditionEntry {
  std::string path;  // of its list, by identity: `status.listeners[http].conditions`
  std::string_view type;
  std::string_view status;
  std::string_view reason;
  std::string_view message;
  std::int64_t observed_generation = 0;
  Time last_transition_time;
  std::string_view written_time;  // as it stands there; "" where it is missing or none
  Value* slot = nullptr;  // the condition in the object, when it was collected from a mutable one
};

// All conditions of `object`, found from its schema: any list whose items have `type`, `status` and
// `lastTransitionTime`, wherever it nests. Lists on the way are named by the list's map keys where
// it has some, else by all siblings of `conditions` in canonical form, references normalised with
// their defaults (those of the schema are in the object already; a missing namespace is the
// object's).
std::vector<ConditionEntry> collect_conditions(const SchemaNode& schema, const Value& object);
std::vector<ConditionEntry> collect_conditions(const SchemaNode& schema, Value& object);

struct GuardReport {
  std::vector<storage::Transition> transitions;  // by path, then type
  std::vector<storage::Repair> repairs;
};

// Compares `object` with `old_object` (null for a create), puts right every lastTransitionTime in
// `object` that is not true (rules `restamped` and `unstamped`, mode repair) and reports the
// transitions. `event_time` is the event's. The time of a transition is the client's where it is
// later than the previous one and at most a second after the event, else max(previous, event time).
// Where the status stays, so does the time as it was written; another way to write the same second
// is no breach. Conditions that come from the schema's defaults (dated 1970) are no transition.
// Several conditions of one type in one list are compared in their order.
GuardReport guard_conditions(const SchemaNode& schema, const Value* old_object, Value& object,
                             Time event_time);

}  // namespace gatefold::engine
