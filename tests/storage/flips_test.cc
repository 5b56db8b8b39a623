// One byte of one file is wrong, anywhere: verify tells, a rebuild mends what follows from the log,
// and changes nothing where something else is damaged.
#include <algorithm>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "storage/digest.h"
#include "storage/redact.h"
#include "storage/verify.h"
#include "tests/storage/verified.h"

namespace gatefold::test {
namespace {

namespace fs = std::filesystem;
using storage::Store;

constexpr int kNames = 12;
// Bounds the test's time.
constexpr int kFlips = 100;

std::string name_of(int i) {
  return fmt::format("thing-{}", i % kNames);
}

void trim(Store& store, const storage::Retention& retention) {
  for (auto more = store.trim(kThings, retention, {}); more && *more;) {
    more = store.trim(kThings, retention, {});
  }
}

void write_things(Store& store, int from, int until) {
  Writer writer(store);
  for (int i = from; i < until; ++i) {
    if (i % 17 == 16) {
      writer.remove(name_of(i));
      continue;
    }
    std::vector<storage::Transition> transitions;
    if (i % 3 == 0) {
      transitions.push_back({.path = "status.conditions", .type = "Ready", .new_status = "True"});
    }
    writer.put(name_of(i),
               fmt::format("{} {}", i, std::string(static_cast<std::size_t>(i * 7 % 400), 'x')),
               {{"n", fmt::format("{}", i)}}, std::move(transitions));
  }
}

// Events, deletions, conditions, sightings, seals, dropped bodies, a redaction; in tables of all
// levels, and in a WAL as a crash leaves it.
void fill(const fs::path& crashed) {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  write_things(*store, 0, 150);
  const auto bytes = store->kept().at(std::string(kThings)).bytes;
  trim(*store, {.records = {.bytes = bytes - 6000}, .bodies = {}});
  trim(*store, {.records = {}, .bodies = {.bytes = bytes - 9000}});
  storage::RedactRequest request;
  request.key = thing(name_of(3));
  request.from = {130};
  request.until = {142};
  request.reason = "a leaked key";
  request.now = {5};
  REQUIRE(storage::redact(*store, request).has_value());
  const storage::SightingCount seen{thing(name_of(4)), "controller", "restamped", 2, {10}, {20}};
  REQUIRE(store->commit({}, {&seen, 1}).outcome == storage::CommitOutcome::kCommitted);
  REQUIRE(store->compact().has_value());
  write_things(*store, 150, 170);
  REQUIRE(store->flush().has_value());
  write_things(*store, 170, 180);
  for (const auto& entry : fs::directory_iterator(directory.path())) {
    // RocksDB deletes the log that a flush has emptied in its own time.
    std::error_code gone;
    fs::copy(entry.path(), crashed / entry.path().filename(), gone);
  }
}

std::string text_of(const Result<std::string>& body) {
  return body ? *body : body.error().message;
}

// All that readers are told.
std::string content_of(const Store& store) {
  const auto snapshot = store.snapshot();
  const auto head = store.head();
  std::string text = fmt::format("{} {} {}\n", store.incarnation(), head.revision.number,
                                 storage::chain_text(head.chain));
  const auto add = [&](const Result<void>& read) {
    if (!read) text += read.error().message + "\n";
  };
  add(snapshot->events({}, head.revision, [&](const storage::Event& event) {
    text += fmt::format("{} {} {} {} {} {} {}\n", event.revision.number, event.time.ns,
                        static_cast<int>(event.type), to_string(event.key), event.actor.user,
                        event.transitions.size(), text_of(snapshot->body(event.revision)));
    for (const auto& [label, value] : event.labels) text += fmt::format("{}={}\n", label, value);
    return true;
  }));
  add(snapshot->scan(kThings, "", std::nullopt, [&](const storage::RowView& row) {
    text += fmt::format("{} {} {}\n", row.name, row.revision.number, row.body);
    return true;
  }));
  for (int i = 0; i < kNames; ++i) {
    const auto key = thing(name_of(i));
    add(snapshot->versions(key, {}, head.revision, [&](Revision at, storage::EventType type) {
      text += fmt::format("{} {}\n", at.number, static_cast<int>(type));
      return true;
    }));
    add(snapshot->timeline(key, [&](const storage::LedgerEntry& entry) {
      text += fmt::format("{} {}\n", entry.revision.number, entry.transition.type);
      return true;
    }));
    add(snapshot->sightings(key, [&](const storage::Sighting& sighting) {
      text += fmt::format("{} {} {}\n", sighting.writer, sighting.rule, sighting.count);
      return true;
    }));
  }
  for (const auto& [resource, kept] : store.kept()) {
    text += fmt::format("{} {} {} {}\n", resource, kept.horizon.number, kept.events, kept.bytes);
  }
  return text;
}

std::string content_in(const fs::path& directory) {
  const auto store = Store::open({.directory = directory});
  return store ? content_of(**store) : store.error().message;
}

// Tables never change: all but the one file are links.
void share(const fs::path& from, const fs::path& to, const std::string& copied) {
  for (const auto& entry : fs::directory_iterator(from)) {
    const auto name = entry.path().filename().string();
    if (name.ends_with(".sst") && name != copied) {
      fs::create_hard_link(entry.path(), to / name);
    } else {
      fs::copy(entry.path(), to / name);
    }
  }
}

}  // namespace

TEST_CASE("a flipped byte anywhere is told, mended, or harmless") {
  const ScratchDirectory whole;
  fill(whole.path());
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(whole.path())) {
    if (entry.file_size() > 0) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  REQUIRE(named(whole.path()) == Names{});
  const auto before = [&] {
    const ScratchDirectory copy;
    share(whole.path(), copy.path(), "");
    return content_in(copy.path());
  }();

  int mended = 0;
  int refused = 0;
  for (int i = 0; i < kFlips; ++i) {
    std::mt19937_64 random(static_cast<std::uint64_t>(i));
    const auto& file = files[random() % files.size()];
    const auto at = random() % fs::file_size(file);
    const auto mask = random() % 3 == 0 ? 0xff : 1 << random() % 8;
    const auto name = file.filename().string();
    INFO("seed " << i << ": byte " << at << " of " << name << " ^ " << mask);
    const ScratchDirectory copy;
    share(whole.path(), copy.path(), name);
    flip_byte(copy.path() / name, at, static_cast<std::uint8_t>(mask));
    const auto report = storage::verify_directory(copy.path());
    REQUIRE(report.has_value());
    const auto is_truth = [](const storage::Finding& finding) { return !finding.is_derived; };
    if (report->findings.empty()) {
      CHECK(content_in(copy.path()) == before);
      continue;
    }
    const auto flipped = files_in(copy.path());
    const auto rebuilt = Store::open({.directory = copy.path(), .refold = true});
    if (rebuilt) {
      ++mended;
      CHECK(content_of(**rebuilt) == before);
      CHECK(storage::verify(**rebuilt).findings.empty());
      continue;
    }
    ++refused;
    INFO(rebuilt.error().message);
    CHECK(std::ranges::any_of(report->findings, is_truth));
    CHECK(rebuilt.error().message.starts_with("corruption:"));
    CHECK(files_in(copy.path()) == flipped);
  }
  // Otherwise the flips would prove nothing.
  CHECK(mended > kFlips / 10);
  CHECK(refused > kFlips / 10);
}

}  // namespace gatefold::test
