// Conditions that have not moved since what is known of their object begins. Pure.
#pragma once

#include <span>
#include <vector>

#include "engine/guard/conditions.h"
#include "engine/tell/timeline.h"

namespace gatefold::engine {

// Adds those of `conditions`, which the life `uid` has at the end of the moves, that no move of
// that life is of: each as one that nobody made, in revision 0, at the time that it states. They
// come before the other moves of the life. What a schema's defaults say is left out.
void add_standing(std::span<const ConditionEntry> conditions, const Uid& uid,
                  std::vector<ConditionMove>& moves);

}  // namespace gatefold::engine
