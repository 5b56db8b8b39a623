// A history served as if it happened now: an engine of its own in memory, a thread that says the
// history in it, and the means to pause, step and seek.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "engine/replay/account.h"
#include "engine/replay/player.h"
#include "schema/moment.h"

namespace gatefold::engine {

struct ReplaySpeed {
  enum class Type { kStep, kFactor, kMax };
  Type type = Type::kFactor;
  double factor = 1;  // of kFactor
};

// `step`, `max`, or a factor such as `10x` or `0.5`, from kFactorMin to kFactorMax.
Result<ReplaySpeed> parse_speed(std::string_view text);
std::string to_string(const ReplaySpeed& speed);

// How long after one event the next one is due; 0 where it is not known when the one was.
std::int64_t pause_ns(Time event, Time next, double factor, std::int64_t gap_max_ns);

struct ReplayOptions {
  std::filesystem::path directory;
  std::optional<Moment> from;  // nothing, or a time before the first event: nothing is there
  std::optional<Moment> to;    // nothing: the last event
  ReplaySpeed speed;
  UnderTest under_test;
  std::int64_t gap_max_ns = 60 * kNsPerSecond;  // between two events, after the speed
  bool waits_for_watch = false;                 // begins when somebody watches
};

struct ReplayStatus {
  enum class State { kWaiting, kPaused, kPlaying, kEnded, kFailed };
  State state = State::kPaused;
  std::string failure;
  ReplayProgress progress;
  Revision from;
  Revision to;
  ReplaySpeed speed;
  // Since the state was put.
  std::uint64_t writes = 0;   // events of the replay that the history has not: those under test
  std::uint64_t refused = 0;  // writes that an error answered
};
std::string_view state_word(ReplayStatus::State state);

struct ReplayControl {
  // kLook changes nothing: it is answered when nothing is being said.
  enum class Type { kPause, kResume, kStep, kSeek, kSpeed, kLook };
  Type type = Type::kPause;
  std::uint64_t count = 1;   // of kStep: events that are shown
  Revision revision;         // of kSeek; 0: before the first event
  std::optional<Time> time;  // of kSeek, instead; it may be before the first event
  ReplaySpeed speed;         // of kSpeed; kStep pauses
};

class Replay {
 public:
  // Opens the directory for reading alone and puts the state as of `from`. kBadRequest for moments
  // that are none of the history's; kExpired where it no longer has the state. Events that it no
  // longer has are passed over, and counted. kServiceUnavailable once it is stopped: a state may be
  // large.
  static Result<std::unique_ptr<Replay>> open(ReplayOptions options, World world,
                                              const std::stop_token& stop = {});
  // After stop(); all Views are gone.
  ~Replay();
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  Engine& engine() { return *engine_; }

  // Begins to play, on a thread of its own.
  void start();
  // Ends the thread, wherever it is, which is no failure of the replay; controls under way are
  // answered, a seek may come to fail. Before the engine is stopped.
  void stop();

  // Any thread, as what follows. `done` is called once, with what came of it when it is done, on
  // the replay's thread; it must only post. Forward, seek() says what the events in between come
  // to; backward it puts the state and forgets what the controller under test wrote. After each the
  // next event is due at once; those behind it keep their distance. Too many at once are
  // kTooManyRequests. Those that are refused, kBadRequest and kExpired, change nothing; other
  // failures are the replay's: kFailed, until one seeks.
  using Done = std::move_only_function<void(Result<ReplayStatus>)>;
  void control(ReplayControl control, Done done);
  ReplayStatus status() const;
  // What the controller under test wrote since the state was put, against what the history's own
  // wrote meanwhile. Costs a scan of both logs. In a control's `done` or after stop(): otherwise
  // the history may be half way between two revisions.
  Result<ReplayReport> report() const;

 private:
  struct Asked {
    ReplayControl control;
    Done done;
  };
  using Clock = std::chrono::steady_clock;

  Replay(std::unique_ptr<storage::Store> store, std::unique_ptr<Engine> engine,
         ReplayOptions options);
  void run();
  std::optional<Asked> wait_for_turn();
  bool is_due() const;
  Result<Revision> check(const ReplayControl& control) const;
  bool puts_state(Revision revision) const;
  Result<void> carry_out(const ReplayControl& control, Revision revision);
  Result<void> step(std::uint64_t count);
  Result<void> advance();
  Result<Revision> next_after(std::uint64_t revisions) const;
  Result<void> schedule();
  void publish(const Result<void>& done);

  std::unique_ptr<storage::Store> store_;  // of the history
  std::unique_ptr<Engine> engine_;
  const ReplayOptions options_;
  std::optional<Player> player_;  // the replay's thread only, once it runs
  Clock::time_point due_;         // likewise: when the next event is said
  std::thread thread_;

  mutable std::mutex mutex_;
  std::condition_variable signal_;
  std::deque<Asked> asked_;  // guarded by mutex_
  ReplayStatus status_;      // guarded by mutex_; written by the replay's thread alone
  bool stopping_ = false;    // guarded by mutex_
};

}  // namespace gatefold::engine
