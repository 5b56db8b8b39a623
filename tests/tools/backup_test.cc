// Backups: made while the store goes on, shared, restored into a history of its own.
#include "storage/backup.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/engine.h"
#include "storage/verify.h"
#include "tests/storage/scratch.h"
#include "tests/support/test_world.h"
#include "tools/gatefold/new_directory.h"

namespace gatefold::test {
namespace {

namespace files = std::filesystem;

storage::Backup backed_up(const storage::Store& store, const files::path& directory,
                          std::uint32_t keep = 0) {
  auto backup = storage::back_up(*store.snapshot(), directory, keep, {});
  if (!backup) FAIL(backup.error().message);
  return *backup;
}

void restored(const files::path& directory, const files::path& target, std::uint32_t id = 0) {
  const auto backup = storage::restore_backup(directory, id, target);
  if (!backup) FAIL(backup.error().message);
}

std::uintmax_t bytes_in(const files::path& directory) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : files::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

// Text that no compression makes small.
std::string noise(unsigned seed, std::size_t size) {
  std::mt19937 random(seed);
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + random() % 26);
  return text;
}

TEST_CASE("a backup copies what the one before has not") {
  const ScratchDirectory directory;
  const auto backups = directory.path() / "backups";
  const auto store = open_store(directory.path() / "data");
  Writer writer(*store);
  for (unsigned i = 0; i < 200; ++i) writer.put(fmt::format("thing-{}", i), noise(i, 4000));
  // So that no compaction makes other files of them between the two.
  REQUIRE(store->compact().has_value());
  CHECK(backed_up(*store, backups).id == 1);
  const auto first_bytes = bytes_in(backups);
  REQUIRE(first_bytes > 400'000);
  writer.put("late", "one");
  const auto second = backed_up(*store, backups);
  CHECK(second.id == 2);
  CHECK(second.revision == Revision{201});
  CHECK(second.incarnation == store->incarnation());
  CHECK(bytes_in(backups) < first_bytes + first_bytes / 4);

  const auto listed = storage::list_backups(backups);
  REQUIRE(listed.has_value());
  REQUIRE(listed->size() == 2);
  CHECK(listed->front().revision == Revision{200});
  CHECK(listed->back().bytes >= listed->front().bytes);
  CHECK(backed_up(*store, backups, 2).id == 3);
  CHECK(storage::list_backups(backups)->front().id == 2);
  CHECK(storage::restore_backup(backups, 1, directory.path() / "gone").error().reason ==
        Reason::kNotFound);
  CHECK(storage::list_backups(directory.path()).error().reason == Reason::kNotFound);

  restored(backups, directory.path() / "copy", 2);
  const auto copy = open_store(directory.path() / "copy");
  CHECK(copy->head().revision == Revision{201});
  CHECK(copy->head().chain == store->head().chain);
  CHECK(storage::verify(*copy).findings.empty());
}

TEST_CASE("a backup holds one moment of a store that goes on") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path() / "data");
  std::atomic<bool> is_done{false};
  Writer(*store).put("thing", "first");
  const auto before = store->snapshot();
  // The writer's thread; nothing but its own is asked of the store meanwhile.
  std::thread writing([&] {
    Writer writer(*store);
    for (unsigned i = 0; !is_done; ++i) writer.put(fmt::format("thing-{}", i % 50), noise(i, 900));
  });
  int made = 0;
  for (int i = 0; i < 3; ++i) {
    made += storage::back_up(*before, directory.path() / "backups", 0, {}).has_value() ? 1 : 0;
  }
  is_done = true;
  writing.join();
  REQUIRE(made == 3);
  for (std::uint32_t id = 1; id <= 3; ++id) {
    const auto target = directory.path() / fmt::format("copy-{}", id);
    restored(directory.path() / "backups", target, id);
    const auto copy = open_store(target);
    const auto head = copy->head();
    CHECK(storage::verify(*copy).findings.empty());
    CHECK(store->snapshot()->provenance(head.revision)->chain == head.chain);
  }
}

TEST_CASE("a backup that is asked to stop, and one with a flipped byte, are none") {
  const ScratchDirectory directory;
  const auto backups = directory.path() / "backups";
  const auto store = open_store(directory.path() / "data");
  Writer(*store).put("thing", noise(1, 4000));
  std::stop_source stop;
  stop.request_stop();
  CHECK(storage::back_up(*store->snapshot(), backups, 0, stop.get_token()).error().reason ==
        Reason::kServerTimeout);
  backed_up(*store, backups);
  for (const auto& entry : files::recursive_directory_iterator(backups)) {
    if (entry.path().extension() != ".sst") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(20);
    file.put('\x7f');
  }
  const auto damaged = storage::restore_backup(backups, 0, directory.path() / "copy");
  REQUIRE(!damaged.has_value());
  CHECK(damaged.error().message.starts_with("corruption:"));
}

TEST_CASE("a restored history gives no number twice, and knows who has seen another one (R14.4)") {
  constexpr Revision kEpochEnd{1'000'000};
  const ScratchDirectory directory;
  const auto target = directory.path() / "copy";
  std::string source_incarnation;
  {
    const auto store = open_store(directory.path() / "data");
    std::ofstream(directory.path() / "data" / "service-account.key") << "a key";
    Writer writer(*store);
    writer.put("a", "one");
    writer.put("b", "one");
    backed_up(*store, directory.path() / "backups");
    writer.put("a", "lost");  // 3, which clients have seen
    source_incarnation = store->incarnation();
  }
  restored(directory.path() / "backups", target);
  CHECK(files::exists(target / "service-account.key"));
  {
    const auto store = open_store(target);
    REQUIRE(store->head().revision == Revision{2});
    CHECK(!store->begin_epoch({2}).has_value());
    REQUIRE(store->begin_epoch(kEpochEnd).has_value());
    CHECK(store->head().revision == kEpochEnd);
    CHECK(storage::verify(*store).findings.empty());
  }
  const auto refold = GENERATE(false, true);
  const auto store = open_store(target, refold);
  CHECK(store->incarnation() != source_incarnation);
  CHECK(store->head().revision == kEpochEnd);
  CHECK(store->head().time == (**store->snapshot()->event({2})).time);
  CHECK(Writer(*store).put("a", "two") == kEpochEnd.next());
  CHECK(storage::verify(*store).findings.empty());

  const auto snapshot = store->snapshot();
  CHECK(snapshot->provenance({2})->incarnation == source_incarnation);
  CHECK(snapshot->provenance(kEpochEnd.next())->incarnation == store->incarnation());
  CHECK(!snapshot->provenance(kEpochEnd.next())->is_whole);
  CHECK(snapshot->check_given({2}).has_value());
  CHECK(snapshot->check_given(kEpochEnd).has_value());
  CHECK(snapshot->check_given({3}).error().reason == Reason::kExpired);
  CHECK(snapshot->at(Revision{3}).error().reason == Reason::kExpired);
  CHECK(snapshot->at(Revision{2}).has_value());
  CHECK(snapshot->at(kEpochEnd).has_value());
  CHECK(snapshot->check_given({kEpochEnd.number - 1}).error().reason == Reason::kExpired);
  std::vector<std::uint64_t> revisions;
  REQUIRE(snapshot->events({}, store->head().revision, [&](const storage::Event& event) {
    revisions.push_back(event.revision.number);
    return true;
  }));
  CHECK(revisions == std::vector<std::uint64_t>{1, 2, kEpochEnd.number + 1});
  const auto past = snapshot->object_at(thing("a"), {500});
  REQUIRE((past.has_value() && past->has_value()));
  CHECK((*past)->body == thing_body("a", "one"));
}

TEST_CASE("numbers that were passed over are no dropped records, whatever is dropped beside them") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  Writer writer(*store);
  for (int i = 0; i < 20; ++i) writer.put("a", std::to_string(i));
  const storage::Retention least{.records = {.bytes = 1}, .bodies = {}};
  const auto trim = [&] {
    while (*store->trim("things.example.org", least, {})) {
    }
  };
  REQUIRE(store->begin_epoch({1000}).has_value());
  trim();
  CHECK(storage::verify(*store).findings.empty());
  CHECK(*store->snapshot()->body({20}) == thing_body("a", "19"));
  for (int i = 0; i < 20; ++i) writer.put("a", std::to_string(i));
  trim();
  CHECK(store->snapshot()->event({20}).error().reason == Reason::kExpired);
  const auto report = storage::verify(*store);
  for (const auto& finding : report.findings) FAIL_CHECK(finding.message);
  CHECK(store->snapshot()->check_given({20}).has_value());
  CHECK(store->snapshot()->check_given({21}).error().reason == Reason::kExpired);
}

TEST_CASE("who saw what a restored server does not know lists and watches anew (R16.4)") {
  const ScratchDirectory directory;
  TestWorld world;
  const auto open = [&] {
    engine::EngineOptions options;
    options.store.directory = directory.path() / "data";
    options.manual = true;
    options.builtin_gateway_api = false;
    auto engine = engine::Engine::open(std::move(options), world.world());
    REQUIRE(engine.has_value());
    return std::move(*engine);
  };
  open();
  Revision last_known;
  {
    const auto store = open_store(directory.path() / "data");
    last_known = store->head().revision;
    REQUIRE(store->begin_epoch({1'000'000}).has_value());
  }
  const auto engine = open();
  const auto first_event = [&](const std::string& revision, bool is_of_log = false) {
    engine::WatchQuery query;
    query.group = is_of_log ? "history.gatefold.dev" : "";
    query.version = "v1";
    query.plural = is_of_log ? "changes" : "namespaces";
    query.resource_version = revision;
    auto watcher = engine->watch(std::move(query), [] {});
    REQUIRE(watcher.has_value());
    auto events = (*watcher)->next(*engine->view(), 1 << 20);
    REQUIRE(events.has_value());
    return events->empty() ? std::optional<engine::WatchEvent>{} : events->front();
  };
  const auto seen_elsewhere = first_event(to_string(last_known.next()));
  REQUIRE(seen_elsewhere.has_value());
  REQUIRE(seen_elsewhere->error.has_value());
  CHECK(seen_elsewhere->error->reason == Reason::kExpired);
  CHECK(!first_event(to_string(last_known)).has_value());
  CHECK(!first_event("1000000").has_value());
  const auto seen_in_log = first_event(to_string(last_known.next()), /*is_of_log=*/true);
  REQUIRE(seen_in_log.has_value());
  REQUIRE(seen_in_log->error.has_value());
  CHECK(seen_in_log->error->reason == Reason::kExpired);
  CHECK(!first_event("1000000", /*is_of_log=*/true).has_value());

  engine::ListQuery query;
  query.version = "v1";
  query.plural = "namespaces";
  query.match = engine::VersionMatch::kExact;
  query.resource_version = to_string(last_known.next());
  CHECK(engine::Lister::start(query, *engine->view()).error().reason == Reason::kExpired);
  query.resource_version = to_string(last_known);
  CHECK(engine::Lister::start(query, *engine->view()).has_value());
}

}  // namespace
}  // namespace gatefold::test
