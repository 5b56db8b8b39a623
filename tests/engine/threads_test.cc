// Everything that has threads, at once: writers on one object and on many, readers, watchers,
// closing.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/engine.h"
#include "engine/limits.h"
#include "schema/json.h"
#include "storage/redact.h"

namespace gatefold::engine {
namespace {

constexpr int kWriters = 16;
constexpr int kWritesEach = 40;

Command command_for(Verb verb, const std::string& name, Value body) {
  Command command;
  command.verb = verb;
  command.version = "v1";
  command.plural = "configmaps";
  command.name_space = "default";
  if (verb != Verb::kCreate) command.name = name;
  command.body = std::move(body);
  command.actor.user = "tester";
  return command;
}

std::unique_ptr<Engine> open_in_memory() {
  EngineOptions options;
  options.store.in_memory = true;
  auto engine = Engine::open(std::move(options), real_world());
  REQUIRE(engine.has_value());
  return std::move(*engine);
}

// What a watcher has seen, on a thread of its own.
class Watching {
 public:
  explicit Watching(Engine& engine) : engine_(engine) {
    WatchQuery query;
    query.version = "v1";
    query.plural = "configmaps";
    auto watcher = engine.watch(query, [this] {
      const std::scoped_lock lock(mutex_);
      rung_ = true;
      bell_.notify_one();
    });
    REQUIRE(watcher.has_value());
    watcher_ = std::move(*watcher);
    thread_ = std::thread([this] { run(); });
  }
  ~Watching() {
    if (thread_.joinable()) thread_.join();
  }
  std::vector<Revision> finish() {
    thread_.join();
    return revisions_;
  }

 private:
  void run() {
    while (!watcher_->ended()) {
      const auto view = engine_.view();
      if (view == nullptr) continue;
      auto events = watcher_->next(*view, 1 << 16);
      if (!events) return;
      for (const auto& event : *events) {
        const auto object = parse_json(*event.object);
        const auto text = string_at(object->value, {"metadata", "resourceVersion"});
        revisions_.push_back(parse_revision(text).value_or(Revision{}));
      }
      if (!events->empty()) continue;
      std::unique_lock lock(mutex_);
      bell_.wait_for(lock, std::chrono::seconds(5), [this] { return rung_; });
      rung_ = false;
    }
  }

  Engine& engine_;
  std::mutex mutex_;
  std::condition_variable bell_;
  bool rung_ = false;
  std::unique_ptr<Watch> watcher_;
  std::vector<Revision> revisions_;
  std::thread thread_;
};

TEST_CASE("patches without a resourceVersion on one object all succeed (R9.6, R27.6)") {
  const auto engine = open_in_memory();
  REQUIRE(
      engine->execute(command_for(Verb::kCreate, "", JsonObject{{"metadata", {{"name", "hot"}}}}))
          .has_value());
  Watching watching(*engine);
  std::atomic<int> failures{0};
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < kWritesEach; ++i) {
        const auto key = fmt::format("writer-{}", writer);
        auto done = engine->execute(
            command_for(Verb::kPatch, "hot", JsonObject{{"data", {{key, std::to_string(i)}}}}));
        if (!done) ++failures;
      }
    });
  }
  for (auto& writer : writers) writer.join();
  CHECK(failures == 0);
  const auto object = engine->view()->snapshot->get({"configmaps", "default", "hot"});
  REQUIRE(object->has_value());
  const auto value = parse_json((*object)->body);
  for (int writer = 0; writer < kWriters; ++writer) {
    CHECK(string_at(value->value, {"data", fmt::format("writer-{}", writer)}) ==
          std::to_string(kWritesEach - 1));
  }
  // A command is decided at most twice: by its caller, and by the writer.
  const auto counts = engine->counts();
  CHECK(counts.decided_again <= counts.commands);
  engine->drain();
  const auto seen = watching.finish();
  CHECK(seen.size() == 1 + kWriters * kWritesEach);
  CHECK(std::ranges::adjacent_find(seen, std::greater_equal()) == seen.end());
}

TEST_CASE("redactions go on beside writers, one after the other, and end with the engine") {
  std::atomic<int> answered{0};
  std::atomic<int> failures{0};
  {
    const auto engine = open_in_memory();
    REQUIRE(
        engine->execute(command_for(Verb::kCreate, "", JsonObject{{"metadata", {{"name", "hot"}}}}))
            .has_value());
    std::vector<std::thread> writers;
    for (int writer = 0; writer < 4; ++writer) {
      writers.emplace_back([&, writer] {
        for (int i = 0; i < kWritesEach; ++i) {
          const Value data{{"data", {{fmt::format("writer-{}", writer), std::to_string(i)}}}};
          if (!engine->execute(command_for(Verb::kPatch, "hot", data))) ++failures;
          if (i % 10 != 5) continue;
          storage::RedactRequest request;
          request.key = {"configmaps", "default", "hot"};
          request.all = true;
          engine->redact(std::move(request), [&](const auto&) { ++answered; });
        }
      });
    }
    for (auto& writer : writers) writer.join();
  }
  CHECK(failures == 0);
  CHECK(answered == 16);
}

TEST_CASE("writers, readers and lists meet without harm") {
  const auto engine = open_in_memory();
  std::atomic<bool> is_over{false};
  std::atomic<int> failures{0};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 3; ++reader) {
    readers.emplace_back([&] {
      while (!is_over) {
        const auto view = engine->view();
        auto lister = Lister::start({.version = "v1", .plural = "configmaps", .limit = 7}, *view);
        std::string last;
        if (!lister || !lister->next(*view, 1 << 20, [&](std::string_view json) { last = json; })) {
          ++failures;
        }
      }
    });
  }
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 6; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < kWritesEach; ++i) {
        const auto name = fmt::format("map-{}-{}", writer, i % 5);
        auto created = engine->execute(
            command_for(Verb::kCreate, "", JsonObject{{"metadata", {{"name", name}}}}));
        if (created) continue;
        if (!engine->execute(command_for(Verb::kDelete, name, nullptr))) ++failures;
      }
    });
  }
  for (auto& writer : writers) writer.join();
  is_over = true;
  for (auto& reader : readers) reader.join();
  CHECK(failures == 0);
}

TEST_CASE("who waits for a revision waits no longer where retention lets the writer sleep") {
  EngineOptions options;
  options.store.in_memory = true;
  REQUIRE(options.retention.add("*=count:5").has_value());
  auto opened = Engine::open(std::move(options), real_world());
  REQUIRE(opened.has_value());
  auto& engine = **opened;
  REQUIRE(engine.execute(command_for(Verb::kCreate, "", {{"metadata", {{"name", "a"}}}})));
  // The writer's sleep can't be seen from outside; where it is still awake, this asks less of it.
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  std::mutex mutex;
  std::condition_variable answered;
  std::optional<bool> is_there;
  engine.wait_for(engine.view()->revision().next(), [&](bool answer) {
    const std::scoped_lock lock(mutex);
    is_there = answer;
    answered.notify_one();
  });
  std::unique_lock lock(mutex);
  CHECK(answered.wait_for(lock, 3 * kFreshnessWait, [&] { return is_there.has_value(); }));
  answered.wait(lock, [&] { return is_there.has_value(); });
  CHECK(is_there == false);
}

TEST_CASE("no two Services get one address, whoever creates them at once (R23.1)") {
  auto world = real_world();
  // Uids differ; what is drawn beyond them is the same for all.
  world.random = [random = world.random] {
    auto bytes = random();
    std::fill(bytes.begin() + 16, bytes.end(), std::uint8_t{5});
    return bytes;
  };
  EngineOptions options;
  options.store.in_memory = true;
  auto opened = Engine::open(std::move(options), world);
  REQUIRE(opened.has_value());
  auto& engine = **opened;
  std::atomic<int> failures{0};
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < kWritesEach; ++i) {
        auto command = command_for(
            Verb::kCreate, "",
            {{"metadata", {{"name", fmt::format("s{}-{}", writer, i)}}},
             {"spec", {{"type", "NodePort"}, {"ports", JsonArray{Value{{"port", 80}}}}}}});
        command.plural = "services";
        if (!engine.execute(std::move(command))) ++failures;
      }
    });
  }
  for (auto& writer : writers) writer.join();
  CHECK(failures == 0);
  std::set<std::string> addresses;
  std::set<std::int64_t> ports;
  const auto scanned =
      engine.view()->snapshot->scan("services", "", std::nullopt, [&](const auto& row) {
        const auto object = parse_json(row.body);
        const auto& spec = object->value.at("spec");
        addresses.emplace(string_at(spec, {"clusterIP"}));
        ports.insert(integer_at(spec.at("ports").as_array()[0], {"nodePort"}, 0));
        return true;
      });
  CHECK(scanned.has_value());
  CHECK(addresses.size() == std::size_t{kWriters} * kWritesEach);
  CHECK(ports.size() == std::size_t{kWriters} * kWritesEach);
}

}  // namespace
}  // namespace gatefold::engine
