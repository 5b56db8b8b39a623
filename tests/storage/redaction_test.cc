// Content that must go is gone, and everything else can still be proven.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "storage/keyspace.h"
#include "storage/redact.h"
#include "storage/verify.h"
#include "tests/storage/raw_database.h"
#include "tests/storage/scratch.h"

namespace gatefold::test {
namespace {

constexpr std::string_view kThings = "things.example.org";

storage::RedactRequest request(const std::string& name, std::uint64_t from, std::uint64_t until) {
  storage::RedactRequest asked;
  asked.key = thing(name);
  asked.from = {from};
  asked.until = {until};
  asked.reason = "a leaked key";
  asked.actor.user = "security";
  asked.now = {5};
  return asked;
}

storage::RedactReport redacted(storage::Store& store, const storage::RedactRequest& asked) {
  auto report = storage::redact(store, asked);
  if (!report) FAIL(report.error().message);
  return *report;
}

void require_clean(const storage::Store& store) {
  for (const auto& finding : storage::verify(store).findings) {
    FAIL_CHECK(fmt::format("{} {}: {}", finding.where, finding.revision.number, finding.message));
  }
}

// Whether any file of the directory has the bytes.
bool holds(const std::filesystem::path& directory, const std::string& bytes) {
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
    if (!file.is_regular_file()) continue;
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(stream), {}};
    if (content.find(bytes) != std::string::npos) return true;
  }
  return false;
}

std::string noise(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('!' + random() % 90);
  std::erase(text, '"');
  std::erase(text, '\\');
  return text;
}

}  // namespace

TEST_CASE("a redacted version's bytes are in no file, in clear or compressed") {
  const ScratchDirectory directory;
  const auto secret = noise(400, 7);
  std::string compressed;
  const auto store = open_store(directory.path());
  Writer writer(*store);
  writer.put("a", secret);
  for (int i = 0; i < 5; ++i) {
    writer.put("a", secret + fmt::format("{}", i));
    // Some of it in tables, some in the WAL.
    if (i == 2) REQUIRE(store->flush().has_value());
  }
  writer.put("a", "harmless");
  {
    const ScratchDirectory copy;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
      // RocksDB deletes the log that a flush has emptied in its own time.
      std::error_code gone;
      std::filesystem::copy(entry.path(), copy.path() / entry.path().filename(),
                            std::filesystem::copy_options::recursive, gone);
    }
    const RawDatabase raw(copy.path());
    compressed = raw.first_row("bodies").second.substr(150, 60);
  }
  // Otherwise this would prove nothing.
  REQUIRE(holds(directory.path(), secret.substr(100, 60)));
  REQUIRE(holds(directory.path(), compressed));
  const auto report = redacted(*store, request("a", 1, 6));
  CHECK(report.revisions.size() == 6);
  CHECK_FALSE(holds(directory.path(), secret.substr(100, 60)));
  CHECK_FALSE(holds(directory.path(), compressed));
  const auto body = store->snapshot()->body({3});
  REQUIRE_FALSE(body.has_value());
  CHECK(body.error().reason == Reason::kExpired);
  CHECK(body.error().message.find("redacted") != std::string::npos);
  CHECK(store->snapshot()->event({3}).has_value());
  require_clean(*store);
}

TEST_CASE("a redaction tells who, when, why and what, in the log") {
  const ScratchDirectory directory;
  {
    const auto store = open_store(directory.path());
    Writer writer(*store);
    for (int i = 0; i < 4; ++i) writer.put("a", fmt::format("{}", i));
    redacted(*store, request("a", 2, 3));
  }
  const auto store = open_store(directory.path(), /*refold=*/true);
  const auto event = store->snapshot()->event({5});
  REQUIRE((event.has_value() && event->has_value()));
  CHECK((*event)->key.resource == storage::kRedactions);
  CHECK((*event)->actor.user == "security");
  CHECK((*event)->time.ns == 5);
  const auto body = store->snapshot()->body({5});
  REQUIRE(body.has_value());
  CHECK(body->find("\"reason\":\"a leaked key\"") != std::string::npos);
  CHECK(body->find("\"revisions\":[[2,3]]") != std::string::npos);
  require_clean(*store);
}

TEST_CASE("what is redacted already is told of once, and taken out of the files again") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  Writer writer(*store);
  for (int i = 0; i < 5; ++i) writer.put("a", fmt::format("{}", i));
  CHECK(redacted(*store, request("a", 2, 3)).told == Revision{6});
  const auto again = redacted(*store, request("a", 2, 3));
  CHECK(again.revisions.empty());
  CHECK(again.told == Revision{});
  CHECK(store->head().revision == Revision{6});
  const auto more = redacted(*store, request("a", 1, 4));
  CHECK(more.revisions == std::vector<Revision>{{1}, {4}});
  CHECK(more.told == Revision{7});
  require_clean(*store);
}

TEST_CASE("what a redaction says fits a line") {
  const auto text = [](JsonArray runs, std::string_view reason) {
    JsonObject spec{{"object", {{"resource", "secrets"}, {"namespace", "prod"}, {"name", "key"}}},
                    {"revisions", std::move(runs)}};
    if (!reason.empty()) spec["reason"] = reason;
    return storage::redaction_text(JsonObject{{"spec", std::move(spec)}});
  };
  CHECK(text({{47, 47}}, "") == "redacts secrets/prod/key 47");
  CHECK(text({{47, 49}, {51, 51}}, "leaked") == "redacts secrets/prod/key 47-49, 51: leaked");
  CHECK(text({{1, 1}, {3, 3}, {5, 5}, {7, 7}, {9, 9}, {11, 11}}, "") ==
        "redacts secrets/prod/key 1, 3, 5, 7 and 2 more");
}

TEST_CASE("the current version is not redacted, unless the object is gone") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  Writer writer(*store);
  writer.put("a", "1");
  writer.put("a", "2");
  const auto refused = storage::redact(*store, request("a", 1, 2));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().reason == Reason::kConflict);
  CHECK(refused.error().message.find("write a newer version") != std::string::npos);
  CHECK(store->head().revision == Revision{2});
  auto all = request("a", 0, 0);
  all.all = true;
  CHECK(redacted(*store, all).revisions == std::vector<Revision>{{1}});
  writer.remove("a");
  CHECK(redacted(*store, all).revisions == std::vector<Revision>{{2}, {4}});
  CHECK(storage::redact(*store, request("b", 1, 9)).error().reason == Reason::kNotFound);
  require_clean(*store);
}

TEST_CASE("what was prepared against a frame that is redacted meanwhile can be read") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  Writer writer(*store);
  const auto text = noise(2000, 1);
  writer.put("a", text);
  writer.put("a", text + "2");
  auto entry = writer.prepare("a", text + "3", storage::EventType::kModified);
  REQUIRE(entry.prepared.frame_revision == Revision{1});
  redacted(*store, request("a", 1, 1));
  REQUIRE(store->commit({&entry, 1}, {}).outcome == storage::CommitOutcome::kCommitted);
  CHECK(*store->snapshot()->body({2}) == thing_body("a", text + "2"));
  CHECK(*store->snapshot()->body({4}) == thing_body("a", text + "3"));
  require_clean(*store);
}

TEST_CASE("redactions and retention at random leave all that is neither as it was") {
  const auto seed = GENERATE(11U, 12U, 13U, 14U);
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const ScratchDirectory directory;
  auto store = open_store(directory.path());
  std::map<std::uint64_t, std::string> bodies;
  std::map<std::uint64_t, std::string> names;
  const auto text = noise(1500, seed);
  for (int i = 0; i < 160; ++i) {
    Writer writer(*store);
    const auto name = fmt::format("thing-{}", random() % 3);
    const auto value =
        text + (random() % 9 == 0 ? noise(900, random()) : std::string()) + fmt::format("{}", i);
    const auto revision = writer.put(name, value).number;
    bodies[revision] = thing_body(name, value);
    names[revision] = name;
    if (random() % 12 == 0) {
      const auto from = 1 + random() % revision;
      auto asked = request(fmt::format("thing-{}", random() % 3), from, from + random() % 20);
      if (random() % 4 == 0) asked.all = true;
      const auto report = storage::redact(*store, asked);
      if (report) {
        for (const auto gone : report->revisions) bodies.erase(gone.number);
      }
    }
    if (random() % 25 == 0) {
      const auto held = store->kept().at(std::string(kThings)).bytes;
      storage::Retention retention;
      (random() % 2 == 0 ? retention.records : retention.bodies).bytes = held - random() % 2000;
      for (auto more = store->trim(kThings, retention, {}); more && *more;) {
        more = store->trim(kThings, retention, {});
      }
    }
    if (random() % 20 == 0) {
      store.reset();
      store = open_store(directory.path(), /*refold=*/random() % 2 == 0);
    }
    if (i % 8 != 7) continue;
    require_clean(*store);
    const auto snapshot = store->snapshot();
    const auto horizon = snapshot->horizon(kThings).number;
    for (const auto& [at, body] : bodies) {
      if (at <= horizon) continue;
      const auto read = snapshot->body({at});
      if (!read) FAIL(fmt::format("{}: {}", at, read.error().message));
      CHECK(*read == body);
      CHECK(snapshot->object_at(thing(names.at(at)), {at})->value().body == body);
    }
  }
}

}  // namespace gatefold::test
