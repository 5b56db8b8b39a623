// The rule `fight` over fields that are no condition's status: the last versions of an object tell
// who set them in turn. Asked only where a write takes a field from another field manager; the
// linter, which has a whole history, sees those between writers of one manager's name, too. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "engine/guard/findings.h"
#include "schema/value.h"
#include "storage/event.h"

namespace gatefold::engine {

// A version of an object with who wrote it.
struct PastVersion {
  Value object;
  storage::Actor writer;
  Time time;                     // of the event
  bool has_transitions = false;  // it moved statuses
};
// Hands out the versions of one life, newest first, beginning with the one that is written over, as
// long as they are kept and the visitor answers true.
using RecallVersions = std::function<void(const std::function<bool(const PastVersion&)>&)>;

// Each costs a record and a body. Enough for the turns of a fight (memory.h) with another write
// between each two.
inline constexpr std::size_t kFightVersionsMax = 8;
// Of one write. Who undoes more at once undoes the object.
inline constexpr std::size_t kFightFieldsMax = 16;

struct FieldsWrite {
  const Value& old_object;
  const Value& object;
  const storage::Actor& writer;
  Time event_time;
  bool has_transitions = false;  // it moves statuses
  const RecallVersions& recall;
};

// By fight, of each field that the write sets back to what its writer had set before another set it
// back. Versions are asked for only as long as one of the fields may still be one that is fought
// over.
GuardFindings judge_field_fights(const FieldsWrite& write);

// What other rules speak of, or what differs because something else does: no fields of their own.
// `has_transitions`: statuses moved with it.
bool is_told_elsewhere(std::string_view path, bool has_transitions);

}  // namespace gatefold::engine
