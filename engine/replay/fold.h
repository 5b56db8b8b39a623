// What a stretch of a history comes to, object by object, without any of its bodies: for moving far
// at the price of a scan of the log.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "engine/replay/gaps.h"
#include "engine/replay/under_test.h"
#include "storage/snapshot.h"

namespace gatefold::engine {

// One change of one object: events that follow each other and are nobody's who is under test, as
// one.
struct FoldedChange {
  storage::EventType type = storage::EventType::kModified;
  Revision from;          // the version before the first of them; 0: none, the object appears
  Revision to;            // the last of them
  bool is_single = true;  // one event; of a deletion: not of what came in this stretch
  enum class Turn { kFirst, kMiddle, kLast };
  Turn turn = Turn::kMiddle;
};

struct FoldedHistory {
  Revision until;  // how far it reaches
  std::uint64_t events = 0;
  std::uint64_t withheld = 0;
  // By turn and `to`. Definitions of kinds come first, but those that are gone in the end go last.
  // Of an object that came and went only its deletion is: another one may have its name.
  std::vector<FoldedChange> changes;
};

// Changes that are kept at most, some 200 bytes each where every one is of an object of its own:
// the fold ends early at more.
inline constexpr std::size_t kFoldedChangesMax = 1'000'000;

// Events in (after, until] of `history`, less those of the writers under test; what was dropped is
// counted. Ends early once it is interrupted.
Result<FoldedHistory> fold_history(const storage::Snapshot& history, Revision after, Revision until,
                                   const UnderTest& under_test,
                                   const std::atomic<bool>& is_interrupted, Gaps& gaps);

}  // namespace gatefold::engine
