// A log whose numbers go on far behind those that it gave before, as after a restore.
#include <catch2/catch.hpp>

#include "storage/verify.h"
#include "tests/storage/scratch.h"

namespace gatefold::test {
namespace {

constexpr std::string_view kThings = "things.example.org";
constexpr Revision kEpochEnd{1'700'000'000'000'000};

Revision put_at(storage::Store& store, const std::string& name, Time time) {
  auto entry = Writer(store).prepare(name, "1", storage::EventType::kAdded);
  entry.prepared.event.time = time;
  const auto committed = store.commit({&entry, 1}, {});
  REQUIRE(committed.outcome == storage::CommitOutcome::kCommitted);
  return committed.head.revision;
}

void trim_to_least(storage::Store& store) {
  const storage::KeepLimits least{.bytes = 1};
  const auto has_more = store.trim(kThings, {.records = least, .bodies = {}}, {});
  if (!has_more) FAIL(has_more.error().message);
  REQUIRE_FALSE(*has_more);
}

TEST_CASE("a time is found where dropped events lie beside numbers that were passed over") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  put_at(*store, "a", {3});
  REQUIRE(store->begin_epoch(kEpochEnd).has_value());
  put_at(*store, "gone", {4});
  Writer(*store).remove("gone");
  const auto last = put_at(*store, "b", {6});
  trim_to_least(*store);
  REQUIRE(store->snapshot()->event(kEpochEnd.next()).error().reason == Reason::kExpired);
  const auto at = [&](Time time) {
    const auto past = store->snapshot()->at(time);
    INFO((past ? "" : past.error().message));
    REQUIRE(past.has_value());
    return (*past)->head().revision;
  };
  CHECK(at({3}) == Revision{1});
  CHECK(at({5}) == Revision{1});
  CHECK(at({6}) == last);
}

TEST_CASE("the last event stays, and its time, however often numbers are passed over behind it") {
  const ScratchDirectory directory;
  {
    const auto store = open_store(directory.path());
    put_at(*store, "a", {3});
    Writer(*store).remove("a");
    REQUIRE(store->begin_epoch({100}).has_value());
    REQUIRE(store->begin_epoch({200}).has_value());
    trim_to_least(*store);
    CHECK(store->snapshot()->event({2}).has_value());
    CHECK(store->head().time == Time{3});
  }
  const auto store = open_store(directory.path());
  CHECK(store->head().revision == Revision{200});
  CHECK(store->head().time == Time{3});
  CHECK(storage::verify(*store).findings.empty());
}

}  // namespace
}  // namespace gatefold::test
