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
  Outcome outcome;                              // its revision comes with the number
  std::vector<Read> reads;
  Revision revision;  // of the View that was read
  std::vector<storage::SightingCount> sightings;
  GuardTally tally;               // what the guard found
  std::optional<Status> refusal;  // by the guard: the answer, and there is no event
  storage::Frame frame;           // what the event was encoded against
  // Places in the batch that the decision was made in, where it rests on events without a number.
  int previous_in_batch = -1;
  int frame_in_batch = -1;
  int outcome_in_batch = -1;  // whose revision the outcome shows
};

// Errors are final answers as of the facts' revision. Reads no clock, no disk and no random source.
Result<Decision> decide(const Command& command, const Facts& facts, const Stamp& stamp);

// Gathers and decides; a generated name that is taken is drawn again, up to kGeneratedNamesMax
// times (R6.6).
Result<Decision> consider(const Command& command, const View& view, const Overlay* overlay,
                          const Stamp& stamp);

}  // namespace gatefold::engine
