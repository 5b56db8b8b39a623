// The guard: what the rules find in a write of conditions, and what their modes make of it (design:
// conditions). Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/guard/memory.h"
#include "engine/guard/settings.h"
#include "schema/field_error.h"
#include "schema/schema_node.h"

namespace gatefold::engine {

// Which rules found something, and what was done about it: for counting.
using GuardTally = std::vector<std::pair<GuardRule, GuardMode>>;

struct GuardReport {
  std::vector<storage::Transition> transitions;  // by path, then type
  std::vector<storage::Repair> repairs;
  std::vector<std::string> warnings;  // texts for the client
  FieldErrors errors;                 // not empty: the write is refused
  GuardTally tally;
};

// What a finding's mode makes of it, a repair apart.
void tell(const GuardFinding& finding, const GuardModes& modes, GuardReport& report);

struct GuardedWrite {
  const SchemaNode& schema;
  const Value* old_object = nullptr;  // nullptr: it is new
  Time event_time;
  std::int64_t generation = 0;  // see JudgedWrite
  storage::Actor writer;
  GuardModes modes = kOwnGuardModes;
  Recall recall;  // empty: nothing is remembered
};

// Judges `object` by all rules and puts right what is to be repaired. Where a status stays, so does
// the time as it was written; another way to write the same second is no breach. The ledger's time
// of a transition is the true one in every mode. Several conditions of one type in one list are
// compared in their order.
GuardReport guard_write(const GuardedWrite& write, Value& object);

// The same for what the server itself writes.
GuardReport guard_conditions(const SchemaNode& schema, const Value* old_object, Value& object,
                             Time event_time);

}  // namespace gatefold::engine
