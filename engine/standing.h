// What an object says of its conditions that no known transition does. Pure.
#pragma once

#include <vector>

#include "engine/tell/timeline.h"
#include "schema/value.h"

namespace gatefold::engine {

// Adds the conditions of `object`, which is the life `uid` at the end of the moves, whose status is
// not the one that the last move of theirs led to, or that have none: each as a move that nobody
// made, in revision 0, at the time that it states, but not before the object or the move before.
// What a schema's defaults say is left out.
void add_standing(const Value& object, const Uid& uid, std::vector<ConditionMove>& moves);

}  // namespace gatefold::engine
