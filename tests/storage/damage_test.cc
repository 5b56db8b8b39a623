// Damage is named: in rows, in files, in the WAL.
#include <algorithm>
#include <iterator>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <rocksdb/db.h>

#include "storage/keyspace.h"
#include "storage/verify.h"
#include "tests/storage/raw_database.h"
#include "tests/storage/scratch.h"

namespace gatefold::test {
namespace {

namespace fs = std::filesystem;

void fill(const fs::path& directory, int events) {
  const auto store = open_store(directory);
  Writer writer(*store);
  for (int i = 0; i < events; ++i) {
    writer.put(fmt::format("thing-{}", i % 10), fmt::format("{} {}", i, std::string(500, 'x')));
  }
  REQUIRE(store->flush().has_value());
  REQUIRE(store->compact().has_value());
}

storage::VerifyReport verified(const fs::path& directory) {
  const auto store = open_store(directory);
  return storage::verify(*store);
}

fs::path largest(const fs::path& directory, const std::string& extension) {
  fs::path found;
  for (const auto& file : fs::directory_iterator(directory)) {
    if (file.path().extension() != extension) continue;
    if (found.empty() || file.file_size() > fs::file_size(found)) found = file.path();
  }
  REQUIRE_FALSE(found.empty());
  return found;
}

TEST_CASE("verify finds a derived row that is missing") {
  const auto family =
      GENERATE(std::string("current"), std::string("versions"), std::string("index"));
  const ScratchDirectory directory;
  fill(directory.path(), 50);
  REQUIRE(verified(directory.path()).findings.empty());
  {
    RawDatabase raw(directory.path());
    raw.remove(family, raw.first_row(family).first);
  }
  const auto report = verified(directory.path());
  REQUIRE_FALSE(report.findings.empty());
  CHECK(report.findings.front().where == family);
}

TEST_CASE("verify finds a derived row too many, and one that differs") {
  const auto family = GENERATE(std::string("current"), std::string("versions"));
  const ScratchDirectory directory;
  fill(directory.path(), 50);
  {
    RawDatabase raw(directory.path());
    auto [key, value] = raw.first_row(family);
    SECTION("too many") {
      key.insert(key.find("thing-") + 6, "extra-");
      raw.put(family, key, value);
    }
    SECTION("different") {
      value.back() = static_cast<char>(value.back() ^ 1);
      raw.put(family, key, value);
    }
  }
  CHECK_FALSE(verified(directory.path()).findings.empty());
}

TEST_CASE("verify finds a record that was altered, and a body") {
  const auto family = GENERATE(std::string("log"), std::string("bodies"));
  const ScratchDirectory directory;
  fill(directory.path(), 50);
  {
    RawDatabase raw(directory.path());
    auto [key, value] = raw.first_row(family);
    value.back() = static_cast<char>(value.back() ^ 1);
    raw.put(family, key, value);
  }
  const auto report = verified(directory.path());
  REQUIRE_FALSE(report.findings.empty());
  CHECK(report.findings.front().revision == Revision{1});
}

TEST_CASE("an envelope with any wrong byte is found, and read within its bounds") {
  const int bit = GENERATE(0, 7);
  const ScratchDirectory directory;
  constexpr std::size_t kObjects = 90;  // each is a finding
  {
    const auto store = open_store(directory.path());
    Writer writer(*store);
    for (std::size_t i = 0; i < 2 * kObjects; ++i) {
      writer.put(fmt::format("thing-{:03}", i), "x", {{"colour", "red"}});
    }
    REQUIRE(store->flush().has_value());
  }
  std::size_t envelope_bytes = 0;
  for (std::size_t from = 0; from == 0 || from < envelope_bytes; from += kObjects) {
    const ScratchDirectory copy;
    fs::copy(directory.path(), copy.path(), fs::copy_options::recursive);
    std::size_t damaged = 0;
    {
      RawDatabase raw(copy.path());
      for (auto [key, value] : raw.rows("current")) {
        envelope_bytes = 4U + static_cast<std::uint8_t>(value[0]) +
                         (std::size_t{static_cast<std::uint8_t>(value[1])} << 8);
        const auto at = from + damaged;
        if (damaged == kObjects || at >= envelope_bytes) break;
        value[at] = static_cast<char>(value[at] ^ (1 << bit));
        raw.put("current", key, value);
        ++damaged;
      }
    }
    const auto report = verified(copy.path());
    const auto found =
        std::ranges::count(report.findings, std::string("current"), &storage::Finding::where);
    CHECK(static_cast<std::size_t>(found) == damaged);
  }
}

TEST_CASE("what can't be read blames no family that is whole") {
  const ScratchDirectory directory;
  fill(directory.path(), 50);
  {
    RawDatabase raw(directory.path());
    SECTION("a body") {
      raw.put("bodies", storage::revision_key({50}), "nonsense");
    }
    SECTION("the frame of many") {
      raw.put("bodies", storage::revision_key({10}), "nonsense");
    }
  }
  const auto report = verified(directory.path());
  REQUIRE_FALSE(report.findings.empty());
  for (const auto& finding : report.findings) {
    CHECK(finding.where == "bodies");
    CHECK(finding.is_damage);
  }
}

TEST_CASE("one damaged family does not hide another") {
  const ScratchDirectory directory;
  fill(directory.path(), 300);
  {
    RawDatabase raw(directory.path());
    for (const auto& [key, value] : raw.rows("versions")) raw.put("versions", key, value + "?");
    raw.remove("index", raw.first_row("index").first);
  }
  const auto report = verified(directory.path());
  CHECK(report.truncated);
  CHECK(std::ranges::count(report.findings, std::string("versions"), &storage::Finding::where) ==
        storage::kFindingsMax);
  CHECK(std::ranges::count(report.findings, std::string("index"), &storage::Finding::where) > 0);
}

TEST_CASE("a sighting that can't be read costs no write") {
  const ScratchDirectory directory;
  const storage::SightingCount seen{thing("a"), "controller", "restamped", 2, {10}, {20}};
  {
    const auto store = open_store(directory.path());
    Writer(*store).put("a", "one");
    REQUIRE(store->commit({}, {&seen, 1}).outcome == storage::CommitOutcome::kCommitted);
    REQUIRE(store->flush().has_value());
  }
  {
    RawDatabase raw(directory.path());
    raw.put("sightings", raw.first_row("sightings").first, "short");
  }
  const auto store = open_store(directory.path());
  Writer writer(*store);
  auto entry = writer.prepare("a", "two", storage::EventType::kModified);
  CHECK(store->commit({&entry, 1}, {&seen, 1}).outcome == storage::CommitOutcome::kCommitted);
  CHECK(store->head().revision == Revision{2});
}

TEST_CASE("a derived family that is missing is folded anew") {
  const auto family = GENERATE(std::string("current"), std::string("versions"),
                               std::string("transitions"), std::string("index"));
  const ScratchDirectory directory;
  fill(directory.path(), 50);
  RawDatabase(directory.path()).drop(family);
  const auto read_only = storage::Store::open({.directory = directory.path(), .read_only = true});
  REQUIRE_FALSE(read_only.has_value());
  CHECK(read_only.error().reason == Reason::kServiceUnavailable);
  CHECK(verified(directory.path()).findings.empty());
}

TEST_CASE("a derived family that is created before a crash is not taken for a whole one") {
  const ScratchDirectory directory;
  const ScratchDirectory crashed;
  fill(directory.path(), 50);
  RawDatabase(directory.path()).drop("current");
  // A crash between any two steps of opening is a copy made while the refold is under way.
  const auto store = storage::Store::open(
      {.directory = directory.path(), .progress = [&](std::uint64_t, std::uint64_t) {
         fs::copy(directory.path(), crashed.path(),
                  fs::copy_options::recursive | fs::copy_options::overwrite_existing);
       }});
  REQUIRE(store.has_value());
  CHECK(verified(crashed.path()).findings.empty());
}

TEST_CASE("a marker without its family, and a family behind its marker, are folded anew") {
  const ScratchDirectory directory;
  fill(directory.path(), 50);
  {
    RawDatabase raw(directory.path());
    // As mark_for_refold() writes it: this fold version, from the beginning.
    raw.put("default", "refold", std::string(7, '\0') + '\1' + std::string(8, '\0'));
    raw.drop("current");
    raw.create("current");
  }
  CHECK(verified(directory.path()).findings.empty());
}

TEST_CASE("a family of the truth that is missing is corruption") {
  const auto family = GENERATE(std::string("log"), std::string("bodies"));
  const ScratchDirectory directory;
  fill(directory.path(), 50);
  RawDatabase(directory.path()).drop(family);
  const auto store = storage::Store::open({.directory = directory.path()});
  REQUIRE_FALSE(store.has_value());
  CHECK(store.error().message.starts_with("corruption:"));
}

TEST_CASE("a head without its body is corruption") {
  const ScratchDirectory directory;
  fill(directory.path(), 50);
  RawDatabase(directory.path()).remove("bodies", storage::revision_key({50}));
  const auto store = storage::Store::open({.directory = directory.path()});
  REQUIRE_FALSE(store.has_value());
  CHECK(store.error().message.starts_with("corruption:"));
}

TEST_CASE("a flipped byte in a file is a finding that names the file") {
  const ScratchDirectory directory;
  fill(directory.path(), 2000);
  const auto file = largest(directory.path(), ".sst");
  flip_byte(file, fs::file_size(file) / 3);
  const auto report = verified(directory.path());
  REQUIRE_FALSE(report.findings.empty());
  CHECK(report.findings.front().message.find(file.filename().string()) != std::string::npos);
}

TEST_CASE("a flipped byte under the log is named with the revisions that it costs") {
  const ScratchDirectory directory;
  fill(directory.path(), 5000);
  std::string file;
  {
    const RawDatabase raw(directory.path());
    file = raw.file_of("log");
  }
  flip_byte(directory.path() / file, fs::file_size(directory.path() / file) / 3);
  const auto report = verified(directory.path());
  const auto found =
      std::ranges::find(report.findings, std::string("log"), &storage::Finding::where);
  REQUIRE(found != report.findings.end());
  CHECK(found->message.find(file) != std::string::npos);
  CHECK(found->message.find("(the file has revisions 1 to 5000)") != std::string::npos);
  CHECK(found->revision > Revision{1});
  CHECK(found->until > found->revision);
  CHECK(found->until < Revision{5000});
  // The rest was read.
  CHECK(report.events == 5000 - (found->until.number - found->revision.number + 1));
}

TEST_CASE("a flipped byte in the middle of the WAL is corruption, not silence") {
  const ScratchDirectory directory;
  const ScratchDirectory crashed;
  {
    const auto store = open_store(directory.path());
    Writer writer(*store);
    for (int i = 0; i < 50; ++i) writer.put("thing", fmt::format("{}", i));
    // As a crash leaves it: nothing closed, nothing flushed.
    fs::copy(directory.path(), crashed.path(),
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  }
  const auto wal = largest(crashed.path(), ".log");
  flip_byte(wal, fs::file_size(wal) / 2);
  const auto store = storage::Store::open({.directory = crashed.path()});
  REQUIRE_FALSE(store.has_value());
  CHECK(store.error().message.starts_with("corruption:"));
}

TEST_CASE("a WAL that ends within a record loses no more than that record") {
  const ScratchDirectory directory;
  const ScratchDirectory crashed;
  {
    const auto store = open_store(directory.path());
    Writer writer(*store);
    for (int i = 0; i < 49; ++i) writer.put("thing", fmt::format("{}", i));
    fs::copy(directory.path() / "acknowledged", crashed.path() / "acknowledged");
    writer.put("thing", "never acknowledged");
    fs::copy(directory.path(), crashed.path(),
             fs::copy_options::recursive | fs::copy_options::skip_existing);
  }
  const auto wal = largest(crashed.path(), ".log");
  fs::resize_file(wal, fs::file_size(wal) - 5);
  const auto store = open_store(crashed.path());
  CHECK(store->head().revision == Revision{49});
  CHECK(storage::verify(*store).findings.empty());
}

}  // namespace
}  // namespace gatefold::test
