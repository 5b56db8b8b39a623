// A definition for a kind that a history from elsewhere has objects of, and says nothing about:
// without it no tool would find them. Pure.
#pragma once

#include "storage/event.h"
#include "storage/prepared_event.h"

namespace gatefold::engine {

struct StandIn {
  storage::Event event;  // ADDED, at the time of what was seen
  storage::Body body;
};

// For the kind of `seen`: the definition that the program has of it, or one that takes every object
// and finds conditions where they usually are (`status.conditions`). Established. Equal for equal
// kinds, uid included.
StandIn stand_in_definition(const storage::Event& seen);

}  // namespace gatefold::engine
