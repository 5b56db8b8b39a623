#include "engine/sequencer.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include <spdlog/spdlog.h>

#include "engine/limits.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kUnknownOutcome =
    "the outcome of this write is unknown: the log could not be synced";
constexpr std::string_view kNoSpace =
    "writes are refused: the file system of the data directory is nearly full";

// How long the writer rests between attempts to open a broken store, and how long it lets readers
// finish.
constexpr std::chrono::milliseconds kMendPause{250};
constexpr int kMendWaitMs = 2000;

// What these change is known once they are published: they end a batch. A new definition changes
// nothing before it is judged.
bool ends_batch(const storage::Event& event) {
  if (event.key.resource == kDefinitions) return event.type != storage::EventType::kAdded;
  return event.key.resource == kPolicies || event.key.resource == kPolicyBindings;
}

void note_news(const storage::Event& event, News& news) {
  if (event.type == storage::EventType::kDeleted) {
    // Nothing may be owned by an Event (R6.12), and they go in great numbers.
    if (event.key.resource == "events") return;
    news.gone.push_back({event.uid, !event.key.name_space.empty()});
  } else if (!event.owner_uids.empty()) {
    news.owned.push_back(event.key);
  }
}

}  // namespace

std::size_t Sequencer::Entry::bytes() const {
  if (!decision || !decision->event) return command.bytes;
  const auto& event = *decision->event;
  const auto frame = decision->frame.body == nullptr ? 0 : decision->frame.body->size();
  return command.bytes + event.body->size() + event.stored_body.size() + frame;
}

Sequencer::Sequencer(storage::Store& store, WatchHub& hub, Definitions definitions,
                     Policies policies, ServiceRegister services,
                     std::shared_ptr<const Tokens> tokens,
                     std::shared_ptr<const GuardSettings> guard, RetentionTurns retention,
                     std::function<void(News)> committed)
    : store_(store),
      hub_(hub),
      definitions_(std::move(definitions)),
      policies_(std::move(policies)),
      services_(std::move(services)),
      tokens_(std::move(tokens)),
      guard_(std::move(guard)),
      retention_(std::move(retention)),
      committed_(std::move(committed)),
      recent_(store.head().revision),
      scrubber_([this] {
        const std::scoped_lock lock(mutex_);
        work_.notify_one();
      }) {
  publish_view();
}

ViewPtr Sequencer::view() const {
  const std::scoped_lock lock(view_mutex_);
  return view_;
}

void Sequencer::publish_view() {
  auto view = std::make_shared<View>();
  view->head = store_.head();
  view->snapshot = store_.snapshot();
  view->catalog = definitions_.catalog();
  view->catalog_since = definitions_.since();
  view->policies = policies_.set();
  view->services = services_.allocations();
  view->tokens = tokens_;
  view->guard = guard_;
  view->incarnation = store_.incarnation();
  ViewPtr old = std::move(view);
  {
    const std::scoped_lock lock(view_mutex_);
    view_.swap(old);
  }
}

bool Sequencer::enqueue(Entry& entry) {
  const std::scoped_lock lock(mutex_);
  const auto bytes = entry.bytes();
  // A history can't be told to come again: what follows would overtake it. It waits for its
  // answers, which bounds what it adds.
  const bool is_bounded = entry.command.restatement == nullptr;
  const bool is_full = queue_.size() >= kQueueCommandsMax || queue_bytes_ + bytes > kQueueBytesMax;
  if ((is_full && is_bounded) || stopping_) return false;
  queue_bytes_ += bytes;
  if (!entry.target.empty()) ++awaited_[entry.target];
  queue_.push_back(std::move(entry));
  if (queue_.size() == 1) work_.notify_one();
  return true;
}

bool Sequencer::is_contended(const std::string& target) const {
  if (target.empty()) return false;
  const std::scoped_lock lock(mutex_);
  return awaited_.contains(target);
}

void Sequencer::release(const std::vector<std::string>& targets) {
  const std::scoped_lock lock(mutex_);
  for (const auto& target : targets) {
    const auto awaited = awaited_.find(target);
    if (--awaited->second == 0) awaited_.erase(awaited);
  }
}

void Sequencer::wait_for(Revision revision, std::move_only_function<void(bool)> done) {
  {
    const std::scoped_lock lock(mutex_);
    const auto current = view();
    if (!stopping_ && (current == nullptr || current->revision() < revision)) {
      waiters_.emplace(revision,
                       Waiter{std::chrono::steady_clock::now() + kFreshnessWait, std::move(done)});
      work_.notify_one();
      return;
    }
  }
  const auto current = view();
  done(current != nullptr && current->revision() >= revision);
}

Health Sequencer::health() const {
  const std::scoped_lock lock(mutex_);
  return {broken_.empty(), broken_};
}

EngineCounts Sequencer::counts() const {
  EngineCounts counts{.commands = commands_.load(),
                      .events = events_.load(),
                      .written = written_.load(),
                      .batches = batches_.load(),
                      .decided_again = decided_again_.load(),
                      .commit_ns = commit_ns_.load()};
  for (std::size_t rule = 0; rule < kGuardRules; ++rule) {
    for (std::size_t mode = 0; mode < kGuardModes; ++mode)
      counts.guard[rule][mode] = findings_[rule][mode].load(std::memory_order_relaxed);
  }
  counts.refused = refused_.load();
  const std::scoped_lock lock(mutex_);
  counts.queued = queue_.size();
  return counts;
}

void Sequencer::count_findings(const GuardTally& tally) {
  for (const auto& [rule, mode] : tally) {
    auto& count = findings_[static_cast<std::size_t>(rule)][static_cast<std::size_t>(mode)];
    count.fetch_add(1, std::memory_order_relaxed);
  }
}

std::vector<Sequencer::Entry> Sequencer::take() {
  std::vector<Entry> taken;
  std::size_t bytes = 0;
  const std::scoped_lock lock(mutex_);
  while (!queue_.empty() && taken.size() < kBatchEventsMax && bytes < kBatchBytesMax) {
    const auto held = queue_.front().bytes();
    bytes += held;
    queue_bytes_ -= held;
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return taken;
}

void Sequencer::put_back(std::span<Entry> entries) {
  const std::scoped_lock lock(mutex_);
  for (auto& entry : std::views::reverse(entries)) {
    queue_bytes_ += entry.bytes();
    queue_.push_front(std::move(entry));
  }
}

void Sequencer::accept(Entry& entry, Decision decision, Batch& batch) {
  // Those of an entry that only brings sightings are counted.
  if (entry.done) count_findings(decision.tally);
  for (auto& count : decision.sightings) batch.sightings.push_back(std::move(count));
  int in_batch = decision.outcome_in_batch;
  if (decision.event) {
    if (entry.command.restatement != nullptr) ++batch.restated;
    in_batch = static_cast<int>(batch.entries.size());
    batch.bytes += decision.event->body->size() + decision.event->stored_body.size();
    batch.time = std::max(batch.time, decision.event->event.time);
    batch.entries.push_back(
        {std::move(*decision.event), decision.previous_in_batch, decision.frame_in_batch});
    const auto& prepared = batch.entries.back().prepared;
    batch.overlay.put({in_batch, &prepared, std::move(decision.frame), decision.frame_in_batch});
  }
  if (entry.done) {
    batch.answers.push_back({std::move(entry.done), std::move(decision.outcome), in_batch});
  }
}

void Sequencer::gather_entry(Entry& entry, Batch& batch) {
  const bool only_sightings = !entry.done;
  if (entry.decision) {
    const auto& reads = entry.decision->reads;
    const bool touched = std::ranges::any_of(reads, [&](const Read& read) {
      return read.type == Read::Type::kServices ? !batch.overlay.services().empty()
                                                : batch.overlay.find(read.key) != nullptr;
    });
    if (only_sightings || (!touched && recent_.hold(reads, entry.decision->revision))) {
      accept(entry, std::move(*entry.decision), batch);
      return;
    }
    decided_again_.fetch_add(1, std::memory_order_relaxed);
  }
  // A read moved, or was bound to. Nobody but the writer can decide it so that it holds for sure.
  const auto current = view();
  entry.stamp.now = std::max({entry.stamp.now, current->head.time, batch.time});
  auto decision = consider(entry.command, *current, &batch.overlay, entry.stamp);
  if (!decision) {
    count_refused(entry.command);
    // Answered after the commit: the reason may lie in an event that is not durable yet.
    batch.answers.push_back({std::move(entry.done), std::unexpected(decision.error()), -1});
    return;
  }
  if (decision->refusal) {
    count_findings(decision->tally);
    batch.answers.push_back(
        {std::move(entry.done), std::unexpected(std::move(*decision->refusal)), -1});
    return;
  }
  accept(entry, std::move(*decision), batch);
}

bool Sequencer::step() {
  answer_waiters(false);
  bool is_broken = false;
  {
    const std::scoped_lock lock(mutex_);
    is_broken = outcome_unknown_;
  }
  if (is_broken && !mend()) {
    Batch refused;
    for (auto& entry : take()) {
      if (!entry.target.empty()) refused.targets.push_back(std::move(entry.target));
      if (entry.done) refused.answers.push_back({std::move(entry.done), Outcome{}, -1});
    }
    refuse(refused, Reason::kServiceUnavailable, health().why_not);
    return !refused.answers.empty();
  }
  if (lacks_space_ && store_.has_space()) {
    lacks_space_ = false;
    {
      const std::scoped_lock lock(mutex_);
      broken_.clear();
    }
    committed_({});  // what the reactors could not do, they can now
  }
  // Before each batch, so that no flood of writes outruns it.
  const bool has_kept_house = !is_broken && keep_house();
  if (notice_broken()) return true;
  auto taken = take();
  if (taken.empty()) return has_kept_house;
  Batch batch;
  batch.entries.reserve(taken.size());  // the overlay points into it
  const bool has_space = store_.has_space();
  lacks_space_ = !has_space;
  {
    const std::scoped_lock lock(mutex_);
    broken_ = has_space ? "" : kNoSpace;
  }
  if (!has_space) {
    for (auto& entry : taken) {
      if (!entry.target.empty()) batch.targets.push_back(std::move(entry.target));
      if (entry.done) batch.answers.push_back({std::move(entry.done), Outcome{}, -1});
    }
    refuse(batch, Reason::kServiceUnavailable, std::string(kNoSpace));
    return true;
  }
  std::size_t gathered = 0;
  const auto is_full = [&] {
    const bool is_ended = !batch.entries.empty() && ends_batch(batch.entries.back().prepared.event);
    return is_ended || batch.bytes >= kBatchBytesMax;
  };
  for (; gathered < taken.size() && !is_full(); ++gathered) {
    auto& entry = taken[gathered];
    if (!entry.target.empty()) batch.targets.push_back(entry.target);
    gather_entry(entry, batch);
  }
  put_back(std::span(taken).subspan(gathered));
  commit(batch);
  return true;
}

void Sequencer::redact(storage::RedactRequest request, Engine::Redacted done) {
  {
    const std::scoped_lock lock(mutex_);
    if (!stopping_ && redactions_.size() < kRedactionsMax) {
      redactions_.push_back({std::move(request), std::move(done)});
      work_.notify_one();
      return;
    }
  }
  done(failure(Reason::kTooManyRequests, "Too many requests, please try again later."));
}

// What is written beside commits fails like them.
bool Sequencer::notice_broken() {
  if (!store_.is_broken()) return false;
  const std::scoped_lock lock(mutex_);
  if (!std::exchange(outcome_unknown_, true)) {
    broken_ = "writes are refused: what retention or a redaction changed could not be written";
  }
  return true;
}

bool Sequencer::keep_house() {
  std::optional<Redaction> redaction;
  bool is_stopping = false;
  {
    const std::scoped_lock lock(mutex_);
    is_stopping = stopping_;
    if (!redactions_.empty() && !scrubber_.is_busy()) {
      redaction = std::move(redactions_.front());
      redactions_.pop_front();
    }
  }
  if (redaction) {
    redact_now(redaction->request, std::move(redaction->done));
    return true;
  }
  // Nobody waits for it, and it may go on for minutes.
  if (is_stopping || !retention_.step(store_)) return false;
  publish_view();
  return true;
}

// What is told of it comes first: nothing goes without a trace.
void Sequencer::redact_now(const storage::RedactRequest& request, Engine::Redacted done) {
  auto plan = store_.plan_redaction(request);
  if (!plan) {
    done(std::unexpected(std::move(plan.error())));
    return;
  }
  const bool is_again = storage::is_done_before(store_, *plan);
  Revision told;
  if (!is_again) {
    Batch batch;
    batch.entries.push_back(storage::redaction_entry(request, *plan, store_.head().revision));
    if (!commit(batch)) {
      done(unavailable("the redaction could not be written to the log; nothing was redacted"));
      return;
    }
    told = store_.head().revision;
  }
  auto redacted = store_.redact(request.key, *plan);
  // Watchers read on from the log, which has it no more.
  if (!is_again) hub_.restart(told);
  // Readers let go of what was there before the files can.
  publish_view();
  if (!redacted) {
    done(std::unexpected(std::move(redacted.error())));
    return;
  }
  auto scrub = store_.scrub(request.key, *plan, storage::kScrubWaitMs);
  auto report = is_again ? storage::RedactReport{} : storage::RedactReport{std::move(*plan), told};
  scrubber_.start(std::move(scrub), std::move(report), std::move(done));
}

bool Sequencer::commit(Batch& batch) {
  const auto begun = std::chrono::steady_clock::now();
  const auto result = store_.commit(batch.entries, batch.sightings);
  const auto took = std::chrono::steady_clock::now() - begun;
  commit_ns_ += static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(took).count());
  switch (result.outcome) {
    case storage::CommitOutcome::kCommitted:
      publish(batch);
      return true;
    case storage::CommitOutcome::kRejected:
      spdlog::error("a batch of {} events was rejected: {}", batch.entries.size(), result.message);
      refuse(batch, Reason::kServiceUnavailable, "the write was not stored: " + result.message);
      return false;
    case storage::CommitOutcome::kUnknown:
      spdlog::critical("a batch of {} events has an unknown outcome: {}", batch.entries.size(),
                       result.message);
      {
        const std::scoped_lock lock(mutex_);
        outcome_unknown_ = true;
        broken_ = "writes are refused: the log could not be written: " + result.message;
      }
      refuse(batch, Reason::kInternalError, std::string(kUnknownOutcome));
      return false;
  }
  return false;
}

void Sequencer::publish(Batch& batch) {
  std::vector<PublishedPtr> published;
  published.reserve(batch.entries.size());
  bool defines = false;
  News news;
  for (auto& entry : batch.entries) {
    auto& prepared = entry.prepared;
    recent_.note(prepared.event);
    note_news(prepared.event, news);
    defines = definitions_.note(prepared.event, *prepared.body) || defines;
    policies_.note(prepared.event, *prepared.body);
    services_.note(prepared.event, *prepared.body);
    auto event = std::make_shared<PublishedEvent>();
    event->event = prepared.event;
    event->body = prepared.body;
    event->splice_at = prepared.splice_at;
    published.push_back(std::move(event));
  }
  const bool has_events = !published.empty();
  if (has_events) {
    hub_.publish(std::move(published));
    publish_view();
    // Who watches what is no longer served has to look, though nothing of it happened (R16.17).
    defines ? hub_.ring_all() : hub_.ring();
  } else if (!batch.sightings.empty()) {
    publish_view();  // nobody waits for counts, but who asks should find them
  }
  if (has_events) {
    events_.fetch_add(batch.entries.size(), std::memory_order_relaxed);
    written_.fetch_add(batch.entries.size() - batch.restated, std::memory_order_relaxed);
    batches_.fetch_add(1, std::memory_order_relaxed);
  }
  // Not before the View is there: a decision made without it would not hold.
  release(batch.targets);
  for (auto& answer : batch.answers) {
    if (answer.result && answer.in_batch >= 0) {
      answer.result->revision =
          batch.entries[static_cast<std::size_t>(answer.in_batch)].prepared.event.revision;
    }
    answer.done(std::move(answer.result));
  }
  answer_waiters(false);
  if (has_events) committed_(std::move(news));
}

void Sequencer::refuse(Batch& batch, Reason reason, const std::string& message) {
  release(batch.targets);
  for (auto& answer : batch.answers) {
    // An error that was decided against an event that may be lost is no truth either.
    answer.done(failure(reason, message));
  }
}

bool Sequencer::mend() {
  const auto still_broken = [this](const Status& status) {
    if (mend_attempts_++ % 40 == 0) spdlog::error("the store is still broken: {}", status.message);
    return false;
  };
  // Readers keep the last View until the disk works again; only opening takes it away for a moment.
  if (auto works = store_.probe(); !works) return still_broken(works.error());
  {
    const std::scoped_lock lock(view_mutex_);
    view_.reset();
  }
  auto head = store_.recover(kMendWaitMs);
  if (head) {
    auto loaded = definitions_.load(*store_.snapshot());
    if (loaded) loaded = policies_.load(*store_.snapshot());
    if (loaded) loaded = services_.load(*store_.snapshot());
    if (!loaded) head = std::unexpected(std::move(loaded.error()));
  }
  if (!head) {
    // Without a snapshot the store is closed: there is nothing to read until it opens.
    if (store_.snapshot() != nullptr) {
      publish_view();
      hub_.ring_all();  // who looked for a View meanwhile found none
    }
    {
      const std::scoped_lock lock(mutex_);
      broken_ = "writes are refused: the store can't be opened again: " + head.error().message;
    }
    return still_broken(head.error());
  }
  spdlog::warn("the store is open again at revision {}", head->revision.number);
  mend_attempts_ = 0;
  recent_.restart(head->revision);
  hub_.restart(head->revision);
  publish_view();
  hub_.ring();
  {
    const std::scoped_lock lock(mutex_);
    outcome_unknown_ = false;
    broken_.clear();
  }
  // Of an event that nobody was told of, or of work that was refused meanwhile.
  committed_({.is_unknown = true});
  return true;
}

void Sequencer::answer_waiters(bool ending) {
  std::vector<std::pair<std::move_only_function<void(bool)>, bool>> ready;
  {
    const std::scoped_lock lock(mutex_);
    if (waiters_.empty()) return;
    const auto current = view();
    const Revision head = current == nullptr ? Revision{} : current->revision();
    const auto now = std::chrono::steady_clock::now();
    for (auto it = waiters_.begin(); it != waiters_.end();) {
      const bool is_there = it->first <= head;
      if (!is_there && !ending && it->second.deadline > now) {
        ++it;
        continue;
      }
      ready.emplace_back(std::move(it->second.done), is_there);
      it = waiters_.erase(it);
    }
  }
  for (auto& [done, is_there] : ready) done(is_there);
}

void Sequencer::wait() {
  std::unique_lock lock(mutex_);
  const auto first_deadline = [&] {
    auto first = std::chrono::steady_clock::time_point::max();
    for (const auto& [revision, waiter] : waiters_) first = std::min(first, waiter.deadline);
    return first;
  };
  auto until = first_deadline();
  if (outcome_unknown_ || lacks_space_) {
    until = std::min(until, std::chrono::steady_clock::now() + kMendPause);
  }
  if (retention_.has_limits(store_)) {
    until = std::min(
        until, std::chrono::steady_clock::now() + std::chrono::nanoseconds(kRetentionPauseNs));
  }
  // A waiter that came meanwhile may have to be answered before the writer would wake.
  const auto has_work = [&] {
    const bool may_redact = !redactions_.empty() && !scrubber_.is_busy();
    return stopping_ || ((!queue_.empty() || may_redact) && !outcome_unknown_) ||
           first_deadline() < until;
  };
  if (until == std::chrono::steady_clock::time_point::max()) {
    work_.wait(lock, [&] { return has_work() || !queue_.empty(); });
  } else {
    work_.wait_until(lock, until, has_work);
  }
}

void Sequencer::run() {
  for (;;) {
    while (step()) {
    }
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_) break;
    }
    wait();
  }
  answer_waiters(true);
  scrubber_.stop();
  Batch left;
  for (auto entries = take(); !entries.empty(); entries = take()) {
    for (auto& entry : entries) {
      if (entry.done) left.answers.push_back({std::move(entry.done), Outcome{}, -1});
    }
  }
  refuse(left, Reason::kServiceUnavailable, "the server is shutting down");
  std::deque<Redaction> redactions;
  {
    const std::scoped_lock lock(mutex_);
    redactions.swap(redactions_);
  }
  for (auto& redaction : redactions) redaction.done(unavailable("the server is shutting down"));
}

void Sequencer::stop() {
  const std::scoped_lock lock(mutex_);
  stopping_ = true;
  work_.notify_one();
}

}  // namespace gatefold::engine
