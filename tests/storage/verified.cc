#include "tests/storage/verified.h"

#include <algorithm>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "storage/redact.h"
#include "storage/signing_key.h"
#include "storage/verify.h"

namespace gatefold::test {

namespace fs = std::filesystem;
using storage::EventType;

std::string text(int version) {
  std::mt19937 random(7);
  std::string noise;
  for (int i = 0; i < 700; ++i) noise += static_cast<char>('a' + random() % 26);
  return noise + fmt::format("{}", version);
}

Revision write(storage::Store& store, const ObjectKey& key, const std::string& value,
               EventType type, const std::function<void(storage::Event&)>& change) {
  const auto snapshot = store.snapshot();
  const auto current = snapshot->get(key);
  REQUIRE(current.has_value());
  storage::Event event;
  event.type = *current ? type : EventType::kAdded;
  event.group = "example.org";
  event.version = "v1";
  event.kind = "Thing";
  event.key = key;
  event.uid.bytes.fill(static_cast<std::uint8_t>(key.name.front()));
  event.actor.user = "tester";
  event.schema_id = "0123456789abcdef";
  event.time.ns = 1;
  storage::Frame frame;
  if (*current) {
    event.previous = (*current)->revision;
    frame = *snapshot->frame_of(**current);
  }
  if (change) change(event);
  auto body = std::make_shared<const std::string>(thing_body(key.name, value));
  storage::BatchEntry entry{storage::prepare_event(std::move(event), std::move(body), frame)};
  const auto result = store.commit({&entry, 1}, {});
  REQUIRE(result.outcome == storage::CommitOutcome::kCommitted);
  return result.head.revision;
}

namespace {

void add_condition(storage::Event& event) {
  event.transitions.push_back({.path = "status.conditions", .type = "Ready", .new_status = "True"});
}

void add_facts(storage::Event& event) {
  event.owner_uids.emplace_back();
  event.owner_uids.back().bytes.fill(9);
  event.expiry.ns = 1'000'000;
}

}  // namespace

void write_history(const fs::path& directory) {
  const auto store = open_store(directory);
  for (int i = 1; i <= 4; ++i) {
    write(*store, thing("a"), text(i), EventType::kModified,
          i == 2 ? add_condition : std::function<void(storage::Event&)>());
  }
  write(*store, thing("b"), text(1));
  write(*store, thing("b"), text(2));
  write(*store, thing("b"), text(2), EventType::kDeleted);
  for (int i = 1; i <= 5; ++i) write(*store, {kLeases, "default", "l"}, text(i));
  for (int i = 1; i <= 4; ++i) write(*store, {kNotes, "default", "n"}, text(i));
  write(*store, thing("c"), "small", EventType::kAdded, add_facts);
  REQUIRE(write(*store, thing("a"), text(5)) == Revision{18});
  const storage::SightingCount seen{thing("a"), "controller", "restamped", 2, {10}, {20}};
  REQUIRE(store->commit({}, {&seen, 1}).outcome == storage::CommitOutcome::kCommitted);
  REQUIRE(storage::kept_signing_key(directory).has_value());
}

void drop_some(const fs::path& directory) {
  const auto store = open_store(directory);
  storage::RedactRequest request;
  request.key = thing("a");
  request.from = {2};
  request.until = {3};
  request.now = {5};
  REQUIRE(storage::redact(*store, request).has_value());
  for (const auto& [resource, retention] :
       {std::pair{kLeases, storage::Retention{.records = {.bytes = 1}, .bodies = {}}},
        std::pair{kNotes, storage::Retention{.records = {}, .bodies = {.bytes = 1}}}}) {
    for (bool goes_on = true; goes_on;) {
      const auto more = store->trim(resource, retention, {});
      REQUIRE(more.has_value());
      goes_on = *more;
    }
  }
}

Names named(const fs::path& directory) {
  const auto report = storage::verify_directory(directory);
  if (!report) FAIL(report.error().message);
  Names names;
  for (const auto& finding : report->findings) {
    INFO(fmt::format("{} {}: {}", finding.where, finding.revision.number, finding.message));
    CHECK(finding.is_damage);
    UNSCOPED_INFO(
        fmt::format("{} {}: {}", finding.where, finding.revision.number, finding.message));
    names.push_back(finding.until.number == 0
                        ? fmt::format("{} {}", finding.where, finding.revision.number)
                        : fmt::format("{} {}-{}", finding.where, finding.revision.number,
                                      finding.until.number));
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace gatefold::test
