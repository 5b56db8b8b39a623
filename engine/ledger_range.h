// Which stretch of the log is asked for.
#pragma once

#include <optional>

#include "engine/view.h"
#include "schema/ids.h"
#include "schema/time.h"

namespace gatefold::engine {

// Both ends belong to it; what is not said bounds nothing.
struct LedgerRange {
  std::optional<Revision> from;
  std::optional<Revision> to;
  std::optional<Time> since;
  std::optional<Time> until;
};

// The revisions (after, until] of the range, none behind `head`. kBadRequest where it ends before
// it begins.
struct LedgerStretch {
  Revision after;
  Revision until;
};
Result<LedgerStretch> stretch_of(const LedgerRange& range, const View& view, Revision head);

// The nanosecond before a time; the first one that there is has none.
std::optional<Time> just_before(Time time);

// The last event at or before a time; 0 where there is none.
Result<Revision> last_until(const View& view, Time time);

}  // namespace gatefold::engine
