#include "engine/engine.h"

#include <future>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "engine/ledger_watcher.h"
#include "engine/limits.h"
#include "engine/past.h"
#include "engine/reactors.h"
#include "engine/seed.h"
#include "engine/sequencer.h"
#include "engine/tokens.h"
#include "engine/watcher.h"
#include "storage/signing_key.h"

namespace gatefold::engine {
namespace {

Status in_the_future(Time time) {
  return {.reason = Reason::kBadRequest,
          .message = fmt::format("{} is in the future", format_nanos(time))};
}

// The time that a server of the past shows: the one that it was asked for, or that of the revision.
// Nothing where it shows the present.
Result<std::optional<Time>> shown_time(const storage::StoreOptions& options,
                                       const storage::Snapshot& snapshot, Time now) {
  if (!options.at) return std::nullopt;
  const auto head = snapshot.read_head();
  if (!head) return std::unexpected(head.error());
  const auto* time = std::get_if<Time>(&*options.at);
  if (time == nullptr) return head->time;
  // Of a log whose clock was ahead, a time before its end is none of the future.
  const bool is_ahead = !snapshot.is_past() && *time > std::max(now, head->time);
  if (is_ahead) return std::unexpected(in_the_future(*time));
  return *time;
}

// What a command changes, where it names it; nothing is changed by a dry run.
std::string target_of(const Command& command) {
  if (command.verb == Verb::kCreate || command.dry_run) return {};
  return fmt::format("{}/{}/{}/{}", command.group, command.plural, command.name_space,
                     command.name);
}

}  // namespace

class Engine::Parts {
 public:
  Parts(EngineOptions engine_options, World engine_world, std::unique_ptr<storage::Store> opened,
        Definitions definitions, Policies policies, ServiceRegister services,
        std::shared_ptr<const Tokens> issued)
      : options(std::move(engine_options)),
        world(std::move(engine_world)),
        store(std::move(opened)),
        tokens(std::move(issued)),
        hub(store->head().revision),
        sequencer(*store, hub, std::move(definitions), std::move(policies), std::move(services),
                  tokens, std::make_shared<const GuardSettings>(options.guard),
                  RetentionTurns(
                      options.keeps_past() ? RetentionSettings::everything() : options.retention,
                      world.now),
                  [this](News news) {
                    if (reactors) reactors->notify(std::move(news));
                  }) {}

  EngineOptions options;
  World world;
  // As others see it: the clock of a server of the past stands still. Set before anybody asks.
  World shown_world;
  std::unique_ptr<storage::Store> store;
  std::shared_ptr<const Tokens> tokens;
  WatchHub hub;
  std::unique_ptr<Reactors> reactors;
  Sequencer sequencer;
  PastViews past;
  std::thread writer;
  std::thread reactor;
  std::atomic<bool> draining{false};
  bool stopped = false;  // the thread that stops it only
};

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Engine>> Engine::open(EngineOptions options, World world) {
  auto store = storage::Store::open(options.store);
  if (!store) return std::unexpected(std::move(store.error()));
  Definitions definitions(core_catalog());
  if (auto loaded = definitions.load(*(*store)->snapshot()); !loaded) {
    return std::unexpected(std::move(loaded.error()));
  }
  Policies policies;
  ServiceRegister services;
  // In the past nothing is decided, and what it is decided by need not be kept.
  if (!options.store.at) {
    auto loaded = policies.load(*(*store)->snapshot());
    if (loaded) loaded = services.load(*(*store)->snapshot());
    if (!loaded) return std::unexpected(std::move(loaded.error()));
  }
  const auto shown = shown_time(options.store, *(*store)->snapshot(), world.now());
  if (!shown) return std::unexpected(shown.error());
  auto key = options.store.in_memory
                 ? Result<SigningKeyPtr>(storage::new_signing_key())
                 : storage::kept_signing_key(options.store.directory, options.store.read_only);
  if (!key) return std::unexpected(std::move(key.error()));
  auto parts = std::make_unique<Parts>(
      std::move(options), std::move(world), std::move(*store), std::move(definitions),
      std::move(policies), std::move(services), std::make_shared<const Tokens>(std::move(*key)));
  std::unique_ptr<Engine> engine(new Engine(std::move(parts)));
  auto& inside = *engine->parts_;
  inside.shown_world = inside.world;
  if (*shown) inside.shown_world.now = [time = **shown] { return time; };
  const bool reacts = !inside.options.store.read_only && !inside.options.is_replay;
  if (reacts) inside.reactors = std::make_unique<Reactors>(*engine);
  if (!inside.options.manual) {
    inside.writer = std::thread([&inside] { inside.sequencer.run(); });
  }
  if (!reacts) return engine;
  auto seeded = engine->seed();
  if (!seeded) return std::unexpected(std::move(seeded.error()));
  if (!inside.options.manual) {
    inside.reactor = std::thread([&inside] { inside.reactors->run(); });
  }
  return engine;
}

// What was seeded is served when open() returns: the definitions are judged here, before the
// reactors have their own thread.
Result<void> Engine::seed() {
  if (auto seeded = seed_namespaces(*this); !seeded) return seeded;
  if (parts_->options.builtin_gateway_api) {
    if (auto seeded = seed_definitions(*this, parts_->store->channel()); !seeded) return seeded;
  }
  // Until what was written is judged as well: otherwise it is news for the reactors.
  while (parts_->reactors->judge_definitions()) {
  }
  return {};
}

Engine::~Engine() {
  stop();
}

void Engine::stop() {
  if (std::exchange(parts_->stopped, true)) return;
  drain();
  if (parts_->reactors) parts_->reactors->stop();
  if (parts_->reactor.joinable()) parts_->reactor.join();
  parts_->sequencer.stop();
  if (parts_->writer.joinable()) {
    parts_->writer.join();
  } else {
    parts_->sequencer.run();
  }
}

ViewPtr Engine::view() const {
  return parts_->sequencer.view();
}

Result<ViewPtr> Engine::view_at(const Moment& moment) const {
  const auto now = view();
  if (now == nullptr) return unavailable("the store is being opened again");
  const auto* time = std::get_if<Time>(&moment);
  if (time != nullptr && *time > std::max(world().now(), now->head.time)) {
    return std::unexpected(in_the_future(*time));
  }
  return parts_->past.at(*now, moment);
}

Result<void> Engine::may_write(const ResourceName& resource, std::string_view name) const {
  if (!parts_->options.store.read_only) return {};
  return forbidden(resource, name,
                   fmt::format("this server shows the past, as of revision {}, and takes no writes",
                               parts_->store->head().revision.number));
}

void Engine::submit(Command command, Done done) {
  auto& sequencer = parts_->sequencer;
  sequencer.count_command();
  if (parts_->draining) {
    done(unavailable("the server is shutting down"));
    return;
  }
  Sequencer::Entry entry;
  {
    const auto view = sequencer.view();
    if (view == nullptr) {
      done(unavailable("the store is being opened again"));
      return;
    }
    if (parts_->options.store.read_only) {
      const auto* kind = view->catalog->find(command.group, command.plural);
      if (kind == nullptr || !kind->is_review) {
        done(std::unexpected(may_write({command.group, command.plural, ""}, command.name).error()));
        return;
      }
    }
    entry.stamp.now = std::max(parts_->world.now(), view->head.time);
    entry.stamp.random = parts_->world.random();
    entry.stamp.event_ttl_ns = parts_->options.event_ttl_ns;
    entry.target = target_of(command);
    if (!sequencer.is_contended(entry.target)) {
      auto decision = consider(command, *view, nullptr, entry.stamp);
      if (!decision) {
        sequencer.count_refused(command);
        done(std::unexpected(std::move(decision.error())));
        return;
      }
      const bool is_final = !decision->event;
      if (is_final) sequencer.count_findings(decision->tally);
      if (decision->refusal) {
        done(std::unexpected(std::move(*decision->refusal)));
        return;
      }
      entry.decision = std::move(*decision);
    }
  }
  const bool writes = !entry.decision || entry.decision->event.has_value();
  if (writes) {
    entry.command = std::move(command);
    entry.done = std::move(done);
    if (sequencer.enqueue(entry)) return;
    Status full{Reason::kTooManyRequests, "Too many requests, please try again later.", {}, {}};
    full.details.retry_after_seconds = 1;
    entry.done(std::unexpected(std::move(full)));
    return;
  }
  auto outcome = std::move(entry.decision->outcome);
  // Sightings are counted with the next batch; a full queue drops them, which only makes a count
  // too low.
  entry.target.clear();
  if (!entry.decision->sightings.empty()) sequencer.enqueue(entry);
  done(std::move(outcome));
}

Result<Outcome> Engine::execute(Command command) {
  std::vector<Command> one;
  one.push_back(std::move(command));
  return std::move(execute_all(std::move(one)).front());
}

std::vector<Result<Outcome>> Engine::execute_all(std::vector<Command> commands) {
  std::vector<std::future<Result<Outcome>>> promised;
  promised.reserve(commands.size());
  for (auto& command : commands) {
    auto promise = std::make_shared<std::promise<Result<Outcome>>>();
    promised.push_back(promise->get_future());
    submit(std::move(command),
           [promise](Result<Outcome> result) { promise->set_value(std::move(result)); });
  }
  std::vector<Result<Outcome>> answers;
  answers.reserve(promised.size());
  for (auto& answer : promised) {
    while (parts_->options.manual &&
           answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      parts_->sequencer.step();
    }
    answers.push_back(answer.get());
  }
  return answers;
}

void Engine::wait_for(Revision revision, std::move_only_function<void(bool)> done) {
  if (!parts_->options.manual) {
    parts_->sequencer.wait_for(revision, std::move(done));
    return;
  }
  const auto current = view();
  done(current != nullptr && current->revision() >= revision);
}

void Engine::redact(storage::RedactRequest request, Redacted done) {
  if (auto allowed = may_write({}, ""); !allowed) {
    done(std::unexpected(std::move(allowed.error())));
    return;
  }
  request.now = parts_->world.now();
  parts_->sequencer.redact(std::move(request), std::move(done));
  if (!parts_->options.manual) return;
  while (parts_->sequencer.step()) {
  }
  parts_->sequencer.join();
}

Result<UserPtr> Engine::authenticate(std::string_view token) const {
  const auto current = view();
  if (current == nullptr) return unavailable("the store is being opened again");
  const auto now = parts_->world.now();
  const auto facts = examine_token(token, *current, nullptr, now);
  auto verdict = judge_token(facts, {std::string(kTokenIssuer)}, now);
  if (verdict.user == nullptr) return failure(Reason::kUnauthorized, "Unauthorized");
  return std::move(verdict.user);
}

JsonObject Engine::token_key() const {
  return parts_->tokens->key().public_key();
}

Result<std::unique_ptr<Watch>> Engine::watch(WatchQuery query, std::function<void()> ring) {
  const auto current = view();
  if (current == nullptr) return unavailable("the store is being opened again");
  const auto* kind = current->catalog->find(query.group, query.plural);
  if (kind != nullptr && kind->shows_log()) {
    return LedgerWatcher::start(std::move(query), *current, parts_->hub, std::move(ring));
  }
  return Watcher::start(std::move(query), *current, parts_->hub, std::move(ring));
}

bool Engine::step() {
  return parts_->sequencer.step() || (parts_->reactors && parts_->reactors->turn());
}

Health Engine::health() const {
  return parts_->sequencer.health();
}

EngineCounts Engine::counts() const {
  return parts_->sequencer.counts();
}

WatchHub& Engine::hub() {
  return parts_->hub;
}

const World& Engine::world() const {
  return parts_->shown_world;
}

void Engine::drain() {
  if (parts_->draining.exchange(true)) return;
  parts_->hub.close();
}

}  // namespace gatefold::engine
