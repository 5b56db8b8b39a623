// From transitions to timelines: how long each condition was in which state, and who put it there.
// Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schema/ids.h"
#include "schema/time.h"
#include "storage/event.h"

namespace gatefold::engine {

// A transition, as the log has it.
struct ConditionMove {
  Uid uid;  // the object's
  Revision revision;
  Time time;  // the event's: durations go by it, since it never goes back
  storage::Actor actor;
  storage::Transition transition;
};

// The deletion of an object: closes its timelines.
struct ObjectEnd {
  Uid uid;
  Revision revision;
  Time time;
};

// A version of an object that is not known: something stands in for it.
struct ObjectGap {
  Uid uid;
  Revision revision;
};

// Stands for the status of a time of which nobody knows it.
inline constexpr std::string_view kNotKnown = "?";

// A condition that stayed in one status. `status` is "" while it was not there, after it was.
struct ConditionSpan {
  std::string status;
  std::string reason;
  std::string message;
  std::int64_t observed_generation = 0;
  storage::Actor actor;  // who made it so
  Revision revision;     // in which
  Time claimed;          // the transition's lastTransitionTime
  Time from;
  Time until;            // the next one's `from`, the deletion, or where the telling ends
  bool is_open = false;  // neither a transition nor the deletion closed it
  // What the next transition says of the status before it is another one, or there is a gap before
  // the next: some between the two are not known, and until when it lasted is not, either.
  bool is_cut = false;

  std::int64_t duration_ns() const { return until.ns - from.ns; }
};

// One condition in one life of the object.
struct ConditionTimeline {
  Uid uid;
  std::string path;  // of its list: `status.conditions`
  std::string type;
  std::vector<ConditionSpan> spans;  // oldest first, at least one, without holes
  std::optional<ObjectEnd> end;      // the deletion

  // The status now, "" where it or the object is gone.
  const std::string& current() const;
  std::int64_t duration_ns() const { return spans.back().until.ns - spans.front().from.ns; }
  // By status, "" while it was not there; of spans that are cut under kNotKnown.
  std::map<std::string, std::int64_t> time_in_state_ns() const;
  // How often it went back to the status that it had just left (True, False, True: once).
  std::size_t flaps() const;
};

// `moves`, `ends` and `gaps` by revision, oldest first, of one object or of several. Open spans
// reach until `until`, or to their own start where that is later. Lives in the order in which they
// begin, the conditions of each by path and type. A transition that says the status again opens no
// span.
std::vector<ConditionTimeline> timelines(std::span<const ConditionMove> moves,
                                         std::span<const ObjectEnd> ends, Time until,
                                         std::span<const ObjectGap> gaps = {});

}  // namespace gatefold::engine
