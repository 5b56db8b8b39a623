// What can be read of a history of which something was dropped or redacted, or was never known.
// Answers depend on the log alone, so that every way to a revision comes to the same.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/replay/gaps.h"
#include "schema/ids.h"
#include "schema/status.h"
#include "storage/prepared_event.h"
#include "storage/snapshot.h"

namespace gatefold::engine {

// Goes through the events in (after, until] that are left, and counts those that were dropped.
// False: the visitor had enough.
Result<bool> outline_remains(const storage::Snapshot& history, Revision after, Revision until,
                             const storage::Snapshot::OutlineVisitor& visit, Gaps& gaps);

// What is lacking of the object that an event has, where it only stands in (engine/gap.h); empty
// for all others, and where the record is no longer kept.
Result<std::string> stand_in_gap(const storage::Snapshot& history, Revision revision);

// The content of an event; null where it is no longer kept, or something stands in for it.
Result<storage::Body> remaining_body(const storage::Snapshot& history, Revision revision);

struct RemainingVersion {
  Revision revision;
  storage::Body body;
};

// The newest version up to `until`, of the life that the object had then, that has a content;
// nothing where it was not there or none is. Costs as much as the object has versions;
// kServiceUnavailable once it is interrupted.
Result<std::optional<RemainingVersion>> last_remaining(const storage::Snapshot& history,
                                                       const ObjectKey& key, Revision until,
                                                       const std::atomic<bool>& is_interrupted);

// The objects of a resource that were there at the revision, as far as their records are kept, each
// with its newest version, in order. Costs as much as the resource has records.
struct RemainingObject {
  ObjectKey key;
  Revision revision;
};
Result<std::vector<RemainingObject>> remaining_objects(const storage::Snapshot& history,
                                                       std::string_view resource,
                                                       Revision revision);

// The short-lived resources whose state at the revision is not whole; kExpired where another one's
// is not.
Result<std::vector<std::string>> lacking_at(const storage::Snapshot& history, Revision revision);

}  // namespace gatefold::engine
