#include "engine/replay/replay.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace gatefold::engine {
namespace {

using State = ReplayStatus::State;

constexpr double kFactorMin = 0.001;
constexpr double kFactorMax = 1e9;
// Controls that wait: nobody has more hands.
constexpr std::size_t kControlsMax = 64;
// Events between two looks at the controls: as they are, and folded.
constexpr std::uint64_t kPieceEvents = 64;
constexpr std::uint64_t kFoldedPieceEvents = 250'000;
// How late the first watch is noticed.
constexpr std::chrono::milliseconds kWatchTick{50};

// The revision that a moment is; 0: before the first event.
Result<Revision> resolve(const storage::Snapshot& history, const Moment& moment) {
  if (moment == Moment(Revision{})) return Revision{};
  auto then = history.at(moment);
  if (then) return (*then)->head().revision;
  const bool is_before_all =
      std::holds_alternative<Time>(moment) && then.error().reason == Reason::kBadRequest;
  if (is_before_all) return Revision{};
  return std::unexpected(std::move(then.error()));
}

}  // namespace

Result<ReplaySpeed> parse_speed(std::string_view text) {
  using Type = ReplaySpeed::Type;
  if (text == "step") return ReplaySpeed{Type::kStep, 1};
  if (text == "max") return ReplaySpeed{Type::kMax, 1};
  const auto digits = text.substr(0, text.ends_with('x') ? text.size() - 1 : text.size());
  ReplaySpeed speed;
  const auto* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, speed.factor);
  const bool is_number = error == std::errc() && end == last && !digits.empty();
  if (!is_number || !(speed.factor >= kFactorMin && speed.factor <= kFactorMax)) {
    return bad_request(
        fmt::format("a speed is step, max, or a factor such as 10x from {} to {}, not {}",
                    kFactorMin, kFactorMax, text));
  }
  return speed;
}

std::string to_string(const ReplaySpeed& speed) {
  if (speed.type == ReplaySpeed::Type::kStep) return "step";
  if (speed.type == ReplaySpeed::Type::kMax) return "max";
  return fmt::format("{}x", speed.factor);
}

std::int64_t pause_ns(Time event, Time next, double factor, std::int64_t gap_max_ns) {
  if (event.ns == 0) return 0;
  const auto distance = static_cast<double>(next.ns - event.ns);
  return static_cast<std::int64_t>(std::min(distance / factor, static_cast<double>(gap_max_ns)));
}

std::string_view state_word(ReplayStatus::State state) {
  switch (state) {
    case State::kWaiting:
      return "waiting";
    case State::kPaused:
      return "paused";
    case State::kPlaying:
      return "playing";
    case State::kEnded:
      return "ended";
    case State::kFailed:
      return "failed";
  }
  return "";
}

Result<std::unique_ptr<Replay>> Replay::open(ReplayOptions options, World world,
                                             const std::stop_token& stop) {
  auto store = storage::Store::open({.directory = options.directory, .read_only = true});
  if (!store) return std::unexpected(std::move(store.error()));
  EngineOptions engine_options;
  engine_options.store.directory = "/gatefold-replay";
  engine_options.store.in_memory = true;
  engine_options.builtin_gateway_api = false;
  engine_options.is_replay = true;
  auto engine = Engine::open(std::move(engine_options), std::move(world));
  if (!engine) return std::unexpected(std::move(engine.error()));
  std::unique_ptr<Replay> replay(
      new Replay(std::move(*store), std::move(*engine), std::move(options)));
  const auto& history = replay->player_->history();
  auto from = resolve(history, replay->options_.from.value_or(Revision{}));
  if (!from) return std::unexpected(std::move(from.error()));
  auto to = resolve(history, replay->options_.to.value_or(history.head().revision));
  if (!to) return std::unexpected(std::move(to.error()));
  if (*from >= *to) {
    return bad_request(fmt::format("nothing happened after revision {} until revision {}",
                                   from->number, to->number));
  }
  auto& status = replay->status_;
  status.from = *from;
  status.to = *to;
  status.speed = replay->options_.speed;
  status.state = replay->options_.waits_for_watch                ? State::kWaiting
                 : status.speed.type == ReplaySpeed::Type::kStep ? State::kPaused
                                                                 : State::kPlaying;
  const std::stop_callback interrupting(stop, [&] { replay->player_->interrupt(); });
  if (auto put = replay->player_->put_state(*from); !put) {
    return std::unexpected(std::move(put.error()));
  }
  replay->publish({});
  return replay;
}

Replay::Replay(std::unique_ptr<storage::Store> store, std::unique_ptr<Engine> engine,
               ReplayOptions options)
    : store_(std::move(store)), engine_(std::move(engine)), options_(std::move(options)) {
  player_.emplace(store_->snapshot(), *engine_, options_.under_test);
}

Replay::~Replay() {
  stop();
  engine_->stop();
}

void Replay::start() {
  due_ = Clock::now();
  thread_ = std::thread([this] { run(); });
}

void Replay::stop() {
  player_->interrupt();
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    signal_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void Replay::control(ReplayControl control, Done done) {
  {
    const std::scoped_lock lock(mutex_);
    if (!stopping_ && asked_.size() < kControlsMax) {
      asked_.push_back({control, std::move(done)});
      signal_.notify_one();
      return;
    }
  }
  Status full{Reason::kTooManyRequests, "Too many requests, please try again later.", {}, {}};
  full.details.retry_after_seconds = 1;
  done(std::unexpected(std::move(full)));
}

ReplayStatus Replay::status() const {
  const std::scoped_lock lock(mutex_);
  auto status = status_;
  const auto counts = engine_->counts();
  status.writes = counts.written - status.progress.begun_written;
  status.refused = counts.refused - status.progress.begun_refused;
  return status;
}

Result<ReplayReport> Replay::report() const {
  const auto now = status();
  const auto view = engine_->view();
  if (view == nullptr) return unavailable("the store is being opened again");
  auto report = account(player_->history(), *view, options_.under_test, now.progress);
  if (!report) return report;
  report->refused = now.refused;
  if (now.state == State::kFailed) report->failure = now.failure;
  return report;
}

void Replay::run() {
  for (;;) {
    auto asked = wait_for_turn();
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_ && !asked) {
        if (asked_.empty()) break;
        continue;  // Asked before stop(), but after the turn was an event's.
      }
    }
    if (!asked) {
      publish(advance());
      continue;
    }
    const auto revision = check(asked->control);
    if (!revision) {
      asked->done(std::unexpected(revision.error()));
      continue;
    }
    auto done = carry_out(asked->control, *revision);
    publish(done);
    done ? asked->done(status()) : asked->done(std::unexpected(std::move(done.error())));
  }
}

// Whether there is something to do without being asked. Under mutex_.
bool Replay::is_due() const {
  if (status_.state == State::kWaiting) return engine_->hub().watchers() > 0;
  return status_.state == State::kPlaying && Clock::now() >= due_;
}

std::optional<Replay::Asked> Replay::wait_for_turn() {
  std::unique_lock lock(mutex_);
  while (!stopping_ && asked_.empty() && !is_due()) {
    if (status_.state == State::kWaiting) {
      signal_.wait_for(lock, kWatchTick);
    } else if (status_.state == State::kPlaying) {
      signal_.wait_until(lock, due_);
    } else {
      signal_.wait(lock);
    }
  }
  if (asked_.empty()) return std::nullopt;
  auto asked = std::move(asked_.front());
  asked_.pop_front();
  return asked;
}

// Refuses what makes no sense; the revision is that of a seek.
Result<Revision> Replay::check(const ReplayControl& control) const {
  using Type = ReplayControl::Type;
  const auto now = status();
  if (control.type == Type::kLook) return Revision{};
  if (now.state == State::kFailed && control.type != Type::kSeek) {
    return bad_request("the replay has failed: " + now.failure);
  }
  if (control.type == Type::kResume && now.speed.type == ReplaySpeed::Type::kStep) {
    return bad_request("the speed is step: step, or set another speed");
  }
  if (control.type != Type::kSeek) return Revision{};
  const auto moment = control.time ? Moment(*control.time) : Moment(control.revision);
  auto revision = resolve(player_->history(), moment);
  if (!revision) return revision;
  if (*revision < now.from || *revision > now.to) {
    return bad_request(fmt::format("revision {} is not between {} and {}", revision->number,
                                   now.from.number, now.to.number));
  }
  if (puts_state(*revision)) {
    if (auto kept = player_->check_state(*revision); !kept) {
      return std::unexpected(std::move(kept.error()));
    }
  }
  return revision;
}

// Whether seeking there is no going on.
bool Replay::puts_state(Revision revision) const {
  return revision < player_->progress().at || status().state == State::kFailed;
}

Result<void> Replay::carry_out(const ReplayControl& control, Revision revision) {
  using Type = ReplayControl::Type;
  const auto become = [&](State state) {
    const std::scoped_lock lock(mutex_);
    status_.state = state;
  };
  if (control.type != Type::kLook) due_ = Clock::now();
  switch (control.type) {
    case Type::kLook:
      return {};
    case Type::kPause:
      become(State::kPaused);
      return {};
    case Type::kResume:
      become(State::kPlaying);
      return {};
    case Type::kSpeed: {
      const std::scoped_lock lock(mutex_);
      status_.speed = control.speed;
      if (control.speed.type == ReplaySpeed::Type::kStep) status_.state = State::kPaused;
      return {};
    }
    case Type::kStep:
      become(State::kPaused);
      return step(control.count);
    case Type::kSeek:
      break;
  }
  const bool puts = puts_state(revision);
  const auto state = status().state;
  if (state == State::kEnded || state == State::kFailed) {
    const std::scoped_lock lock(mutex_);
    status_.state = State::kPaused;
    status_.failure.clear();
  }
  return puts ? player_->put_state(revision) : player_->pass_to(revision);
}

Result<void> Replay::step(std::uint64_t count) {
  const auto to = status().to;
  const auto until = player_->progress().shown + count;
  while (player_->progress().shown < until && player_->progress().at < to) {
    const auto next = next_after(1);
    if (!next) return std::unexpected(next.error());
    if (auto played = player_->play(*next); !played) return played;
    const std::scoped_lock lock(mutex_);
    if (stopping_) break;
  }
  return {};
}

// The end of a piece of so many revisions that has an event, or of all: there may be very many
// without.
Result<Revision> Replay::next_after(std::uint64_t revisions) const {
  const auto to = status().to;
  const auto next = player_->next();
  if (!next) return std::unexpected(next.error());
  if (!*next) return to;
  const auto until =
      std::min(to, std::max(**next, Revision{player_->progress().at.number + revisions}));
  const auto given = player_->history().check_given(until);
  if (given) return until;
  // A restored backup has passed over it: it is no moment, but that of an event is.
  if (given.error().reason == Reason::kExpired) return **next;
  return std::unexpected(given.error());
}

// What is due, at most a piece of it.
Result<void> Replay::advance() {
  auto now = status();
  if (now.state == State::kWaiting) {
    const std::scoped_lock lock(mutex_);
    const bool plays = now.speed.type != ReplaySpeed::Type::kStep;
    status_.state = plays ? State::kPlaying : State::kPaused;
    due_ = Clock::now();
    return {};
  }
  const bool is_max = now.speed.type == ReplaySpeed::Type::kMax;
  const bool folds = is_max && engine_->hub().watchers() == 0;
  const auto until = next_after(!is_max ? 1 : folds ? kFoldedPieceEvents : kPieceEvents);
  if (!until) return std::unexpected(until.error());
  auto said = folds ? player_->pass_to(*until) : player_->play(*until);
  return said && !is_max ? schedule() : said;
}

// From event to event, so that what one is late the next one makes up for.
Result<void> Replay::schedule() {
  const auto next = player_->next();
  if (!next) return std::unexpected(next.error());
  if (!*next) return {};
  const auto event = player_->history().event(**next);
  if (!event) return std::unexpected(event.error());
  due_ += std::chrono::nanoseconds(pause_ns(player_->progress().time, (*event)->time,
                                            status().speed.factor, options_.gap_max_ns));
  return {};
}

void Replay::publish(const Result<void>& done) {
  const std::scoped_lock lock(mutex_);
  status_.progress = player_->progress();
  const bool was_ended =
      !done && player_->is_interrupted() && done.error().reason == Reason::kServiceUnavailable;
  if (was_ended) return;
  if (!done) {
    status_.state = State::kFailed;
    status_.failure = done.error().message;
  } else if (status_.progress.at >= status_.to && status_.state != State::kFailed) {
    status_.state = State::kEnded;
  }
}

}  // namespace gatefold::engine
