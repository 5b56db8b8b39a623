// Verify names the row that is damaged, with its revision, and nothing else.
#include "storage/verify.h"

#include <algorithm>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "storage/digest.h"
#include "storage/fold.h"
#include "storage/frames.h"
#include "storage/kept.h"
#include "storage/keyspace.h"
#include "storage/records.h"
#include "tests/storage/raw_database.h"
#include "tests/storage/verified.h"

namespace gatefold::test {
namespace {

namespace fs = std::filesystem;

std::string at(std::uint64_t revision) {
  return storage::revision_key({revision});
}

// One row of a family, past everything that the room checks.
struct Rows {
  RawDatabase& raw;

  std::string get(const std::string& family, const std::string& key) const {
    for (auto& [found, value] : raw.rows(family)) {
      if (found == key) return value;
    }
    FAIL("there is no such row in " + family);
    return {};
  }
  void change(const std::string& family, const std::string& key,
              const std::function<void(std::string&)>& change) const {
    auto value = get(family, key);
    change(value);
    raw.put(family, key, value);
  }
  void flip(const std::string& family, const std::string& key, std::size_t byte) const {
    change(family, key,
           [&](std::string& value) { value.at(byte) = static_cast<char>(value.at(byte) ^ 1); });
  }
  void flip_last(const std::string& family, const std::string& key) const {
    flip(family, key, get(family, key).size() - 1);
  }
  storage::Chain chain(std::uint64_t revision) const {
    return storage::parse_log_row(get("log", at(revision)))->chain;
  }
  // A gap in place of a body, with the digest that it had.
  void hollow(std::uint64_t revision, const std::string& name, const std::string& value,
              storage::BodyGap gap) const {
    const auto row = get("bodies", at(revision));
    const auto frame = storage::parse_body_row({revision}, row)->frame_revision;
    raw.put(
        "bodies", at(revision),
        storage::encode_body_gap({revision}, frame, gap, storage::sha256(thing_body(name, value))));
  }
  void seal(std::uint64_t revision) const {
    raw.put("log", at(revision),
            storage::encode_seal({{revision}, chain(revision - 1), chain(revision)}));
  }
  void change_kept(const std::string& resource,
                   const std::function<void(storage::Kept&)>& change_it) const {
    change("default", storage::kept_key(resource), [&](std::string& value) {
      storage::Kept kept;
      const std::string_view bytes = value;
      const auto number = [&](std::size_t i) { return storage::read_u64(bytes.substr(8 * i)); };
      kept = {{number(0)}, {number(1)}, {number(2)}, number(3),
              number(4),   number(5),   number(6),   {number(7)}};
      change_it(kept);
      value = storage::encode_kept(kept);
    });
  }
};

struct Alteration {
  std::string name;
  std::function<void(const Rows&)> alter;
  Names found;
};

const auto kA = storage::object_key(thing("a"));
const auto kC = storage::object_key(thing("c"));

void end_with(std::string& value, const std::string& end) {
  value.replace(value.size() - end.size(), end.size(), end);
}

// What can be done to either directory.
std::vector<Alteration> altered_records() {
  return {
      {"nothing", [](const Rows&) {}, {}},
      {"a record", [](const Rows& r) { r.flip_last("log", at(4)); }, {"log 4"}},
      {"the record of a current version",
       [](const Rows& r) { r.flip_last("log", at(18)); },
       {"log 18"}},
      {"the record of a frame", [](const Rows& r) { r.flip_last("log", at(1)); }, {"log 1"}},
      {"a chain", [](const Rows& r) { r.flip("log", at(4), 0); }, {"log 4"}},
      {"a record that is dropped", [](const Rows& r) { r.raw.remove("log", at(4)); }, {"log 4"}},
      {"two records that are dropped",
       [](const Rows& r) {
         r.raw.remove("log", at(5));
         r.raw.remove("log", at(6));
       },
       {"log 5-6"}},
      {"two records in another order",
       [](const Rows& r) {
         const auto first = r.get("log", at(5));
         r.raw.put("log", at(5), r.get("log", at(6)));
         r.raw.put("log", at(6), first);
       },
       {"log 5", "log 6"}},
      {"a record twice",
       [](const Rows& r) { r.raw.put("log", at(6), r.get("log", at(5))); },
       {"log 6"}},
      {"a record that is too short",
       [](const Rows& r) { r.raw.put("log", at(6), "short"); },
       {"log 6"}},
      {"a record far behind the head",
       [](const Rows& r) { r.raw.put("log", at(1018), r.get("log", at(18))); },
       {"log 1018"}},
      {"a seal that nobody made",
       [](const Rows& r) {
         r.seal(17);
         r.raw.remove("bodies", at(17));
       },
       {"log 17"}},
  };
}

std::vector<Alteration> altered_bodies() {
  return {
      {"another content",
       [](const Rows& r) {
         const auto body = thing_body("a", text(9));
         r.raw.put(
             "bodies", at(4),
             storage::encode_body_row({4}, {{4}, body.size(), storage::compress_frame(body)}));
       },
       {"log 4"}},
      {"another content that is no JSON",
       [](const Rows& r) {
         r.raw.put("bodies", at(4),
                   storage::encode_body_row({4}, {{4}, 4, storage::compress_frame("what")}));
       },
       {"bodies 4"}},
      {"another content of a current version",
       [](const Rows& r) {
         const auto body = thing_body("a", text(9));
         r.raw.put(
             "bodies", at(18),
             storage::encode_body_row(
                 {18},
                 {{1}, body.size(), storage::compress_delta(body, thing_body("a", text(1)))}));
       },
       {"bodies 18"}},
      {"another frame",
       [](const Rows& r) {
         auto value = text(1);
         value[100] = '!';
         const auto body = thing_body("a", value);
         r.raw.put(
             "bodies", at(1),
             storage::encode_body_row({1}, {{1}, body.size(), storage::compress_frame(body)}));
       },
       {"bodies 1"}},
      {"a frame that can't be read",
       [](const Rows& r) { r.raw.put("bodies", at(1), "nonsense"); },
       {"bodies 1"}},
      {"the body of another",
       [](const Rows& r) { r.raw.put("bodies", at(4), r.get("bodies", at(18))); },
       {"bodies 4"}},
      {"a body that is missing",
       [](const Rows& r) { r.raw.remove("bodies", at(4)); },
       {"bodies 4"}},
      {"a body of no event",
       [](const Rows& r) { r.raw.put("bodies", at(1018), r.get("bodies", at(18))); },
       {"bodies 1018"}},
      {"content that is gone as if it was redacted",
       [](const Rows& r) { r.hollow(4, "a", text(4), storage::BodyGap::kRedacted); },
       {"bodies 4"}},
      {"content that is gone as if it was trimmed",
       [](const Rows& r) { r.hollow(4, "a", text(4), storage::BodyGap::kTrimmed); },
       {"bodies 4"}},
      {"a frame that is gone, and others need it",
       [](const Rows& r) { r.hollow(1, "a", text(1), storage::BodyGap::kRedacted); },
       {"bodies 1"}},
      {"current content that is gone",
       [](const Rows& r) { r.hollow(18, "a", text(5), storage::BodyGap::kRedacted); },
       {"bodies 18"}},
      {"current content that is gone, and the row says another",
       [](const Rows& r) {
         r.hollow(18, "a", text(5), storage::BodyGap::kRedacted);
         r.change("current", kA, [](std::string& value) { end_with(value, "6\"}}"); });
       },
       {"bodies 18", "current 18"}},
  };
}

std::vector<Alteration> altered_current_rows() {
  return {
      {"a current row", [](const Rows& r) { r.flip_last("current", kA); }, {"current 18"}},
      {"a current row that can't be read",
       [](const Rows& r) { r.raw.put("current", kA, "no"); },
       {"current 18"}},
      {"a current row that is missing",
       [](const Rows& r) { r.raw.remove("current", kC); },
       {"current 17"}},
      {"a current row of no object",
       [](const Rows& r) { r.raw.put("current", kA + "x", r.get("current", kA)); },
       {"current 18"}},
      {"a current row of what was deleted",
       [](const Rows& r) {
         r.raw.put("current", storage::object_key(thing("b")), r.get("current", kA));
       },
       {"current 7"}},
      {"a version",
       [](const Rows& r) { r.flip_last("versions", storage::version_key(kA, {4})); },
       {"versions 4"}},
      {"a version that is missing",
       [](const Rows& r) { r.raw.remove("versions", storage::version_key(kA, {4})); },
       {"versions 4"}},
      {"the newest version that is missing",
       [](const Rows& r) { r.raw.remove("versions", storage::version_key(kA, {18})); },
       {"versions 18"}},
      {"the only version that is missing",
       [](const Rows& r) { r.raw.remove("versions", storage::version_key(kC, {17})); },
       {"versions 17"}},
      {"a version too many",
       [](const Rows& r) {
         r.raw.put("versions", storage::version_key(kA, {1000}),
                   r.get("versions", storage::version_key(kA, {18})));
       },
       {"versions 1000"}},
      {"a version of no object",
       [](const Rows& r) {
         r.raw.put("versions", storage::version_key(kA + "x", {18}),
                   r.get("versions", storage::version_key(kA, {18})));
       },
       {"versions 18"}},
  };
}

std::vector<Alteration> altered_lasting_rows() {
  return {
      {"a transition that is missing",
       [](const Rows& r) { r.raw.remove("transitions", storage::timeline_key(kA, {2}, 0)); },
       {"transitions 2"}},
      {"a transition too many",
       [](const Rows& r) { r.raw.put("transitions", storage::timeline_key(kA, {4}, 3), ""); },
       {"transitions 4"}},
      {"a change",
       [](const Rows& r) { r.flip_last("index", storage::change_key(kThings, {4})); },
       {"index 4"}},
      {"a change that is missing",
       [](const Rows& r) { r.raw.remove("index", storage::change_key(kThings, {4})); },
       {"index 4"}},
      {"a change too many",
       [](const Rows& r) {
         r.raw.put("index", storage::change_key(kThings, {14}),
                   r.get("index", storage::change_key(kThings, {4})));
       },
       {"index 14"}},
      {"an expiry that is missing",
       [](const Rows& r) { r.raw.remove("index", storage::expiry_key({1'000'000}, kC)); },
       {"index 17"}},
      {"a deletion too many",
       [](const Rows& r) { r.raw.put("index", storage::deleting_key(kA), ""); },
       {"index 18"}},
      {"a dependent too many of nobody",
       [](const Rows& r) { r.raw.put("index", storage::owner_key({}, kA + "x"), ""); },
       {"index 0"}},
  };
}

std::vector<Alteration> altered_meta_rows() {
  return {
      {"what is kept, by events",
       [](const Rows& r) { r.change_kept(kThings, [](storage::Kept& kept) { ++kept.events; }); },
       {"meta 0"}},
      {"what is kept, by bytes",
       [](const Rows& r) { r.change_kept(kThings, [](storage::Kept& kept) { kept.bytes = 7; }); },
       {"meta 0"}},
      {"a horizon behind the head",
       [](const Rows& r) {
         r.change_kept(kThings, [](storage::Kept& kept) { kept.horizon.number ^= 1ULL << 60; });
       },
       {"meta 0"}},
      {"a horizon at another's event",
       [](const Rows& r) {
         r.change_kept(kThings, [](storage::Kept& kept) { kept.horizon.number = 13; });
       },
       {"meta 0"}},
      {"records that were never there",
       [](const Rows& r) {
         r.change_kept(kThings, [](storage::Kept& kept) { ++kept.dropped_events; });
       },
       {"meta 0"}},
      {"a row of what is kept that is missing",
       [](const Rows& r) { r.raw.remove("default", storage::kept_key(kThings)); },
       {"meta 0"}},
      {"a row of what is kept that can't be read",
       [](const Rows& r) { r.raw.put("default", storage::kept_key(kThings), "no"); },
       {"meta 0"}},
      {"a channel that is missing",
       [](const Rows& r) { r.raw.remove("default", "channel"); },
       {"meta 0"}},
      {"a channel that nobody knows",
       [](const Rows& r) { r.raw.put("default", "channel", "standarc"); },
       {"meta 0"}},
      {"an incarnation",
       [](const Rows& r) { r.raw.put("default", "incarnation", "0123"); },
       {"meta 0"}},
      {"a lineage", [](const Rows& r) { r.raw.put("default", "lineage", "no"); }, {"meta 0"}},
      {"a sighting",
       [](const Rows& r) { r.raw.put("sightings", r.raw.first_row("sightings").first, "no"); },
       {"sightings 0"}},
  };
}

std::vector<Alteration> alterations() {
  std::vector<Alteration> all;
  for (const auto& some : {altered_records(), altered_bodies(), altered_current_rows(),
                           altered_lasting_rows(), altered_meta_rows()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

void check_all(const fs::path& whole, const std::vector<Alteration>& all) {
  for (const auto& alteration : all) {
    INFO(alteration.name);
    const ScratchDirectory copy;
    fs::copy(whole, copy.path(), fs::copy_options::recursive);
    {
      RawDatabase raw(copy.path());
      alteration.alter({raw});
    }
    CHECK(named(copy.path()) == alteration.found);
  }
}

TEST_CASE("each altered row is named with its revision, and no other") {
  const ScratchDirectory directory;
  write_history(directory.path());
  check_all(directory.path(), alterations());
  check_all(
      directory.path(),
      {{"the head's revision", [](const Rows& r) { r.flip("default", "head", 7); }, {"meta 19"}},
       {"the head's chain", [](const Rows& r) { r.flip_last("default", "head"); }, {"meta 18"}},
       {"the last record that is dropped",
        [](const Rows& r) { r.raw.remove("log", at(18)); },
        {"log 18"}}});
}

TEST_CASE("each altered row is named with its revision, after retention and redaction, too") {
  const ScratchDirectory directory;
  write_history(directory.path());
  drop_some(directory.path());
  check_all(directory.path(), alterations());
  check_all(
      directory.path(),
      {{"content that is gone behind a redaction's",
        [](const Rows& r) { r.hollow(6, "b", text(2), storage::BodyGap::kRedacted); },
        {"bodies 6"}},
       {"the content of a redaction",
        [](const Rows& r) {
          r.change("bodies", at(2), [](std::string& value) { value.back() ^= 1; });
        },
        {"log 2"}},
       {"content that is gone behind where retention came",
        [](const Rows& r) { r.hollow(16, "n", text(4), storage::BodyGap::kTrimmed); },
        {"bodies 16"}},
       {"the record of another in a seal",
        [](const Rows& r) {
          // All of it, as if it had been trimmed.
          r.seal(6);
          r.raw.remove("bodies", at(6));
          const auto b = storage::object_key(thing("b"));
          r.raw.remove("versions", storage::version_key(b, {6}));
          r.raw.remove("index", storage::change_key(kThings, {6}));
        },
        {"meta 0", "meta 0"}},
       {"a seal's beginning",
        [](const Rows& r) { r.change("log", at(11), [](std::string& value) { value[27] ^= 1; }); },
        {"log 9-11"}},
       {"a seal that is missing", [](const Rows& r) { r.raw.remove("log", at(11)); }, {"log 9-11"}},
       {"how many records were dropped",
        [](const Rows& r) {
          r.change_kept(kLeases, [](storage::Kept& kept) { ++kept.dropped_events; });
        },
        {"meta 0"}},
       {"the last record that was dropped",
        [](const Rows& r) {
          r.change_kept(kLeases, [](storage::Kept& kept) { kept.last_dropped.number ^= 16; });
        },
        {"meta 0"}},
       {"a row of what was dropped that is missing",
        [](const Rows& r) { r.raw.remove("default", storage::kept_key(kNotes)); },
        {"meta 0"}}});
}

// Bytes of a seal: its end of the chain, the mark, the first revision, the chain before that.
constexpr std::size_t kMarkAt = 16;
constexpr std::size_t kSealSize = 44;

void check_flips(const fs::path& directory, std::uint64_t seal, const Names& end,
                 const Names& rest) {
  std::vector<Alteration> flips;
  for (std::size_t byte = 0; byte < kSealSize; ++byte) {
    flips.push_back({fmt::format("byte {} of the seal at {}", byte, seal),
                     [=](const Rows& r) { r.flip("log", at(seal), byte); },
                     byte < kMarkAt ? end : rest});
  }
  check_all(directory, flips);
}

TEST_CASE("a seal that is altered is named with what it stands for") {
  const ScratchDirectory directory;
  write_history(directory.path());
  drop_some(directory.path());
  {
    const auto store = open_store(directory.path());
    REQUIRE(store->begin_epoch({100}).has_value());
  }
  SECTION("of records that were dropped: its end is bound by the next record alone") {
    check_flips(directory.path(), 11, {"log 9-12"}, {"log 9-11"});
  }
  SECTION("of numbers that were passed over, where the log ends") {
    check_flips(directory.path(), 100, {"log 20-100"}, {"log 20-100"});
  }
  SECTION("of numbers that were passed over before a record") {
    write(*open_store(directory.path()), thing("c"), "more");
    check_flips(directory.path(), 100, {"log 20-100"}, {"log 20-100"});
  }
  SECTION("beside another") {
    {
      const auto store = open_store(directory.path());
      for (int i = 0; i < 3; ++i) write(*store, {kLeases, "default", "l"}, text(9));
      REQUIRE(store->begin_epoch({200}).has_value());
      write(*store, thing("c"), "more");
      const storage::Retention least{.records = {.bytes = 1}, .bodies = {}};
      REQUIRE(store->trim(kLeases, least, {}) == false);
    }
    check_flips(directory.path(), 100, {"log 20-100"}, {"log 20-100"});
    check_flips(directory.path(), 200, {"log 104-200"}, {"log 104-200"});
  }
}

TEST_CASE("each number of what is kept of a resource is proven, or held to its bounds") {
  const ScratchDirectory directory;
  write_history(directory.path());
  const auto change = [](std::size_t field, std::uint64_t number) {
    return [=](const Rows& r) {
      r.change("default", storage::kept_key(kLeases), [&](std::string& value) {
        std::string bytes;
        storage::append_u64(bytes, number);
        REQUIRE(value.substr(8 * field, 8) != bytes);
        value.replace(8 * field, 8, bytes);
      });
    };
  };
  std::vector<Alteration> all;
  for (const std::size_t place : {0U, 1U, 2U, 7U}) {
    // Which is of things, and none of leases.
    all.push_back({fmt::format("revision {}", place), change(place, 4), {}});
  }
  for (const std::size_t count : {3U, 4U, 5U}) {
    all.push_back({fmt::format("count {}", count), change(count, 7), {}});
  }
  const auto trim = [&](const storage::Retention& retention) {
    REQUIRE(open_store(directory.path())->trim(kLeases, retention, {}) == false);
  };
  SECTION("where nothing was dropped") {
    all.push_back({"bytes that were dropped", change(6, 1), {}});
    all.push_back({"a horizon", change(0, 9), {}});
  }
  SECTION("where records were dropped") {
    trim({.records = {.bytes = 1}, .bodies = {}});
    all.push_back({"fewer bytes than the records had", change(6, 100), {}});
  }
  SECTION("where versions were dropped by their count") {
    trim({.records = {.count = 2}, .bodies = {}});
    all.push_back({"fewer bytes than the records had", change(6, 10), {}});
  }
  SECTION("where bodies were dropped") {
    trim({.records = {}, .bodies = {.bytes = 1}});
  }
  CHECK(named(directory.path()) == Names{});
  for (const auto& alteration : all) {
    INFO(alteration.name);
    const ScratchDirectory copy;
    fs::copy(directory.path(), copy.path(), fs::copy_options::recursive);
    {
      RawDatabase raw(copy.path());
      alteration.alter({raw});
    }
    // Once, or for what it contradicts as well.
    const auto found = named(copy.path());
    CHECK_FALSE(found.empty());
    CHECK(std::ranges::all_of(found, [](const auto& name) { return name == "meta 0"; }));
  }
}

TEST_CASE("what is counted of each resource is true behind redaction, retention and a refold") {
  const ScratchDirectory directory;
  write_history(directory.path());
  {
    const auto store = open_store(directory.path());
    // Their bodies are smaller than the digests that take their place.
    for (int i = 0; i < 30; ++i) write(*store, {kNotes, "default", "n"}, text(i % 3));
  }
  drop_some(directory.path());
  CHECK(named(directory.path()) == Names{});
  RawDatabase(directory.path()).remove("default", storage::kept_key(kThings));
  CHECK(named(directory.path()) == Names{"meta 0"});
  open_store(directory.path(), /*refold=*/true).reset();
  CHECK(named(directory.path()) == Names{});
}

TEST_CASE("what can be made anew is told from what is gone") {
  const ScratchDirectory directory;
  write_history(directory.path());
  {
    RawDatabase raw(directory.path());
    raw.remove("current", kC);
    raw.remove("index", storage::change_key(kThings, {4}));
  }
  const auto derived = storage::verify_directory(directory.path());
  REQUIRE(derived.has_value());
  CHECK(derived->findings.size() == 2);
  CHECK(std::ranges::all_of(derived->findings, &storage::Finding::is_derived));
  RawDatabase(directory.path()).remove("bodies", at(4));
  const auto all = storage::verify_directory(directory.path());
  REQUIRE(all.has_value());
  CHECK_FALSE(std::ranges::all_of(all->findings, &storage::Finding::is_derived));
}

}  // namespace
}  // namespace gatefold::test
