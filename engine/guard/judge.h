// What the rules say of one write that need no more than the version before it. Pure.
#pragma once

#include <cstdint>

#include "engine/guard/findings.h"
#include "engine/guard/moved.h"

namespace gatefold::engine {

struct JudgedWrite {
  const Value* old_object = nullptr;  // nullptr: it is new
  const Value* object = nullptr;
  Time event_time;
  // metadata.generation where conditions can be compared with it: it counts specs, and status
  // writes don't move it. 0: they can't.
  std::int64_t generation = 0;
};

// Of one condition: by restamped, unstamped and bad-time. `is_create`: the object is new.
void judge_time(const ConditionPair& pair, bool is_create, Time event_time,
                GuardFindings& findings);
// Whether a time lies in the future of an event, clocks that differ a little aside.
bool lies_ahead(Time claimed, Time event_time);
// By observed-generation and stale, of all conditions.
void judge_generations(const std::vector<ConditionPair>& pairs, std::int64_t generation,
                       GuardFindings& findings);
// By duplicate: of types that were not there as often before.
void judge_twins(const std::vector<ConditionPair>& pairs, GuardFindings& findings);
// By no-op: whether times of conditions are all that differs, managers and the revision aside.
void judge_no_op(const JudgedWrite& write, const std::vector<ConditionPair>& pairs,
                 GuardFindings& findings);

// All of these.
GuardFindings judge_write(const JudgedWrite& write, const std::vector<ConditionPair>& pairs);

}  // namespace gatefold::engine
