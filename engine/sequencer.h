// The one writer: takes decisions, checks that what they read still holds, numbers, chains and
// commits them in batches, and publishes the result: commit -> watchers -> View -> answers
// (docs/architecture.md, "One write, from socket to disk and back").
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/decide.h"
#include "engine/definitions.h"
#include "engine/engine.h"
#include "engine/news.h"
#include "engine/policies.h"
#include "engine/recent_changes.h"
#include "engine/retention.h"
#include "engine/scrubber.h"
#include "engine/service_register.h"
#include "engine/watch_hub.h"

namespace gatefold::engine {

class Sequencer {
 public:
  // A command on its way to the log. Without a decision the writer makes it. A decision without an
  // event only brings sightings, and `done` is empty.
  struct Entry {
    Command command;
    Stamp stamp;
    std::optional<Decision> decision;
    Engine::Done done;
    std::string
        target;  // the object that it changes, for is_contended(); empty: none, or a new one
    // What it holds while it waits: the request, and what was decided of it.
    std::size_t bytes() const;
  };

  // `committed` is called on the writer's thread after each batch is visible, for the reactors.
  Sequencer(storage::Store& store, WatchHub& hub, Definitions definitions, Policies policies,
            ServiceRegister services, std::shared_ptr<const Tokens> tokens,
            std::shared_ptr<const GuardSettings> guard, RetentionTurns retention,
            std::function<void(News)> committed);

  // Any thread.
  ViewPtr view() const;
  // False: the queue is full, and the entry is as it was.
  bool enqueue(Entry& entry);
  // Whether commands that change `target` wait already: a decision made now would not hold. A hint.
  bool is_contended(const std::string& target) const;
  void wait_for(Revision revision, std::move_only_function<void(bool)> done);
  void redact(storage::RedactRequest request, Engine::Redacted done);
  Health health() const;
  EngineCounts counts() const;
  // Of a decision that holds.
  void count_findings(const GuardTally& tally);
  void count_command() { commands_.fetch_add(1, std::memory_order_relaxed); }
  // Not of what a history says: nobody asked for that.
  void count_refused(const Command& command) {
    if (command.restatement == nullptr) refused_.fetch_add(1, std::memory_order_relaxed);
  }

  // The writer's thread.
  // One batch, or one step of mending a broken store; false when there was nothing to do.
  bool step();
  // Steps until stop(); then answers what is left with 503.
  void run();
  // Waits for what goes on beside the writer: files that a redaction is taken out of.
  void join() { scrubber_.join(); }
  void stop();

 private:
  struct Answer {
    Engine::Done done;
    Result<Outcome> result;
    int in_batch = -1;  // whose revision the outcome shows
  };
  struct Batch {
    std::vector<storage::BatchEntry> entries;
    std::vector<std::string> targets;
    std::vector<storage::SightingCount> sightings;
    std::vector<Answer> answers;
    Overlay overlay;
    std::size_t bytes = 0;     // of the bodies in `entries`
    std::size_t restated = 0;  // of `entries`: what a history says
    Time time;                 // of the last event
  };

  std::vector<Entry> take();
  // Puts entries that a full batch has no room for back to the front.
  void put_back(std::span<Entry> entries);
  void gather_entry(Entry& entry, Batch& batch);
  void accept(Entry& entry, Decision decision, Batch& batch);
  // True: the batch is durable and visible.
  bool commit(Batch& batch);
  void publish(Batch& batch);
  void publish_view();
  void release(const std::vector<std::string>& targets);
  void refuse(Batch& batch, Reason reason, const std::string& message);
  bool mend();
  // Whether the store can't be written before it is mended; from then on writes are refused.
  bool notice_broken();
  // One redaction that waits, or one step of retention; false when there was nothing to do.
  bool keep_house();
  void redact_now(const storage::RedactRequest& request, Engine::Redacted done);
  void answer_waiters(bool ending);
  void wait();

  storage::Store& store_;
  WatchHub& hub_;
  Definitions definitions_;   // writer thread only
  Policies policies_;         // writer thread only
  ServiceRegister services_;  // writer thread only
  const std::shared_ptr<const Tokens> tokens_;
  const std::shared_ptr<const GuardSettings> guard_;
  RetentionTurns retention_;  // writer thread only
  const std::function<void(News)> committed_;
  RecentChanges recent_;      // writer thread only
  int mend_attempts_ = 0;     // writer thread only
  bool lacks_space_ = false;  // writer thread only; looked at again until there is some

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Entry> queue_;      // guarded by mutex_
  std::size_t queue_bytes_ = 0;  // guarded by mutex_
  struct Redaction {
    storage::RedactRequest request;
    Engine::Redacted done;
  };
  std::deque<Redaction> redactions_;  // guarded by mutex_
  // How many commands for an object are in the queue or in the batch at hand; guarded by mutex_.
  std::unordered_map<std::string, int> awaited_;
  struct Waiter {
    std::chrono::steady_clock::time_point deadline;
    std::move_only_function<void(bool)> done;
  };
  std::multimap<Revision, Waiter> waiters_;  // guarded by mutex_
  bool stopping_ = false;                    // guarded by mutex_
  std::string broken_;            // guarded by mutex_; why writes are refused; empty: they are not
  bool outcome_unknown_ = false;  // guarded by mutex_

  mutable std::mutex view_mutex_;
  ViewPtr view_;  // guarded by view_mutex_

  std::atomic<std::uint64_t> commands_{0};
  std::atomic<std::uint64_t> events_{0};
  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> batches_{0};
  std::atomic<std::uint64_t> decided_again_{0};
  std::atomic<std::uint64_t> commit_ns_{0};
  std::array<std::array<std::atomic<std::uint64_t>, kGuardModes>, kGuardRules> findings_{};
  std::atomic<std::uint64_t> refused_{0};

  Scrubber scrubber_;  // last: its thread ends before what it uses
};

}  // namespace gatefold::engine
