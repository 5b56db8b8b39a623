// Says a history again in an engine of its own: its states and its events, less those of the
// controller under test. One thread, but for interrupt().
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "engine/replay/fold.h"
#include "engine/replay/gaps.h"
#include "engine/replay/remains.h"
#include "engine/replay/restate.h"
#include "engine/replay/under_test.h"
#include "storage/snapshot.h"

namespace gatefold::engine {

struct ReplayProgress {
  Revision at;  // of the history: everything up to it was said
  Time time;    // when that was, then; 0 where that is no longer known
  // Where what is being said leads: some of it may be said, so that what there is is no state of
  // the history.
  std::optional<Revision> on_way_to;
  Revision begun_at;  // where the state was put last, in the history
  // And in the replay's own log, before the first thing was put. What the engine had counted by
  // then is of another state.
  Revision begun_own;
  Revision put_own;  // the last of what put it
  std::uint64_t begun_written = 0;
  std::uint64_t begun_refused = 0;
  // Since then.
  std::uint64_t shown = 0;     // events of the history that were said, alone or folded
  std::uint64_t withheld = 0;  // those of the writers under test
  std::uint64_t unheard = 0;   // changes of objects that are not there
  Gaps gaps;                   // what could not be said; of folded events the last ones alone
};

// Of an object is shown what its newest version says that can be read: one whose content was
// redacted or dropped, or only stands in, is passed over, and the next one brings what changed
// since the last that could be.
class Player {
 public:
  // The engine is opened with `is_replay` and outlives the player; nobody else writes what the
  // history writes. `history` is not of a moment before those that are asked for.
  Player(std::shared_ptr<const storage::Snapshot> history, Engine& engine, UnderTest under_test);

  // Makes everything as the history had it at `revision`, whatever was there; 0: nothing is. What
  // the controller under test wrote is gone, but for what it does meanwhile to objects that are
  // there already. kExpired, and nothing has changed, where check_state()
  // says so.
  Result<void> put_state(Revision revision);
  // kExpired where the history no longer has the state: something was dropped since, of another
  // kind than the short-lived ones, or a definition was redacted.
  Result<void> check_state(Revision revision) const;
  // Says the events after progress().at up to `until`, each for itself.
  Result<void> play(Revision until);
  // The same, as the changes that they come to.
  Result<void> pass_to(Revision until);
  // The event after progress().at; nothing where none is left.
  Result<std::optional<Revision>> next() const;
  // put_state() and pass_to() end before they are done, kServiceUnavailable, now and from now on:
  // they may go through all of a history. Any thread.
  void interrupt() { interrupted_ = true; }
  bool is_interrupted() const { return interrupted_; }

  const ReplayProgress& progress() const { return progress_; }
  const storage::Snapshot& history() const { return *history_; }

 private:
  class Batch;
  struct Past {
    std::shared_ptr<const storage::Snapshot> then;  // nullptr: nothing was there
    CatalogPtr catalog;
    std::vector<std::string> lacking;
  };
  Result<Past> past_at(Revision revision) const;
  Result<CatalogPtr> catalog_of(const storage::Snapshot& snapshot) const;
  Result<void> remove_what_is_not_in(const std::vector<KindPtr>& kinds,
                                     const storage::Snapshot* then);
  Result<void> put_objects(const Kind& kind, const storage::Snapshot& then);
  Result<void> put_remaining_objects(const Kind& kind, Revision revision);
  Result<void> put_remaining(const Kind& kind, RemainingObject object, Batch& batch);
  Result<bool> is_there(const ObjectKey& key, std::string_view uid,
                        const storage::Snapshot& then) const;
  Result<void> say(const FoldedChange& change, Batch& batch);
  Result<std::optional<Restatement>> restatement_of(FoldedChange change);
  Result<Body> body_before(const FoldedChange& change, const ObjectKey& key, bool& is_single) const;
  Result<void> reached(Revision revision);
  Result<void> may_go_on() const;

  std::shared_ptr<const storage::Snapshot> history_;
  Engine& engine_;
  UnderTest under_test_;
  ReplayProgress progress_;
  std::atomic<bool> interrupted_{false};
};

}  // namespace gatefold::engine
