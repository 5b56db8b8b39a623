// What a commit writes, and what is there after the directory was opened again.
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <rocksdb/env.h>

#include "storage/history_writer.h"
#include "storage/verify.h"
#include "tests/storage/scratch.h"

namespace gatefold::test {
namespace {

using storage::EventType;

TEST_CASE("a store is not closed while somebody reads the past") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  Writer writer(*store);
  writer.put("a", "one");
  writer.put("a", "two");
  auto past = store->snapshot()->at(Revision{1});
  REQUIRE(past.has_value());
  const auto recovered = store->recover(0);
  REQUIRE_FALSE(recovered.has_value());
  CHECK(recovered.error().message == "the store is still being read");
  CHECK(store->snapshot() != nullptr);
  CHECK((*past)->body({1}).has_value());
  past->reset();
  CHECK(store->recover(0).has_value());
}

TEST_CASE("the past knows no later transitions, and is no place to write") {
  const ScratchDirectory directory;
  {
    const auto store = open_store(directory.path());
    Writer writer(*store);
    const storage::Transition ready{
        .path = "status.conditions", .type = "Ready", .new_status = "True"};
    writer.put("a", "one", {}, {ready});
    writer.put("a", "two", {}, {ready});
  }
  const auto store =
      storage::Store::open({.directory = directory.path(), .read_only = true, .at = Revision{1}});
  REQUIRE(store.has_value());
  std::vector<Revision> seen;
  const auto read = (*store)->snapshot()->timeline_backwards(thing("a"), [&](const auto& entry) {
    seen.push_back(entry.revision);
    return true;
  });
  CHECK(read.has_value());
  CHECK(seen == std::vector<Revision>{{1}});
  const auto noted = (*store)->note_origin("0123456789abcdef");
  REQUIRE_FALSE(noted.has_value());
  CHECK(noted.error().reason == Reason::kServiceUnavailable);
}

TEST_CASE("writes that became no event do not wait for one without end") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  Writer(*store).put("a", "one");
  storage::HistoryWriter history(*store);
  for (int i = 0; i < 600; ++i) history.count({thing("a"), "writer", "no-op", 1, {1}, {1}});
  const auto counted = [&] {
    std::uint64_t count = 0;
    REQUIRE(store->snapshot()->sightings(thing("a"), [&](const storage::Sighting& sighting) {
      count += sighting.count;
      return true;
    }));
    return count;
  };
  CHECK(counted() == 512);
  REQUIRE(history.finish());
  CHECK(counted() == 600);
}

TEST_CASE("an object can be read as it was written, now and after reopening") {
  const ScratchDirectory directory;
  storage::Head head;
  {
    const auto store = open_store(directory.path());
    Writer writer(*store);
    CHECK(writer.put("a", "one", {{"colour", "red"}}) == Revision{1});
    CHECK(writer.put("a", "two", {{"colour", "blue"}}) == Revision{2});
    head = store->head();
  }
  const auto store = open_store(directory.path());
  CHECK(store->head().revision == head.revision);
  CHECK(store->head().chain == head.chain);
  const auto object = store->snapshot()->get(thing("a"));
  REQUIRE(object.has_value());
  REQUIRE(object->has_value());
  CHECK((*object)->body == thing_body("a", "two"));
  CHECK((*object)->revision == Revision{2});
  CHECK((*object)->labels == Labels{{"colour", "blue"}});
  const auto event = store->snapshot()->event({2});
  REQUIRE(event->has_value());
  CHECK((*event)->previous == Revision{1});
  CHECK((*event)->previous_labels == Labels{{"colour", "red"}});
  CHECK((*event)->actor.user == "tester");
  CHECK(storage::verify(*store).findings.empty());
}

TEST_CASE("several events of one batch on one object see each other") {
  const ScratchDirectory directory;
  auto store = open_store(directory.path());
  Writer writer(*store);
  std::vector<storage::BatchEntry> batch;
  // Long and alike, so that a delta is worth it.
  const auto value = [](int version) {
    std::string text;
    for (int i = 0; i < 300; ++i) text += fmt::format("{:x} ", i * 7919 % 4093);
    return text + std::to_string(version);
  };
  writer.put("before", "one");
  batch.push_back(writer.prepare("a", value(0), EventType::kAdded));
  for (int version = 1; version < 3; ++version) {
    // Encoded against the first of the batch, whose revision nobody knows yet.
    auto next = writer.prepare("a", value(version), EventType::kModified);
    next.prepared = storage::prepare_event(next.prepared.event, next.prepared.body,
                                           {{~std::uint64_t{0}}, batch.front().prepared.body});
    REQUIRE(next.prepared.frame_revision.number != 0);
    next.previous_in_batch = version - 1;
    next.frame_in_batch = 0;
    batch.push_back(std::move(next));
  }
  const auto result = store->commit(batch, {});
  REQUIRE(result.outcome == storage::CommitOutcome::kCommitted);
  CHECK(result.head.revision == Revision{4});
  store.reset();
  store = open_store(directory.path());
  const auto snapshot = store->snapshot();
  for (int version = 0; version < 3; ++version) {
    const Revision revision{static_cast<std::uint64_t>(version) + 2};
    CHECK(*snapshot->body(revision) == thing_body("a", value(version)));
    if (version > 0) {
      CHECK((**snapshot->event(revision)).previous.next() == revision);
      CHECK((**snapshot->event(revision)).type == EventType::kModified);
    }
  }
  CHECK((*snapshot->get(thing("a")))->frame_revision == Revision{2});
  CHECK(storage::verify(*store).findings.empty());
}

TEST_CASE("time never goes back") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  Writer writer(*store);
  std::vector<storage::BatchEntry> batch;
  batch.push_back(writer.prepare("a", "one", EventType::kAdded));
  batch.back().prepared.event.time.ns = 5000;
  batch.push_back(writer.prepare("b", "one", EventType::kAdded));
  REQUIRE(store->commit(batch, {}).outcome == storage::CommitOutcome::kCommitted);
  CHECK((**store->snapshot()->event({2})).time.ns == 5000);
}

TEST_CASE("sightings are counted without an event") {
  const ScratchDirectory directory;
  {
    const auto store = open_store(directory.path());
    Writer writer(*store);
    writer.put("a", "one");
    const storage::SightingCount seen{thing("a"), "controller", "restamped", 2, {10}, {20}};
    REQUIRE(store->commit({}, {&seen, 1}).outcome == storage::CommitOutcome::kCommitted);
    REQUIRE(store->commit({}, {&seen, 1}).outcome == storage::CommitOutcome::kCommitted);
    CHECK(store->head().revision == Revision{1});
  }
  const auto store = open_store(directory.path());
  std::vector<storage::Sighting> sightings;
  REQUIRE(store->snapshot()->sightings(thing("a"), [&](const storage::Sighting& sighting) {
    sightings.push_back(sighting);
    return true;
  }));
  REQUIRE(sightings.size() == 1);
  CHECK(sightings[0].count == 4);
  CHECK(sightings[0].first.ns == 10);
  Writer(*store).remove("a");
  sightings.clear();
  REQUIRE(store->snapshot()->sightings(thing("a"), [&](const storage::Sighting& sighting) {
    sightings.push_back(sighting);
    return true;
  }));
  CHECK(sightings.empty());
}

TEST_CASE("sightings of all objects come by object, behind any") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  Writer writer(*store);
  std::vector<storage::SightingCount> seen;
  for (const auto* name : {"b", "a", "a-b"}) {
    writer.put(name, "one");
    for (const auto* rule : {"no-op", "restamped"})
      seen.push_back({thing(name), "controller", rule, 1, {10}, {20}});
  }
  REQUIRE(store->commit({}, seen).outcome == storage::CommitOutcome::kCommitted);
  const auto behind = [&](const std::optional<ObjectKey>& after) {
    std::string texts;
    REQUIRE(store->snapshot()->sightings_after(after, [&](const storage::Sighting& sighting) {
      texts += sighting.key.name + " " + sighting.rule + ", ";
      return true;
    }));
    return texts;
  };
  CHECK(behind({}) == "a no-op, a restamped, a-b no-op, a-b restamped, b no-op, b restamped, ");
  CHECK(behind(thing("a")) == "a-b no-op, a-b restamped, b no-op, b restamped, ");
  CHECK(behind(thing("aa")) == "b no-op, b restamped, ");
  CHECK(behind(thing("b")).empty());
}

std::uint64_t sighted(const storage::Store& store, const std::string& name) {
  std::uint64_t count = 0;
  REQUIRE(store.snapshot()->sightings(thing(name), [&](const storage::Sighting& sighting) {
    count += sighting.count;
    return true;
  }));
  return count;
}

TEST_CASE("sightings go with their object, and the next of its name begins without them") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  Writer writer(*store);
  const storage::SightingCount seen{thing("a"), "controller", "restamped", 2, {10}, {20}};
  writer.put("a", "one");
  REQUIRE(store->commit({}, {&seen, 1}).outcome == storage::CommitOutcome::kCommitted);
  SECTION("deleted and created in one batch") {
    std::vector<storage::BatchEntry> batch;
    batch.push_back(writer.prepare("a", "gone", EventType::kDeleted));
    auto again = writer.prepare("a", "two", EventType::kAdded);
    again.prepared = storage::prepare_event(again.prepared.event, again.prepared.body, {});
    batch.push_back(std::move(again));
    REQUIRE(store->commit(batch, {&seen, 1}).outcome == storage::CommitOutcome::kCommitted);
    CHECK(sighted(*store, "a") == 2);
  }
  SECTION("counted after the deletion") {
    writer.remove("a");
    REQUIRE(store->commit({}, {&seen, 1}).outcome == storage::CommitOutcome::kCommitted);
    CHECK(sighted(*store, "a") == 0);
  }
}

TEST_CASE("a directory has one holder") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  const auto second = storage::Store::open({.directory = directory.path()});
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().message.find(std::to_string(getpid())) != std::string::npos);
}

TEST_CASE("a store in memory touches no directory") {
  const ScratchDirectory directory;
  const auto path = directory.path() / "nothing";
  {
    auto store = storage::Store::open({.directory = path, .in_memory = true});
    REQUIRE(store.has_value());
    Writer writer(**store);
    writer.put("a", "one");
    CHECK((*store)->head().revision == Revision{1});
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace gatefold::test
