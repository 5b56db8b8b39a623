// Dropping the content of versions of an object for good. The log says who did it, when and why;
// the chain, the ledger and the derived rows stay true. What the records have of an object (labels,
// selectable fields, conditions, names) is no content.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schema/value.h"
#include "storage/store.h"

namespace gatefold::storage {

// The resource of the events that tell of redactions: cluster-scoped, of no kind that is served.
inline constexpr std::string_view kRedactions = "redactions.gatefold.dev";

// How long a redaction waits for those who still read what was there.
inline constexpr int kScrubWaitMs = 5000;

struct RedactRequest {
  ObjectKey key;
  // Inclusive; an `until` of 0 is open. Whole is every version but the current one, which has to
  // be named to be an error.
  Revision from;
  Revision until;
  bool all = false;
  std::string reason;
  Actor actor;
  Time now;
};

struct RedactReport {
  std::vector<Revision> revisions;  // whose content is gone; empty: nothing was left to redact
  Revision told;                    // the event that tells of it; 0: there is none
};

// Whether all versions that Store::plan_redaction() named were redacted before. The log has told of
// that: such a redaction takes out of the files what a crash may have left of their bytes, and is
// no event.
bool is_done_before(const Store& store, const std::vector<Revision>& revisions);

// What the body of the event that tells of a redaction says in one line: `redacts secrets/prod/key
// 47-49: leaked`.
std::string redaction_text(const Value& body);

// The event that tells of a redaction, alone in its batch; `head` is the log's.
BatchEntry redaction_entry(const RedactRequest& request, const std::vector<Revision>& revisions,
                           Revision head);

// All of it, for tools that hold the store alone. Without that, the steps are Store's:
// plan_redaction, commit of redaction_entry, redact, scrub.
Result<RedactReport> redact(Store& store, const RedactRequest& request);

}  // namespace gatefold::storage
