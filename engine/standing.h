// What an object says of its conditions that no known transition does. Pure.
#pragma once

#include <span>
#include <vector>

#include "engine/guard/conditions.h"
#include "engine/tell/timeline.h"
#include "schema/value.h"

namespace gatefold::engine {

// Adds the conditions of `object`, which is the life `uid` at the end of the moves, whose status is
// not the one that the last move of theirs led to, or that have none: each as a move that nobody
// made, in revision 0, at the time that it states, but not before the object or the move before.
// What a schema's defaults say is left out, and what has but a number where moves of the same type
// have a name that only the schema knows.
void add_standing(const Value& object, std::span<const ConditionEntry> conditions, const Uid& uid,
                  std::vector<ConditionMove>& moves);

}  // namespace gatefold::engine
