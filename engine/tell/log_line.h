// Lines of the log (engine/history.h) read back by those who tell what they say: what is not there,
// or of another form, is empty. Lines that have to be exact are for engine/exact_line.h. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "schema/ids.h"
#include "schema/time.h"
#include "schema/value.h"
#include "storage/event.h"
#include "storage/snapshot.h"

namespace gatefold::engine {

Revision revision_at(const Value& line, std::string_view member);
Time time_at(const Value& line, std::string_view member);
storage::Actor actor_in(const Value& line);
ObjectKey key_in(const Value& line);

// Of an event's `transitions` or `repairs`; a line of a timeline is a transition, too.
storage::Transition read_transition(const Value& transition);
storage::Repair read_repair(const Value& repair);

// A line of sightings; nothing where it is none.
std::optional<storage::Sighting> read_sighting(const Value& line);

// Whether the object began, or ended, with the event. Of what appears with a gap the beginning is
// not known.
bool begins_life(const Value& line);
// Whether its object stands in for one that is not known (engine/gap.h).
bool stands_in(const Value& line);
bool ends_life(const Value& line);

}  // namespace gatefold::engine
