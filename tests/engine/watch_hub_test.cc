#include "engine/watch_hub.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/limits.h"
#include "tests/engine/lamps.h"

namespace gatefold::engine {
namespace {

using namespace engine::test;

PublishedPtr published(std::string resource, std::uint64_t revision, Body body = nullptr) {
  auto event = std::make_shared<PublishedEvent>();
  event->event.key.resource = std::move(resource);
  event->event.revision = {revision};
  event->body = std::move(body);
  return event;
}

// `3 5 to 6`; `behind` where the window does not reach.
std::string read(const WatchHub& hub, const std::string& resource, std::uint64_t after,
                 std::size_t events_max = 100) {
  std::vector<PublishedPtr> out;
  Revision complete_to;
  if (!hub.read(resource, {after}, events_max, out, complete_to)) {
    CHECK(out.empty());
    return "behind";
  }
  std::string text;
  for (const auto& event : out) {
    CHECK(event->event.key.resource == resource);
    text += to_string(event->event.revision) + " ";
  }
  return text + "to " + to_string(complete_to);
}

struct Rings {
  std::shared_ptr<Bell> bell = std::make_shared<Bell>();
  std::shared_ptr<int> count = std::make_shared<int>(0);
  Rings(WatchHub& hub, std::string resource) {
    bell->resource = std::move(resource);
    bell->ring = [count = count] { ++*count; };
    REQUIRE(hub.add(bell));
  }
};

TEST_CASE("a window tells how far it is complete") {
  WatchHub hub({10});
  CHECK(read(hub, "lamps", 10) == "to 10");
  CHECK(read(hub, "lamps", 9) == "behind");
  hub.publish({published("lamps", 11), published("chairs", 12), published("lamps", 13)});
  hub.publish({published("chairs", 14)});
  CHECK(hub.head() == Revision{14});
  CHECK(read(hub, "lamps", 9) == "behind");
  CHECK(read(hub, "lamps", 10) == "11 13 to 14");
  CHECK(read(hub, "lamps", 11) == "13 to 14");
  CHECK(read(hub, "lamps", 12) == "13 to 14");
  CHECK(read(hub, "lamps", 13) == "to 14");
  CHECK(read(hub, "lamps", 99) == "to 14");
  CHECK(read(hub, "chairs", 10) == "12 14 to 14");
  // Nothing was missed of what never changed.
  CHECK(read(hub, "tables", 10) == "to 14");
  CHECK(read(hub, "tables", 9) == "behind");
}

TEST_CASE("an answer that is cut is complete up to its last event") {
  WatchHub hub({0});
  hub.publish({published("lamps", 1), published("lamps", 2), published("chairs", 3),
               published("lamps", 4)});
  CHECK(read(hub, "lamps", 0, 1) == "1 to 1");
  CHECK(read(hub, "lamps", 0, 2) == "1 2 to 2");
  CHECK(read(hub, "lamps", 0, 3) == "1 2 4 to 4");
  CHECK(read(hub, "lamps", 2, 1) == "4 to 4");
}

TEST_CASE("windows are bounded together, and the oldest leaves first") {
  WatchHub hub({0});
  hub.publish({published("chairs", 1)});
  const auto body = std::make_shared<const std::string>(64 << 10, 'x');
  std::uint64_t revision = 1;
  std::weak_ptr<const PublishedEvent> first;
  for (std::size_t bytes = 0; bytes < kWindowBytesMax; bytes += body->size()) {
    auto event = published("lamps", ++revision, body);
    if (revision == 2) first = event;
    hub.publish({std::move(event)});
  }
  CHECK(first.expired());
  CHECK(read(hub, "lamps", 1) == "behind");
  CHECK(read(hub, "chairs", 0) == "behind");
  CHECK(read(hub, "chairs", 1) == fmt::format("to {}", revision));
  CHECK(read(hub, "lamps", revision - 1) == fmt::format("{0} to {0}", revision));
  // What is in the window and what is behind it meet without a gap.
  std::uint64_t start = revision;
  while (read(hub, "lamps", start - 1) != "behind") --start;
  CHECK(read(hub, "lamps", start, 1) == fmt::format("{0} to {0}", start + 1));
  CHECK(revision - start <= kWindowBytesMax / body->size());

  // One that is larger than all windows is read from the log.
  hub.publish({published("lamps", revision + 1,
                         std::make_shared<const std::string>(kWindowBytesMax + 1, 'x'))});
  CHECK(read(hub, "lamps", revision) == "behind");
  CHECK(read(hub, "lamps", revision + 1) == fmt::format("to {}", revision + 1));
}

TEST_CASE("small events are bounded too") {
  WatchHub hub({0});
  std::vector<std::weak_ptr<const PublishedEvent>> events;
  for (std::uint64_t revision = 1; revision <= 2 * kWindowEventsMax; ++revision) {
    auto event = published("lamps", revision);
    events.push_back(event);
    hub.publish({std::move(event)});
  }
  const auto kept =
      std::ranges::count_if(events, [](const auto& event) { return !event.expired(); });
  CHECK(kept > 0);
  CHECK(static_cast<std::size_t>(kept) <= kWindowEventsMax);
  CHECK(static_cast<std::size_t>(kept) * sizeof(PublishedEvent) <= kWindowBytesMax);
}

TEST_CASE("an object is rendered once for all who watch a version") {
  const auto& v1 = *lamp_kind().version("v1");
  const auto& v1alpha1 = *lamp_kind().version("v1alpha1");
  PublishedEvent event;
  event.event.revision = {7};
  event.event.schema_id = v1.schema_id;
  event.body = std::make_shared<const std::string>(
      R"({"apiVersion":"light.example.com/v1","kind":"Lamp","metadata":{"name":"a","uid":"0"}})");
  event.splice_at = storage::find_splice(*event.body);
  const auto json = event.object_json(lamp_kind(), v1);
  CHECK(*json == R"({"apiVersion":"light.example.com/v1","kind":"Lamp","metadata":)"
                 R"({"name":"a","resourceVersion":"7","uid":"0"}})");
  CHECK(event.object_json(lamp_kind(), v1) == json);
  const auto converted = event.object_json(lamp_kind(), v1alpha1);
  CHECK(*converted == R"({"apiVersion":"light.example.com/v1alpha1","kind":"Lamp","metadata":)"
                      R"({"name":"a","resourceVersion":"7","uid":"0"}})");
  CHECK(event.object_json(lamp_kind(), v1alpha1) == converted);
  CHECK(event.object_json(lamp_kind(), v1) == json);
}

TEST_CASE("bells ring for news of their resource, once until they are hung up") {
  WatchHub hub({0});
  const Rings lamps(hub, "lamps");
  const Rings chairs(hub, "chairs");
  hub.publish({published("lamps", 1)});
  CHECK(*lamps.count == 0);  // not before the View is there
  hub.ring();
  CHECK(*lamps.count == 1);
  CHECK(*chairs.count == 0);
  hub.ring();
  hub.publish({published("lamps", 2), published("chairs", 3)});
  hub.ring();
  CHECK(*lamps.count == 1);
  CHECK(*chairs.count == 1);
  lamps.bell->rung = false;
  hub.ring();
  CHECK(*lamps.count == 1);
  hub.publish({published("lamps", 4)});
  hub.ring();
  CHECK(*lamps.count == 2);
}

TEST_CASE("a restart rings every bell: the log may hold what was never published") {
  WatchHub hub({0});
  const Rings lamps(hub, "lamps");
  const Rings chairs(hub, "chairs");
  hub.publish({published("lamps", 1)});
  hub.ring();
  REQUIRE(*lamps.count == 1);
  hub.restart({5});
  CHECK(*chairs.count == 0);
  hub.ring();
  CHECK(*lamps.count == 2);  // though it was not hung up: there may have been no View to read
  CHECK(*chairs.count == 1);
  hub.ring();
  CHECK(*lamps.count == 2);
  CHECK(read(hub, "lamps", 1) == "behind");
  CHECK(read(hub, "chairs", 4) == "behind");
  CHECK(read(hub, "lamps", 5) == "to 5");
  hub.publish({published("lamps", 6)});
  CHECK(read(hub, "lamps", 5) == "6 to 6");
}

TEST_CASE("closing rings every bell") {
  WatchHub hub({0});
  const Rings lamps(hub, "lamps");
  const Rings chairs(hub, "chairs");
  CHECK_FALSE(hub.closed());
  hub.close();
  CHECK(hub.closed());
  CHECK(*lamps.count == 1);
  CHECK(*chairs.count == 1);
}

TEST_CASE("watchers are bounded, and who has gone makes room") {
  WatchHub hub({0});
  std::vector<std::shared_ptr<Bell>> bells;
  const auto add = [&] {
    auto bell = std::make_shared<Bell>();
    bell->resource = fmt::format("r{}", bells.size() % 7);
    const bool is_added = hub.add(bell);
    if (is_added) bells.push_back(std::move(bell));
    return is_added;
  };
  for (std::size_t i = 0; i < kWatchersMax; ++i) REQUIRE(add());
  CHECK(hub.watchers() == kWatchersMax);
  CHECK_FALSE(add());
  bells.resize(kWatchersMax - 2);
  CHECK(hub.watchers() == kWatchersMax - 2);
  CHECK(add());
  CHECK(add());
  CHECK_FALSE(add());
}

}  // namespace
}  // namespace gatefold::engine
