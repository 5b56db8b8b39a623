// Disks that fail under a running engine: nothing acknowledged is lost, nothing visible vanishes,
// no number is given twice, and writes go on when the cause is gone.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/engine.h"
#include "schema/json.h"
#include "storage/verify.h"
#include "tests/storage/faulty_file_system.h"
#include "tests/storage/scratch.h"

namespace gatefold::test {
namespace {

using engine::Engine;

struct Bench {
  ScratchDirectory directory;
  std::shared_ptr<Faults> faults = std::make_shared<Faults>();
  std::unique_ptr<rocksdb::Env> env = faulty_env(faults);
  std::unique_ptr<Engine> engine;

  Bench() { open(); }

  void open() {
    engine::EngineOptions options;
    options.store.directory = directory.path();
    options.store.env = env.get();
    auto opened = Engine::open(std::move(options), engine::real_world());
    if (!opened) FAIL(opened.error().message);
    engine = std::move(*opened);
  }

  Result<engine::Outcome> create(const std::string& name,
                                 const std::string& name_space = "default") {
    engine::Command command;
    command.version = "v1";
    command.plural = "configmaps";
    command.name_space = name_space;
    command.body = JsonObject{{"metadata", {{"name", name}}}, {"data", {{"key", name}}}};
    command.actor.user = "tester";
    return engine->execute(std::move(command));
  }

  std::set<std::string> names() const {
    std::set<std::string> found;
    const auto view = engine->view();
    REQUIRE(view != nullptr);
    REQUIRE(view->snapshot->scan("configmaps", "", std::nullopt, [&](const storage::RowView& row) {
      found.emplace(row.name);
      return true;
    }));
    return found;
  }

  // Until writes are accepted again, which takes the writer less than a second once the disk works.
  engine::Outcome create_when_mended(const std::string& name) {
    for (int i = 0; i < 1200; ++i) {
      if (auto outcome = create(name)) return *outcome;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    FAIL("writes were not accepted again");
    return {};
  }
};

// Waits for what threads of the engine do.
bool eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 3000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

using Revisions = std::map<std::string, Revision>;  // by name

// A watcher of all that comes after a revision. It reads only when its bell has rung, as a
// connection does: one that nobody wakes is told nothing.
class Watching {
 public:
  Watching(Engine& engine, Revision after) : engine_(engine) {
    engine::WatchQuery query;
    query.version = "v1";
    query.plural = "configmaps";
    query.resource_version = to_string(after);
    auto watcher = engine.watch(query, [this] { is_rung_ = true; });
    REQUIRE(watcher.has_value());
    watcher_ = std::move(*watcher);
  }

  // Until it has been told of `last`; what it was told, in order.
  const std::vector<std::pair<std::string, Revision>>& up_to(Revision last) {
    const auto is_there = [&] { return !told_.empty() && told_.back().second >= last; };
    CHECK(eventually([&] {
      while (!is_there() && is_rung_.exchange(false)) read();
      return is_there();
    }));
    return told_;
  }

 private:
  void read() {
    const auto view = engine_.view();
    if (view == nullptr) return;
    const auto events = watcher_->next(*view, 1 << 20);
    REQUIRE(events.has_value());
    if (!events->empty()) is_rung_ = true;
    for (const auto& event : *events) {
      const auto object = parse_json(*event.object);
      const auto revision =
          parse_revision(string_at(object->value, {"metadata", "resourceVersion"}));
      told_.emplace_back(string_at(object->value, {"metadata", "name"}),
                         revision.value_or(Revision{}));
    }
  }

  Engine& engine_;
  std::atomic<bool> is_rung_ = true;
  std::unique_ptr<engine::Watch> watcher_;
  std::vector<std::pair<std::string, Revision>> told_;
};

// Everything acknowledged is there under the number that was given; one watcher that was there all
// the time and one that comes late were told of each object once, in order.
void check_consistent(Bench& bench, const Revisions& acknowledged, Watching& watching,
                      Revision start) {
  const auto found = bench.names();
  const auto head = bench.engine->view()->revision();
  const auto told = watching.up_to(head);
  CHECK(told == Watching(*bench.engine, start).up_to(head));
  CHECK(told.size() == found.size());
  CHECK(std::ranges::adjacent_find(told, std::greater_equal(),
                                   [](const auto& event) { return event.second; }) == told.end());
  for (const auto& [name, revision] : acknowledged) {
    CHECK(std::ranges::find(told, std::pair(name, revision)) != told.end());
  }
  bench.engine.reset();
  {
    const auto store = open_store(bench.directory.path());
    CHECK(storage::verify(*store).findings.empty());
  }
  bench.open();
  CHECK(bench.names() == found);
}

TEST_CASE("a WAL that can't be synced or written is an unknown outcome, and then mended") {
  const auto fault = GENERATE(Fault::kInputOutput, Fault::kNoSpace);
  const bool at_sync = GENERATE(true, false);
  Bench bench;
  const auto start = bench.engine->view()->revision();
  Watching watching(*bench.engine, start);
  Revisions acknowledged;
  const auto before = bench.create("before");
  REQUIRE(before.has_value());
  acknowledged["before"] = before->revision;

  (at_sync ? bench.faults->sync : bench.faults->append) = fault;
  bench.faults->create = fault;
  const auto lost = bench.create("unknown");
  REQUIRE_FALSE(lost.has_value());
  CHECK(lost.error().reason == Reason::kInternalError);
  CHECK(lost.error().message.find("unknown") != std::string::npos);
  REQUIRE(bench.faults->failures > 0);

  // Writes are refused, reads go on.
  const auto refused = bench.create("refused");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().reason == Reason::kServiceUnavailable);
  CHECK_FALSE(bench.engine->health().accepts_writes);
  CHECK(bench.names().contains("before"));
  CHECK_FALSE(bench.names().contains("refused"));
  CHECK_FALSE(bench.names().contains("unknown"));

  bench.faults->sync = Fault::kNone;
  bench.faults->append = Fault::kNone;
  bench.faults->create = Fault::kNone;
  const auto outcome = bench.create_when_mended("after");
  acknowledged["after"] = outcome.revision;
  CHECK(bench.engine->health().accepts_writes);
  check_consistent(bench, acknowledged, watching, start);
}

TEST_CASE("writes are refused before a number is given while the disk is nearly full") {
  Bench bench;
  const auto start = bench.engine->view()->revision();
  Watching watching(*bench.engine, start);
  bench.faults->free_bytes = 1u << 20;
  const auto refused = bench.create("refused");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().reason == Reason::kServiceUnavailable);
  CHECK(refused.error().message.find("full") != std::string::npos);
  CHECK_FALSE(bench.engine->health().accepts_writes);
  CHECK(bench.engine->view()->revision() == start);
  bench.faults->free_bytes = 0;
  // Without a write: who is told not to send any until then would never see it.
  CHECK(eventually([&] { return bench.engine->health().accepts_writes; }));
  const auto outcome = bench.create("after");
  REQUIRE(outcome.has_value());
  CHECK(outcome->revision == start.next());
  check_consistent(bench, {{"after", outcome->revision}}, watching, start);
}

TEST_CASE("a namespace goes on to end after its disk failed, though nobody writes") {
  Bench bench;
  engine::Command command;
  command.version = "v1";
  command.plural = "namespaces";
  command.body = JsonObject{{"metadata", {{"name", "prod"}}}};
  command.actor.user = "tester";
  REQUIRE(bench.engine->execute(command).has_value());
  for (int i = 0; i < 50; ++i) {
    REQUIRE(bench.create(fmt::format("c{}", i), "prod").has_value());
  }
  command.verb = engine::Verb::kDelete;
  command.name = "prod";
  REQUIRE(bench.engine->execute(command).has_value());
  // In the middle of it, for the reactors write all the time.
  bench.faults->sync = Fault::kInputOutput;
  REQUIRE(eventually([&] {
    static_cast<void>(bench.create("poke"));  // where they were through already
    return bench.faults->failures > 0;
  }));
  bench.faults->sync = Fault::kNone;
  CHECK(eventually([&] {
    const auto view = bench.engine->view();
    return view != nullptr && !view->snapshot->get({"namespaces", "", "prod"}).value();
  }));
}

TEST_CASE("a disk that fails while only retention writes is told of, and mended without a client") {
  Bench bench;
  auto world = engine::real_world();
  Time now = world.now();
  world.now = [&] { return now; };
  bench.engine.reset();
  engine::EngineOptions options;
  options.store.directory = bench.directory.path();
  options.store.env = bench.env.get();
  options.manual = true;
  REQUIRE(options.retention.add("configmaps=bytes:1").has_value());
  auto opened = Engine::open(std::move(options), world);
  REQUIRE(opened.has_value());
  bench.engine = std::move(*opened);
  const auto settle = [&] {
    while (bench.engine->step()) {
    }
  };
  REQUIRE(bench.create("a").has_value());
  REQUIRE(bench.create("b").has_value());
  engine::Command removal;
  removal.verb = engine::Verb::kDelete;
  removal.version = "v1";
  removal.plural = "configmaps";
  removal.name_space = "default";
  removal.name = "a";
  removal.actor.user = "tester";
  REQUIRE(bench.engine->execute(std::move(removal)).has_value());
  REQUIRE(bench.create("c").has_value());
  settle();

  bench.faults->append = Fault::kInputOutput;
  bench.faults->create = Fault::kInputOutput;
  now.ns += 2 * engine::kRetentionPauseNs;
  settle();
  REQUIRE(bench.faults->failures > 0);
  CHECK_FALSE(bench.engine->health().accepts_writes);
  const auto refused = bench.create("refused");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().reason == Reason::kServiceUnavailable);

  bench.faults->append = Fault::kNone;
  bench.faults->create = Fault::kNone;
  settle();
  CHECK(bench.engine->health().accepts_writes);
  CHECK(bench.create("after").has_value());
  CHECK(bench.names() == std::set<std::string>{"after", "b", "c"});
}

TEST_CASE("what a redaction rewrote is known also where its write failed and is there") {
  const ScratchDirectory directory;
  const auto faults = std::make_shared<Faults>();
  const auto env = faulty_env(faults);
  auto store = storage::Store::open({.directory = directory.path(), .env = env.get()});
  REQUIRE(store.has_value());
  Writer writer(**store);
  std::string text;  // long enough for deltas to be worth it
  for (int i = 0; i < 300; ++i) text += fmt::format("{} ", i * 7919);
  writer.put("a", text + "1");
  writer.put("a", text + "2");
  auto entry = writer.prepare("a", text + "3", storage::EventType::kModified);
  REQUIRE(entry.prepared.frame_revision == Revision{1});
  const std::vector<Revision> revisions{{1}};
  faults->sync = Fault::kInputOutput;
  REQUIRE_FALSE((*store)->redact(thing("a"), revisions).has_value());
  CHECK((*store)->is_broken());
  faults->sync = Fault::kNone;
  REQUIRE((*store)->recover(0).has_value());
  CHECK_FALSE((*store)->is_broken());
  REQUIRE((*store)->snapshot()->body({1}).error().reason == Reason::kExpired);
  REQUIRE((*store)->commit({&entry, 1}, {}).outcome == storage::CommitOutcome::kCommitted);
  const auto body = (*store)->snapshot()->body({3});
  REQUIRE(body.has_value());
  CHECK(*body == thing_body("a", text + "3"));
}

TEST_CASE("many writers meet a failing disk") {
  Bench bench;
  const auto start = bench.engine->view()->revision();
  Watching watching(*bench.engine, start);
  std::mutex mutex;
  Revisions acknowledged;
  std::atomic<bool> is_over{false};
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 8; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < 60 || !is_over; ++i) {
        const auto name = fmt::format("w{}-{}", writer, i);
        if (const auto created = bench.create(name)) {
          const std::scoped_lock lock(mutex);
          acknowledged[name] = created->revision;
          if (i < 60) continue;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
  }
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    const int before = bench.faults->failures;
    bench.faults->sync = Fault::kInputOutput;
    while (bench.faults->failures == before) std::this_thread::yield();
    bench.faults->sync = Fault::kNone;
  }
  is_over = true;
  for (auto& writer : writers) writer.join();
  acknowledged["last"] = bench.create_when_mended("last").revision;
  check_consistent(bench, acknowledged, watching, start);
}

}  // namespace
}  // namespace gatefold::test
