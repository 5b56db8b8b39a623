// The engine: what may happen, in which order, and news of it. One writer thread; everything else
// on the callers' threads.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/command.h"
#include "engine/guard/settings.h"
#include "engine/page.h"
#include "engine/retention.h"
#include "engine/view.h"
#include "engine/watch.h"
#include "engine/watch_hub.h"
#include "engine/world.h"
#include "storage/redact.h"
#include "storage/store.h"

namespace gatefold::engine {

// Kubernetes' own default.
inline constexpr std::int64_t kEventTtlNs = 3600 * kNsPerSecond;

struct EngineOptions {
  // With `at`, which wants read_only: a server of the past. Nothing is seeded or written, and no
  // reactor runs. A time in the future is kBadRequest.
  storage::StoreOptions store;
  // No threads of its own: step() does one unit of work on the caller's thread. For simulation and
  // unit tests.
  bool manual = false;
  // How long Events are kept after they were written last; 0: for ever (R23.5).
  std::int64_t event_ttl_ns = kEventTtlNs;
  // How much of the past is kept.
  RetentionSettings retention;
  // Whether the kinds of the Gateway API are seeded as definitions.
  bool builtin_gateway_api = true;
  GuardSettings guard;
  // Nothing is seeded and no reactor runs: a replay, which brings what there is and what follows
  // from it.
  bool is_replay = false;

  // A server of the past has nothing to drop, and a replay is compared with all that it says.
  bool keeps_past() const { return is_replay || store.read_only; }
};

struct Health {
  bool accepts_writes = true;
  std::string why_not;  // a sentence for /readyz?verbose
};

// Findings of the guard by rule and mode, in the order of their enumerations.
using GuardCounts = std::array<std::array<std::uint64_t, kGuardModes>, kGuardRules>;

// Since the start, and what waits now.
struct EngineCounts {
  std::uint64_t commands = 0;
  std::uint64_t events = 0;
  std::uint64_t written = 0;  // those that no history said (engine/replay/)
  std::uint64_t batches = 0;
  std::uint64_t decided_again = 0;  // by the writer, because a read moved
  std::uint64_t commit_ns = 0;      // that commits took, syncs included
  std::uint64_t queued = 0;         // commands that wait for the writer
  GuardCounts guard{};
  std::uint64_t refused = 0;  // commands that an error answered; full queues not counted
};

class Engine {
 public:
  // Opens the store with the key for tokens beside it (in memory: a new one), seeds the namespaces
  // that always exist (R21.2) and the definitions of the Gateway API, and starts the writer and the
  // reactors.
  static Result<std::unique_ptr<Engine>> open(EngineOptions options, World world);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Any thread. Null for a moment while a broken store is opened again; then answer 503.
  ViewPtr view() const;
  // Any thread. The View as of an earlier moment; kBadRequest for one that is not there yet,
  // kExpired for a number that was never given (storage/snapshot.h).
  Result<ViewPtr> view_at(const Moment& moment) const;
  // kForbidden on a server of the past, with the reason.
  Result<void> may_write(const ResourceName& resource, std::string_view name) const;

  // Any thread. Decides on the caller's thread and hands the event to the writer. `done` is called
  // exactly once, on the caller's thread (errors, no-ops, dry runs) or on the writer's (after the
  // event is durable and visible); it must only post. A full queue is kTooManyRequests.
  using Done = std::move_only_function<void(Result<Outcome>)>;
  void submit(Command command, Done done);
  // The same, waiting for the answer. Not on the writer's thread.
  Result<Outcome> execute(Command command);
  // Several at once, so that the writer takes them together; the answers in their order.
  std::vector<Result<Outcome>> execute_all(std::vector<Command> commands);

  // Calls `done(true)` once a View with at least `revision` is visible; false when it is not there
  // within kFreshnessWait (manual mode: at once) or the engine closes. Any thread; `done` must only
  // post.
  void wait_for(Revision revision, std::move_only_function<void(bool)> done);

  // Drops the content of versions of an object for good (storage/redact.h), done by the writer,
  // which does nothing else meanwhile: some seconds where much is kept. Called back like submit().
  using Redacted = std::move_only_function<void(Result<storage::RedactReport>)>;
  void redact(storage::RedactRequest request, Redacted done);

  // Whose token it is, where it is for this server and holds now (R20.2); any thread.
  Result<UserPtr> authenticate(std::string_view token) const;
  // The public half of the key that signs tokens, as a JSON Web Key.
  JsonObject token_key() const;

  // `ring` is called from the writer's thread when there is news; it must only post.
  Result<std::unique_ptr<Watch>> watch(WatchQuery query, std::function<void()> ring);

  // Manual mode: one unit of work (a batch, or a reactor's turn); false when there was none.
  bool step();

  Health health() const;
  EngineCounts counts() const;
  WatchHub& hub();
  // The clock of a server of the past stands still, at the time that it shows.
  const World& world() const;

  // Ends watches and refuses new commands; commands under way are answered.
  void drain();
  // Drains, answers what is under way and ends the engine's threads: nothing is called back
  // afterwards. Whoever is called back outlives this; then close by destruction, when all Views are
  // gone. One thread, not the engine's own.
  void stop();

 private:
  class Parts;
  explicit Engine(std::unique_ptr<Parts> parts);
  Result<void> seed();
  std::unique_ptr<Parts> parts_;
};

}  // namespace gatefold::engine
