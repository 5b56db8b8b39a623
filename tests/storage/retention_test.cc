// What retention drops, what stays, and that the rest can still be proven.
#include <algorithm>
#include <map>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <rocksdb/perf_context.h>
#include <rocksdb/perf_level.h>

#include "storage/keyspace.h"
#include "storage/verify.h"
#include "tests/storage/raw_database.h"
#include "tests/storage/scratch.h"

namespace gatefold::test {
namespace {

constexpr std::string_view kThings = "things.example.org";

// Drops until nothing is left to drop.
void trim(storage::Store& store, const storage::Retention& retention, Time now = {}) {
  for (int steps = 0;; ++steps) {
    REQUIRE(steps < 1000);
    const auto has_more = store.trim(kThings, retention, now);
    if (!has_more) FAIL(has_more.error().message);
    if (!*has_more) return;
  }
}

void require_clean(const storage::Store& store) {
  for (const auto& finding : storage::verify(store).findings) {
    FAIL_CHECK(fmt::format("{} {}: {}", finding.where, finding.revision.number, finding.message));
  }
}

using State = std::map<std::string, std::string>;  // name to body

State state_at(const storage::Snapshot& snapshot, Revision revision) {
  State state;
  const auto read =
      snapshot.scan_at(kThings, "", std::nullopt, revision, [&](const storage::RowView& row) {
        state.emplace(row.name, row.body);
        return true;
      });
  if (!read) FAIL_CHECK(fmt::format("at {}: {}", revision.number, read.error().message));
  return state;
}

storage::KeepLimits bytes(std::uint64_t limit) {
  return {.bytes = limit};
}

TEST_CASE("before the horizon everything is Expired, and says what can be read (R14.9)") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  Writer writer(*store);
  for (int i = 0; i < 20; ++i) writer.put("a", fmt::format("{}", i));
  const auto before = store->snapshot();
  trim(*store, {.records = bytes(1), .bodies = {}});
  const auto snapshot = store->snapshot();
  const auto horizon = snapshot->horizon(kThings);
  CHECK(horizon == Revision{19});
  // Of 19 nothing is left to be replaced but its frame, the first version.
  CHECK(snapshot->records_horizon(kThings) == Revision{18});
  CHECK(state_at(*snapshot, {19}).at("a") == thing_body("a", "18"));
  CHECK((*snapshot->object_at(thing("a"), {19}))->body == thing_body("a", "18"));
  const auto past = snapshot->object_at(thing("a"), {18});
  REQUIRE_FALSE(past.has_value());
  CHECK(past.error().reason == Reason::kExpired);
  CHECK(past.error().message.find("19") != std::string::npos);
  CHECK(snapshot->event({5}).error().reason == Reason::kExpired);
  CHECK(snapshot->body({5}).error().reason == Reason::kExpired);
  // Who held the state before goes on reading it.
  CHECK(before->horizon(kThings) == Revision{});
  CHECK(*before->body({5}) == thing_body("a", "4"));
  const auto held = before->object_at(thing("a"), {5});
  REQUIRE(held.has_value());
  REQUIRE(held->has_value());
  CHECK((*held)->body == thing_body("a", "4"));
  require_clean(*store);
}

TEST_CASE("bodies go alone, and the ledger of transitions stays") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  Writer writer(*store);
  for (int i = 0; i < 10; ++i) {
    writer.put("a", fmt::format("{}", i), {},
               {{.path = "status.conditions", .type = "Ready", .new_status = "True"}});
  }
  trim(*store, {.records = {}, .bodies = bytes(1)});
  const auto snapshot = store->snapshot();
  CHECK(snapshot->horizon(kThings) == Revision{9});
  CHECK(snapshot->records_horizon(kThings) == Revision{});
  CHECK(snapshot->body({3}).error().reason == Reason::kExpired);
  CHECK(snapshot->event({3}).has_value());
  int transitions = 0;
  REQUIRE(snapshot->timeline(thing("a"), [&](const auto&) { return ++transitions > 0; }));
  CHECK(transitions == 10);
  require_clean(*store);
}

TEST_CASE("an object that is gone leaves nothing but a seal") {
  const ScratchDirectory directory;
  {
    const auto store = open_store(directory.path());
    Writer writer(*store);
    writer.put("a", "1");
    writer.put("a", "2");
    writer.remove("a");
    writer.put("b", "1");
    trim(*store, {.records = bytes(1), .bodies = {}});
    CHECK(store->snapshot()->horizon(kThings) == Revision{3});
    require_clean(*store);
  }
  const RawDatabase raw(directory.path());
  CHECK(raw.rows("log").size() == 2);
  CHECK(raw.rows("versions").size() == 1);
}

TEST_CASE("the newest versions of an object are kept by count") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  Writer writer(*store);
  writer.put("slow", "1");
  for (int i = 0; i < 50; ++i) writer.put("hot", fmt::format("{}", i));
  writer.put("slow", "2");
  trim(*store, {.records = {.count = 3}, .bodies = {}});
  const auto snapshot = store->snapshot();
  CHECK(snapshot->horizon(kThings) == Revision{49});
  CHECK(state_at(*snapshot, {49}).at("hot") == thing_body("hot", "47"));
  CHECK(snapshot->event({1}).has_value());
  require_clean(*store);
}

// Rows that a step of trimming goes over.
std::uint64_t visited_by_step(storage::Store& store, std::uint64_t count, bool& has_more) {
  REQUIRE(store.compact().has_value());  // what was deleted before is no row
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableCount);
  rocksdb::get_perf_context()->Reset();
  const auto trimmed = store.trim(kThings, {.records = {.count = count}, .bodies = {}}, {});
  if (!trimmed) FAIL(trimmed.error().message);
  has_more = *trimmed;
  return rocksdb::get_perf_context()->internal_key_skipped_count;
}

TEST_CASE("a step that counts versions is bounded, however many there are") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  Writer writer(*store);
  bool has_more = true;
  SECTION("of one object") {
    writer.put("hot", "1");
    writer.put_many("hot", 10'000);
    while (has_more) CHECK(visited_by_step(*store, 10, has_more) < 6'000);
    CHECK(store->kept().at(std::string(kThings)).events == 10);
  }
  SECTION("of many, of which nothing is to be dropped") {
    for (int i = 0; i < 100; ++i) writer.put(fmt::format("thing-{}", i), "1");
    for (int i = 0; i < 100; ++i) writer.put_many(fmt::format("thing-{}", i), 99);
    while (has_more) CHECK(visited_by_step(*store, 100, has_more) < 6'000);
    CHECK(store->kept().at(std::string(kThings)).dropped_events == 0);
  }
  require_clean(*store);
}

TEST_CASE("what earlier steps have dropped of an object is not gone over again") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  Writer writer(*store);
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableCount);
  for (int i = 0; i < 500; ++i) {
    writer.put("hot", fmt::format("{}", i));
    rocksdb::get_perf_context()->Reset();
    trim(*store, {.records = bytes(1), .bodies = {}});
    CHECK(rocksdb::get_perf_context()->internal_delete_skipped_count < 10);
  }
  require_clean(*store);
}

TEST_CASE("a step that fails on one object is done again for those before it") {
  const ScratchDirectory directory;
  {
    const auto store = open_store(directory.path());
    Writer writer(*store);
    writer.put("a", "1");
    writer.put_many("a", 9);
    writer.put("b", "1");
    writer.put_many("b", 4);  // up to 15
  }
  RawDatabase(directory.path()).remove("bodies", storage::revision_key({14}));
  const auto store = open_store(directory.path());
  REQUIRE_FALSE(store->trim(kThings, {.records = {.count = 2}, .bodies = {}}, {}).has_value());
  REQUIRE(store->trim(kThings, {.records = {.count = 5}, .bodies = {}}, {}).has_value());
  CHECK(store->kept().at(std::string(kThings)).dropped_events == 5);
}

TEST_CASE("runs of dropped records become one seal, whatever lies between the steps") {
  const ScratchDirectory directory;
  constexpr int kRenewals = 6000;
  {
    const auto store = open_store(directory.path());
    Writer writer(*store);
    for (int i = 0; i < kRenewals; ++i) {
      writer.put(fmt::format("leader-{}", i % 5), fmt::format("{}", i));
      if (i % 100 == 99) trim(*store, {.records = bytes(30'000), .bodies = {}});
    }
    require_clean(*store);
    CHECK(store->kept().at(std::string(kThings)).bytes <= 30'000);
  }
  const RawDatabase raw(directory.path());
  // Each leader's newest version before the horizon, its frame, and a seal beside each.
  CHECK(raw.rows("log").size() < 200);
}

TEST_CASE("verify finds what was dropped, altered or reordered behind its back") {
  const ScratchDirectory directory;
  {
    const auto store = open_store(directory.path());
    Writer writer(*store);
    for (int i = 0; i < 30; ++i) writer.put(fmt::format("thing-{}", i % 3), fmt::format("{}", i));
    storage::Retention retention;
    SECTION("of a whole log") {}
    SECTION("after retention") {
      retention.records = bytes(store->kept().at(std::string(kThings)).bytes / 2);
    }
    SECTION("after retention of bodies") {
      retention.bodies = bytes(store->kept().at(std::string(kThings)).bytes - 200);
    }
    trim(*store, retention);
    require_clean(*store);
  }
  const auto key = storage::revision_key({27});
  const auto other = storage::revision_key({28});
  std::map<std::string, std::string> log;
  {
    const RawDatabase raw(directory.path());
    for (const auto& [row_key, value] : raw.rows("log")) log[row_key] = value;
  }
  const auto found = [&](auto&& damage, std::string_view where) {
    const ScratchDirectory copy;
    std::filesystem::copy(directory.path(), copy.path(), std::filesystem::copy_options::recursive);
    {
      RawDatabase raw(copy.path());
      damage(raw);
    }
    const auto store = open_store(copy.path());
    const auto report = storage::verify(*store);
    return std::ranges::any_of(report.findings, [&](const storage::Finding& finding) {
      return finding.where == where && finding.revision == Revision{27};
    });
  };
  CHECK(found([&](RawDatabase& raw) { raw.remove("log", key); }, "log"));
  CHECK(found(
      [&](RawDatabase& raw) {
        raw.put("log", key, log.at(other));
        raw.put("log", other, log.at(key));
      },
      "log"));
  CHECK(found(
      [&](RawDatabase& raw) {
        auto row = log.at(key);
        row[row.size() - 9] ^= 1;
        raw.put("log", key, row);
      },
      "log"));
  CHECK(found(
      [&](RawDatabase& raw) {
        raw.put("versions", storage::version_key("things.example.org/default/thing-2", {27}),
                "\2other");
      },
      "versions"));
}

TEST_CASE(
    "a random history, trimmed at random, reads like a model's at each revision that is kept") {
  const auto seed = GENERATE(1U, 2U, 3U, 4U, 5U, 6U);
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const ScratchDirectory directory;
  auto store = open_store(directory.path());
  std::vector<State> states(1);
  const auto check_all = [&] {
    const auto snapshot = store->snapshot();
    const auto horizon = snapshot->horizon(kThings).number;
    for (auto revision = horizon; revision < states.size(); ++revision) {
      CHECK(state_at(*snapshot, {revision}) == states[revision]);
    }
    std::uint64_t expected = horizon;
    REQUIRE(
        snapshot->changes(kThings, {horizon}, snapshot->head().revision, [&](const auto& event) {
          CHECK(event.revision.number == ++expected);
          return true;
        }));
    CHECK(expected == snapshot->head().revision.number);
    require_clean(*store);
  };
  for (int i = 0; i < 400; ++i) {
    Writer writer(*store);
    const auto name = fmt::format("thing-{}", random() % 6);
    auto state = states.back();
    if (random() % 8 == 0 && state.contains(name)) {
      writer.remove(name);
      state.erase(name);
    } else {
      const auto value = std::string(300, static_cast<char>('a' + random() % 3)) +
                         (random() % 10 == 0 ? fmt::format("{}", random() * 7919ULL) : "") +
                         fmt::format("{}", i);
      writer.put(name, value);
      state[name] = thing_body(name, value);
    }
    states.push_back(std::move(state));
    if (random() % 40 != 0) continue;
    const auto held = store->kept().at(std::string(kThings)).bytes;
    storage::Retention retention;
    (random() % 2 == 0 ? retention.records : retention.bodies).bytes = held - random() % 8000;
    if (random() % 3 == 0) retention.records.count = 2 + random() % 20;
    trim(*store, retention);
    check_all();
    if (random() % 2 == 0) {
      store.reset();
      store = open_store(directory.path(), /*refold=*/random() % 2 == 0);
      check_all();
    }
  }
  check_all();
  CHECK(store->snapshot()->horizon(kThings).number > 0);
  // Whatever was dropped in whatever order: at last each object has its version and the frame of
  // it, and the log its last event.
  trim(*store, {.records = bytes(1), .bodies = {}});
  require_clean(*store);
  CHECK(store->kept().at(std::string(kThings)).events <= 2 * states.back().size() + 1);
}

}  // namespace
}  // namespace gatefold::test
