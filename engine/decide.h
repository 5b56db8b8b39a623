// What a command does to the world: a pure function of the command, the facts and the stamp.
#pragma once

#include <optional>
#include <vector>

#include "engine/command.h"
#include "engine/facts.h"
#include "engine/world.h"
#include "storage/prepared_event.h"
#include "storage/store.h"

namespace gatefold::engine {

struct Decision {
  std::optional<storage::PreparedEvent> event;  // absent: there is nothing to write
  std::optional<Target> after;  // the object as the event leaves it; absent where it is gone
  Outcome outcome;              // its revision comes with the number
  std::vector<Read> reads;
  Revision revision;  // of the View that was read
  std::vector<storage::SightingCount> sightings;
  int previous_in_batch = -1;
  int frame_in_batch = -1;
};

// Errors are final answers as of the facts' revision. Reads no clock, no disk and no random source.
Result<Decision> decide(const Command& command, const Facts& facts, const Stamp& stamp);

}  // namespace gatefold::engine
