// Folding the log anew: from a log that is proven, over whatever the derived families have become.
#include <algorithm>
#include <optional>
#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "storage/keyspace.h"
#include "storage/pin.h"
#include "storage/recover.h"
#include "storage/verify.h"
#include "storage/verify_log.h"
#include "tests/storage/raw_database.h"
#include "tests/storage/scratch.h"

namespace gatefold::test {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using storage::Store;

constexpr int kEvents = 2000;

std::string value(int i) {
  return fmt::format("{} {}", i, std::string(300, 'x'));
}

void fill(const fs::path& directory) {
  const auto store = open_store(directory);
  Writer writer(*store);
  const storage::SightingCount seen{thing("thing-0"), "controller", "restamped", 2, {10}, {20}};
  for (int i = 1; i <= kEvents; ++i) {
    writer.put(fmt::format("thing-{}", i % 50), value(i), {{"n", fmt::format("{}", i)}},
               {{.path = "status.conditions", .type = "Ready", .new_status = "True"}});
    if (i == 100) {
      REQUIRE(store->commit({}, {&seen, 1}).outcome == storage::CommitOutcome::kCommitted);
    }
    // Another table, and opening makes the fourth: so many RocksDB compacts at once.
    if (i % (kEvents / 4) == 0 && i != kEvents) REQUIRE(store->flush().has_value());
  }
}

// What fill() writes costs more than a copy.
const fs::path& filled() {
  static const ScratchDirectory directory;
  static const bool is_filled = [] {
    fill(directory.path());
    return true;
  }();
  REQUIRE(is_filled);
  return directory.path();
}

class Copy {
 public:
  Copy() { fs::copy(filled(), directory_.path(), fs::copy_options::recursive); }
  const fs::path& path() const { return directory_.path(); }
  fs::path file_of(const std::string& family) const {
    return path() / RawDatabase(path()).file_of(family);
  }

 private:
  ScratchDirectory directory_;
};

// As numbers stand in meta rows.
std::string number(std::uint8_t low) {
  return std::string(7, '\0') + static_cast<char>(low);
}

// As mark_for_refold() writes it: this fold version, from the beginning.
void mark(const fs::path& directory) {
  RawDatabase(directory).put("default", "refold", number(storage::kFoldVersion) + number(0));
}

Status refused(storage::StoreOptions options) {
  const auto store = Store::open(std::move(options));
  REQUIRE_FALSE(store.has_value());
  return store.error();
}

storage::VerifyReport verified(const fs::path& directory) {
  auto report = storage::verify_directory(directory);
  if (!report) FAIL(report.error().message);
  return std::move(*report);
}

}  // namespace

TEST_CASE("a rebuild of a damaged log names the damage and changes nothing") {
  const auto family = GENERATE(std::string("log"), std::string("bodies"));
  const auto place = GENERATE(std::string("data"), std::string("properties"), std::string("footer"),
                              std::string("gone"));
  INFO(family << ": " << place);
  const Copy copy;
  const auto file = copy.file_of(family);
  const auto size = fs::file_size(file);
  if (place == "data") flip_byte(file, size / 3);
  if (place == "properties") flip_byte(file, size - 300);
  if (place == "footer") flip_byte(file, size - 5);
  if (place == "gone") fs::remove(file);
  const auto before = files_in(copy.path());
  const auto status = refused({.directory = copy.path(), .refold = true});
  CHECK_THAT(status.message, StartsWith(fmt::format("corruption: {}, revisions ", family)));
  CHECK_THAT(status.message, Contains(file.filename().string()));
  CHECK_THAT(status.message, EndsWith("; nothing was dropped"));
  CHECK(files_in(copy.path()) == before);
  for (const auto& finding : verified(copy.path()).findings) CHECK(finding.where == family);
}

TEST_CASE("a rebuild of a log whose chain is broken changes nothing") {
  const auto family = GENERATE(std::string("log"), std::string("bodies"));
  const Copy copy;
  {
    RawDatabase raw(copy.path());
    auto [key, row] = raw.first_row(family);
    row.back() = static_cast<char>(row.back() ^ 1);
    raw.put(family, key, row);
  }
  const auto before = files_in(copy.path());
  const auto status = refused({.directory = copy.path(), .refold = true});
  CHECK_THAT(status.message, StartsWith(fmt::format("corruption: {}, revision 1: ", family)));
  CHECK(files_in(copy.path()) == before);
}

TEST_CASE("a rebuild of a log whose end can't be read names its revision") {
  const Copy copy;
  RawDatabase(copy.path()).put("log", storage::revision_key({kEvents}), "short");
  const auto status = refused({.directory = copy.path(), .refold = true});
  CHECK_THAT(status.message, StartsWith(fmt::format("corruption: log, revision {}: ", kEvents)));
}

TEST_CASE("a rebuild drops nothing where what is counted can't be read") {
  const Copy copy;
  const auto file = copy.file_of("sightings");
  flip_byte(file, 10);
  const auto before = files_in(copy.path());
  const auto status = refused({.directory = copy.path(), .refold = true});
  CHECK_THAT(status.message, StartsWith("corruption: sightings"));
  CHECK(files_in(copy.path()) == before);
}

TEST_CASE("a rebuild leaves a directory alone that it could not open") {
  const Copy copy;
  std::string wanted;
  {
    RawDatabase raw(copy.path());
    SECTION("of a later format") {
      raw.put("default", "format", number(99));
      wanted = "format 99";
    }
    SECTION("without a log") {
      raw.drop("log");
      wanted = "corruption: the family log is missing";
    }
    SECTION("without an incarnation") {
      raw.remove("default", "incarnation");
      wanted = "corruption: the meta row of the incarnation";
    }
    SECTION("with a row of what is kept that can't be read") {
      raw.put("default", storage::kept_key("things.example.org"), "short");
      wanted = "corruption: a meta row of what is kept";
    }
  }
  const auto before = files_in(copy.path());
  CHECK_THAT(refused({.directory = copy.path(), .refold = true}).message, Contains(wanted));
  CHECK(files_in(copy.path()) == before);
}

TEST_CASE("a refold that is due drops nothing where the log is damaged") {
  const auto why =
      GENERATE(std::string("noted"), std::string("fold version"), std::string("missing"));
  INFO(why);
  const Copy copy;
  const auto file = copy.file_of("log");
  const auto size = fs::file_size(file);
  {
    RawDatabase raw(copy.path());
    if (why == "noted") raw.put("default", "refold", number(storage::kFoldVersion) + number(0));
    if (why == "fold version") raw.put("default", "fold", number(99));
    if (why == "missing") raw.drop("index");
  }
  flip_byte(file, size / 3);
  const auto names = [&] {
    std::vector<std::string> found;
    REQUIRE(rocksdb::DB::ListColumnFamilies({}, copy.path(), &found).ok());
    return found;
  };
  const auto before = names();
  CHECK_THAT(refused({.directory = copy.path()}).message,
             StartsWith("corruption: log, revisions "));
  CHECK(names() == before);
  const auto reading = refused({.directory = copy.path(), .read_only = true});
  CHECK(reading.reason == Reason::kServiceUnavailable);
  CHECK_THAT(reading.message, Contains("gatefold rebuild"));
  CHECK(RawDatabase(copy.path()).rows("current").size() == 50);
}

TEST_CASE("rows of another fold version are folded anew") {
  const Copy copy;
  RawDatabase(copy.path()).put("default", "fold", number(99));
  CHECK(storage::verify(*open_store(copy.path())).findings.empty());
  CHECK(RawDatabase(copy.path()).value("default", "fold") == number(storage::kFoldVersion));
}

TEST_CASE("a rebuild gets over any damage to a derived family") {
  const auto family = GENERATE(std::string("current"), std::string("versions"),
                               std::string("transitions"), std::string("index"));
  // From the end of a table: the footer, what it points at, the index.
  const auto place =
      GENERATE(std::string("footer"), std::string("properties"), std::string("index block"),
               std::string("data"), std::string("cut off"), std::string("gone"));
  INFO(family << ": " << place);
  const Copy copy;
  std::vector<fs::path> files;
  {
    const RawDatabase raw(copy.path());
    for (const auto& name : raw.files_of(family)) files.push_back(copy.path() / name);
  }
  for (const auto& file : files) {
    const auto size = fs::file_size(file);
    if (place == "footer") flip_byte(file, size - 5);
    if (place == "properties") flip_byte(file, size - 300);
    if (place == "index block") flip_byte(file, size - 1300);
    if (place == "data") flip_byte(file, size / 3);
    if (place == "cut off") fs::resize_file(file, size / 2);
    if (place == "gone") fs::remove(file);
  }
  const auto report = verified(copy.path());
  REQUIRE_FALSE(report.findings.empty());
  CHECK(std::ranges::all_of(report.findings, &storage::Finding::is_derived));
  CHECK(std::ranges::find(report.findings, family, &storage::Finding::where) !=
        report.findings.end());
  const auto store = open_store(copy.path(), /*refold=*/true);
  CHECK(storage::verify(*store).findings.empty());
  Writer(*store).put("thing-0", "and on");
  CHECK(store->compact().has_value());
}

TEST_CASE("a rebuild that is broken off while it drops is begun again") {
  const bool is_rebuilt = GENERATE(true, false);
  const Copy copy;
  mark(copy.path());
  const auto file = copy.file_of("index");
  {
    RawDatabase raw(copy.path());
    raw.drop("current");
    raw.drop("versions");
  }
  if (is_rebuilt) flip_byte(file, fs::file_size(file) - 5);
  const auto store = open_store(copy.path(), is_rebuilt);
  CHECK(storage::verify(*store).findings.empty());
}

TEST_CASE("a rebuild that is broken off goes on where it was") {
  const Copy copy;
  const ScratchDirectory crashed;
  std::uint64_t before = 0;
  const auto store =
      Store::open({.directory = copy.path(),
                   .refold = true,
                   .progress = [&](std::uint64_t done, std::uint64_t) {
                     // A crash is a copy made while it is under way.
                     if (done < 1000 || before != 0) return;
                     before = done;
                     fs::copy(copy.path(), crashed.path(), fs::copy_options::recursive);
                   }});
  REQUIRE(store.has_value());
  REQUIRE(before != 0);
  REQUIRE(before < kEvents);
  const auto reading = refused({.directory = crashed.path(), .read_only = true});
  CHECK(reading.reason == Reason::kServiceUnavailable);
  std::uint64_t done = 0;
  const auto opened =
      Store::open({.directory = crashed.path(),
                   .progress = [&](std::uint64_t now, std::uint64_t) { done = now; }});
  REQUIRE(opened.has_value());
  CHECK(done == kEvents - before);
  CHECK(storage::verify(**opened).findings.empty());
}

TEST_CASE("a rebuild that is broken off is begun again by another one") {
  const Copy copy;
  const ScratchDirectory crashed;
  REQUIRE(Store::open({.directory = copy.path(),
                       .refold = true,
                       .progress =
                           [&](std::uint64_t, std::uint64_t) {
                             if (!fs::is_empty(crashed.path())) return;
                             fs::copy(copy.path(), crashed.path(), fs::copy_options::recursive);
                           }})
              .has_value());
  std::uint64_t done = 0;
  const auto store =
      Store::open({.directory = crashed.path(),
                   .refold = true,
                   .progress = [&](std::uint64_t now, std::uint64_t) { done = now; }});
  REQUIRE(store.has_value());
  CHECK(done == kEvents);
  CHECK(storage::verify(**store).findings.empty());
}

TEST_CASE("rows are not folded anew for a reader") {
  const Copy copy;
  const auto before = files_in(copy.path());
  CHECK(refused({.directory = copy.path(), .read_only = true, .refold = true}).reason ==
        Reason::kInternalError);
  CHECK(files_in(copy.path()) == before);
}

TEST_CASE("what is not opened is not read") {
  const Copy copy;
  storage::Location location;
  location.env = rocksdb::Env::Default();
  location.path = copy.path();
  location.read_only = true;
  const auto truth = storage::Database::open(location, storage::is_truth);
  REQUIRE(truth.has_value());
  const auto key = storage::object_key(thing("thing-0"));
  CHECK((*truth)->read(storage::Family::kCurrent, key).error().reason ==
        Reason::kServiceUnavailable);
  const storage::Snapshot::Pin pin(*truth);
  rocksdb::PinnableSlice bytes;
  CHECK(pin.read(storage::Family::kCurrent, key, bytes).error().reason ==
        Reason::kServiceUnavailable);
  CHECK(pin.read(storage::Family::kLog, storage::revision_key({kEvents}), bytes) == true);
  const storage::Rows rows(**truth, storage::Family::kCurrent, nullptr, "", "");
  CHECK_FALSE(rows.valid());
  CHECK(rows.status().error().reason == Reason::kServiceUnavailable);
  storage::VerifyReport report;
  storage::Findings findings(report);
  const auto head = storage::prove_head(**truth, std::nullopt);
  REQUIRE(head.has_value());
  const std::set<std::string> doubted;
  storage::LogProof log(pin, *head, nullptr, doubted, findings);
  log.run(nullptr);
  CHECK(log.events() == kEvents);
  CHECK(findings.is_empty());
}

}  // namespace gatefold::test
