// Disks that fail under a running engine: nothing acknowledged is lost, nothing visible vanishes,
// no number is given twice, and writes go on when the cause is gone.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
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

  Result<engine::Outcome> create(const std::string& name) {
    engine::Command command;
    command.version = "v1";
    command.plural = "configmaps";
    command.name_space = "default";
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
    for (int i = 0; i < 200; ++i) {
      if (auto outcome = create(name)) return *outcome;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    FAIL("writes were not accepted again");
    return {};
  }
};

// A watcher of all that happens, from the first revision on.
std::vector<std::uint64_t> watched(Engine& engine, Revision after) {
  engine::WatchQuery query;
  query.version = "v1";
  query.plural = "configmaps";
  query.resource_version = to_string(after);
  auto watcher = engine.watch(query, [] {});
  REQUIRE(watcher.has_value());
  std::vector<std::uint64_t> revisions;
  for (;;) {
    const auto view = engine.view();
    const auto events = (*watcher)->next(*view, 1 << 20);
    REQUIRE(events.has_value());
    if (events->empty()) return revisions;
    for (const auto& event : *events) {
      const auto object = parse_json(*event.object);
      revisions.push_back(
          std::stoull(std::string(string_at(object->value, {"metadata", "resourceVersion"}))));
    }
  }
}

void check_consistent(Bench& bench, const std::set<std::string>& acknowledged, Revision start) {
  const auto found = bench.names();
  for (const auto& name : acknowledged) CHECK(found.contains(name));
  const auto revisions = watched(*bench.engine, start);
  // Each object once, each revision once, in order.
  CHECK(revisions.size() == found.size());
  CHECK(std::ranges::adjacent_find(revisions, std::greater_equal()) == revisions.end());
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
  std::set<std::string> acknowledged;
  REQUIRE(bench.create("before").has_value());
  acknowledged.insert("before");

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
  acknowledged.insert("after");
  CHECK(bench.engine->health().accepts_writes);
  CHECK(outcome.revision.number > start.number + 1);
  check_consistent(bench, acknowledged, start);
}

TEST_CASE("writes are refused before a number is given while the disk is nearly full") {
  Bench bench;
  const auto start = bench.engine->view()->revision();
  bench.faults->free_bytes = 1u << 20;
  const auto refused = bench.create("refused");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().reason == Reason::kServiceUnavailable);
  CHECK(refused.error().message.find("full") != std::string::npos);
  CHECK_FALSE(bench.engine->health().accepts_writes);
  CHECK(bench.engine->view()->revision() == start);
  bench.faults->free_bytes = 0;
  const auto outcome = bench.create("after");
  REQUIRE(outcome.has_value());
  CHECK(outcome->revision == start.next());
  CHECK(bench.engine->health().accepts_writes);
  check_consistent(bench, {"after"}, start);
}

TEST_CASE("many writers meet a failing disk") {
  Bench bench;
  const auto start = bench.engine->view()->revision();
  std::mutex mutex;
  std::set<std::string> acknowledged;
  std::atomic<int> running{8};
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 8; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < 60; ++i) {
        const auto name = fmt::format("w{}-{}", writer, i);
        if (bench.create(name)) {
          const std::scoped_lock lock(mutex);
          acknowledged.insert(name);
        } else {
          std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
      }
      --running;
    });
  }
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    const int before = bench.faults->failures;
    bench.faults->sync = Fault::kInputOutput;
    while (bench.faults->failures == before && running > 0) std::this_thread::yield();
    bench.faults->sync = Fault::kNone;
  }
  for (auto& writer : writers) writer.join();
  CHECK(bench.faults->failures > 0);
  bench.create_when_mended("last");
  acknowledged.insert("last");
  check_consistent(bench, acknowledged, start);
}

}  // namespace
}  // namespace gatefold::test
