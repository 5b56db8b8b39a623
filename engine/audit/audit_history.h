// A Kubernetes audit log as a history: the writes that it tells of become events, as far as each
// record tells. What a record leaves out is said in the event's annotation
// `audit.gatefold.dev/gap`; nothing is judged, and times of conditions stay as the objects have
// them. Objects are in the version that their kind is stored in, as in a server; in the one that
// the client spoke where what lies between the two is not known.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "engine/audit/record.h"
#include "engine/foreign_history.h"

namespace gatefold::engine {

// Annotations of events that come from an audit log.
inline constexpr std::string_view kAuditResourceVersion = "audit.gatefold.dev/resource-version";
inline constexpr std::string_view kAuditId = "audit.gatefold.dev/audit-id";

struct AuditCounts {
  std::uint64_t records = 0;
  // Records that became events. Others stand in beside them: for definitions, and for how objects
  // came and went where no record tells.
  std::uint64_t writes = 0;
  std::uint64_t gaps = 0;                        // of these, with a gap
  std::map<std::string, std::uint64_t> skipped;  // records, by reason
};

// Takes records in the order of their times, of each that is there twice the first. A write that
// changed nothing is no event: it is counted as a sighting of the rule no-op.
class AuditHistory {
 public:
  explicit AuditHistory(storage::HistoryWriter& writer) : writer_(writer), history_(writer) {}

  Result<void> add(AuditRecord record);
  Result<void> finish();
  const AuditCounts& counts() const { return counts_; }

 private:
  Result<void> add_write(const AuditRecord& record);
  Result<void> add_collection(const AuditRecord& record);
  Result<void> put(const AuditRecord& record, storage::Event event, Value object,
                   const std::optional<storage::StoredObject>& before);

  // The version that the event tells the object in: of a kind whose versions differ by their names
  // alone the one that it is stored in, which the two get then. Lives until an event is added.
  Result<const KindVersion*> store_form(storage::Event& event, Value& object);

  storage::HistoryWriter& writer_;
  ForeignHistory history_;
  std::map<KindPtr, bool> has_one_form_;  // of kinds that were written in several versions
  AuditCounts counts_;
  std::set<ObjectKey> stand_ins_;   // whose last version is not known
  std::set<ObjectKey> unseen_;      // whose life began without a record that shows its uid
  Time last_time_;                  // of the record that came last,
  std::set<std::string> last_ids_;  // and the ids of those of that time
};

}  // namespace gatefold::engine
