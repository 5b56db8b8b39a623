#include "engine/watcher.h"

#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/limits.h"
#include "tests/engine/lamps.h"

namespace gatefold::engine {
namespace {

using namespace engine::test;

constexpr std::size_t kRoom = 1 << 20;

WatchQuery lamp_query(std::string resource_version = "") {
  WatchQuery query;
  query.group = lamp_kind().group;
  query.version = "v1";
  query.plural = lamp_kind().plural;
  query.resource_version = std::move(resource_version);
  return query;
}

std::unique_ptr<Watcher> started(
    LampWorld& world, WatchQuery query, std::function<void()> ring = [] {}) {
  auto watcher = Watcher::start(std::move(query), world.view(), world.hub(), std::move(ring));
  if (!watcher) FAIL(watcher.error().message);
  return std::move(*watcher);
}

std::vector<WatchEvent> next(Watcher& watcher, const View& view, std::size_t bytes_max = kRoom) {
  auto events = watcher.next(view, bytes_max);
  if (!events) FAIL(events.error().message);
  return std::move(*events);
}

constexpr std::string_view kTypes[] = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"};

// `ADDED a 5W 3; BOOKMARK 3`
std::string text(const std::vector<WatchEvent>& events) {
  std::vector<std::string> lines;
  for (const auto& event : events) {
    const auto type = kTypes[static_cast<std::size_t>(event.type)];
    if (event.error) {
      lines.push_back(fmt::format("{} {}", type, event.error->message));
      continue;
    }
    const auto lamp = parse_lamp(*event.object);
    lines.push_back(
        event.type == WatchEventType::kBookmark
            ? fmt::format("{} {}", type, lamp.revision.number)
            : fmt::format("{} {} {}W {}", type, lamp.key.name, lamp.watts, lamp.revision.number));
  }
  return fmt::format("{}", fmt::join(lines, "; "));
}

std::string all(LampWorld& world, Watcher& watcher) {
  std::vector<WatchEvent> events;
  for (auto more = next(watcher, world.view()); !more.empty(); more = next(watcher, world.view())) {
    std::ranges::move(more, std::back_inserter(events));
  }
  return text(events);
}

Status refusal(LampWorld& world, WatchQuery query) {
  const auto watcher = Watcher::start(std::move(query), world.view(), world.hub(), [] {});
  REQUIRE_FALSE(watcher.has_value());
  return watcher.error();
}

TEST_CASE("a watch from before what is kept ends with 410, and says from where it works (R16.4)") {
  LampWorld world;
  for (int i = 1; i <= 9; ++i)
    world.put(lamp_key("a"), std::to_string(i), {{"lit", i < 8 ? "yes" : "no"}});
  world.restart_hub();
  world.trim(3);
  CHECK(all(world, *started(world, lamp_query("2"))) == "ERROR too old resource version: 2 (7)");
  CHECK(all(world, *started(world, lamp_query("7"))) == "MODIFIED a 8W 8; MODIFIED a 9W 9");
  // It leaves the selection with what it was at the horizon.
  auto query = lamp_query("7");
  query.labels = parse_label_selector("lit=yes").value();
  CHECK(all(world, *started(world, std::move(query))) == "DELETED a 7W 8");
}

TEST_CASE("a start that matches nothing in its first piece rings for the next") {
  LampWorld world;
  std::vector<ObjectKey> keys;
  for (int i = 0; i < 5000; ++i) keys.push_back(lamp_key(fmt::format("l{:04}", i)));
  world.put_many(keys, "5");
  const auto last = world.put(lamp_key("z"), "5", {{"on", "yes"}});
  auto query = lamp_query();
  query.labels = *parse_label_selector("on=yes");
  int rung = 0;
  const auto watcher = started(world, query, [&] { ++rung; });
  CHECK(next(*watcher, world.view()).empty());
  CHECK(rung == 1);
  CHECK(text(next(*watcher, world.view())) == fmt::format("ADDED z 5W {}", last.number));
}

TEST_CASE(
    "a watch tells what comes after its revision, from the window and from the log (R16.14, "
    "R16.16)") {
  LampWorld world;
  world.put(lamp_key("a"), "1");  // 1
  const auto live = started(world, lamp_query("1"));
  world.put(lamp_key("a"), "2");  // 2
  world.put_chair();              // 3
  world.remove(lamp_key("a"));    // 4
  world.put(lamp_key("a"), "5");  // 5
  constexpr std::string_view kNews = "MODIFIED a 2W 2; DELETED a 2W 4; ADDED a 5W 5";
  CHECK(all(world, *live) == kNews);
  CHECK(all(world, *live).empty());

  world.restart_hub();
  const auto behind = started(world, lamp_query("1"));
  CHECK(all(world, *behind) == kNews);
  world.put(lamp_key("a"), "6");
  CHECK(all(world, *behind) == "MODIFIED a 6W 6");
  CHECK(all(world, *live) == "MODIFIED a 6W 6");
}

TEST_CASE("watchers of a version share what they hand out") {
  LampWorld world;
  const auto one = started(world, lamp_query("0"));
  const auto other = started(world, lamp_query("0"));
  auto query = lamp_query("0");
  query.version = "v1alpha1";
  const auto converted = started(world, query);
  world.put(lamp_key("a"), "1");
  next(*one, world.view(), 1);
  world.put(lamp_key("a"), "2");
  const auto news = next(*one, world.view());
  const auto others = next(*other, world.view());
  REQUIRE(news.size() == 1);
  REQUIRE(others.size() == 2);
  CHECK(others[1].object == news[0].object);  // one rendering, not two alike
  const auto late = next(*started(world, lamp_query("1")), world.view());
  REQUIRE(late.size() == 1);
  CHECK(late[0].object == news[0].object);
  const auto shown = next(*converted, world.view());
  REQUIRE(shown.size() == 2);
  CHECK(shown[1].object != news[0].object);
  CHECK(string_at(json(*shown[1].object), {"spec", "colour"}) == "red");
}

TEST_CASE("a watch without a revision starts with what is there") {
  LampWorld world;
  world.put(lamp_key("b"), "1");
  world.put(lamp_key("a"), "2");
  const auto* version = GENERATE("", "0");
  const auto watcher = started(world, lamp_query(version));
  world.put(lamp_key("b"), "3");
  CHECK(text(next(*watcher, world.view())) == "ADDED a 2W 2; ADDED b 1W 1");
  CHECK(all(world, *watcher) == "MODIFIED b 3W 3");
}

TEST_CASE("initial objects end with a bookmark where bookmarks are asked for") {
  LampWorld world;
  world.put(lamp_key("a"), "1");
  world.put_chair();
  auto query = lamp_query();
  query.bookmarks = true;
  if (GENERATE(false, true)) {
    query.send_initial_events = true;
    query.match = VersionMatch::kNotOlderThan;
  }
  const auto watcher = started(world, query);
  CHECK_FALSE(watcher->bookmark().has_value());
  const auto events = next(*watcher, world.view());
  REQUIRE(events.size() == 2);
  CHECK(text(events) == "ADDED a 1W 1; BOOKMARK 2");
  CHECK(json(*events[1].object) == json(R"({"kind":"Lamp","apiVersion":"light.example.com/v1",
      "metadata":{"resourceVersion":"2","annotations":{"k8s.io/initial-events-end":"true"}}})"));
  CHECK(watcher->bookmark().has_value());
}

TEST_CASE("without bookmarks nothing marks the end of the initial objects") {
  LampWorld world;
  world.put(lamp_key("a"), "1");
  auto query = lamp_query();
  query.send_initial_events = true;
  query.match = VersionMatch::kNotOlderThan;
  const auto watcher = started(world, query);
  CHECK(all(world, *watcher) == "ADDED a 1W 1");
  CHECK_FALSE(watcher->bookmarks());
}

TEST_CASE("a watch may leave out what is there") {
  LampWorld world;
  world.put(lamp_key("a"), "1");
  auto query = lamp_query(GENERATE("", "0"));
  query.send_initial_events = false;
  query.match = VersionMatch::kNotOlderThan;
  const auto watcher = started(world, query);
  CHECK(all(world, *watcher).empty());
  world.put(lamp_key("a"), "2");
  CHECK(all(world, *watcher) == "MODIFIED a 2W 2");
}

TEST_CASE("bookmarks tell of the progress of quiet kinds") {
  LampWorld world;
  auto query = lamp_query("0");
  query.send_initial_events = false;
  query.match = VersionMatch::kNotOlderThan;
  query.bookmarks = true;
  const auto watcher = started(world, query);
  for (int i = 0; i < 3; ++i) world.put_chair();
  CHECK(next(*watcher, world.view()).empty());
  const auto bookmark = watcher->bookmark();
  REQUIRE(bookmark.has_value());
  CHECK(bookmark->type == WatchEventType::kBookmark);
  CHECK(json(*bookmark->object) == json(R"({"kind":"Lamp","apiVersion":"light.example.com/v1",
                                            "metadata":{"resourceVersion":"3"}})"));
}

TEST_CASE("a watch from a revision to come waits for it") {
  LampWorld world;
  world.put(lamp_key("a"), "1");
  const auto watcher = started(world, lamp_query("3"));
  for (const auto* watts : {"2", "3"}) {
    world.put(lamp_key("a"), watts);
    CHECK(all(world, *watcher).empty());
  }
  world.put(lamp_key("a"), "4");
  CHECK(all(world, *watcher) == "MODIFIED a 4W 4");
}

TEST_CASE("objects enter a selection and leave it, from the window and from the log (R27.2)") {
  LampWorld world;
  auto by_labels = lamp_query("1");
  by_labels.labels = *parse_label_selector("on=yes");
  auto by_fields = lamp_query("1");
  by_fields.fields = *parse_field_selector("spec.watts!=0");
  world.put_chair();  // 1
  const auto live_labels = started(world, by_labels);
  const auto live_fields = started(world, by_fields);
  world.put(lamp_key("a"), "0", {{"on", "no"}});   // 2
  world.put(lamp_key("a"), "3", {{"on", "yes"}});  // 3
  world.put(lamp_key("a"), "4", {{"on", "yes"}});  // 4
  world.put(lamp_key("a"), "0", {{"on", "no"}});   // 5
  world.put(lamp_key("a"), "0", {{"on", "off"}});  // 6
  world.remove(lamp_key("a"));                     // 7
  world.put(lamp_key("a"), "8", {{"on", "yes"}});  // 8
  world.remove(lamp_key("a"));                     // 9
  constexpr std::string_view kNews =
      "ADDED a 3W 3; MODIFIED a 4W 4; DELETED a 4W 5; ADDED a 8W 8; DELETED a 8W 9";
  CHECK(all(world, *live_labels) == kNews);
  CHECK(all(world, *live_fields) == kNews);
  world.restart_hub();
  CHECK(all(world, *started(world, by_labels)) == kNews);
  CHECK(all(world, *started(world, by_fields)) == kNews);
}

TEST_CASE("a watch of a namespace hears of no other") {
  LampWorld world;
  auto query = lamp_query("1");
  query.name_space = "attic";
  world.put_chair();
  const auto watcher = started(world, query);
  world.put(lamp_key("a", "hall"), "1");
  world.put(lamp_key("b", "attic"), "2");
  world.remove(lamp_key("a", "hall"));
  CHECK(all(world, *watcher) == "ADDED b 2W 3");
}

TEST_CASE(
    "an answer has about as many bytes as are asked for, and none is lost at the cut (R16.14)") {
  LampWorld world;
  world.put_chair();
  const bool from_log = GENERATE(false, true);
  const auto watcher = started(world, lamp_query("1"));
  std::string expected;
  for (int i = 2; i <= 9; ++i) {
    world.put(lamp_key("a"), std::to_string(i));
    if (!expected.empty()) expected += "; ";
    expected += fmt::format("{} a {}W {}", i == 2 ? "ADDED" : "MODIFIED", i, i);
  }
  if (from_log) world.restart_hub();
  std::vector<WatchEvent> events;
  for (auto more = next(*watcher, world.view(), 1); !more.empty();
       more = next(*watcher, world.view(), 1)) {
    CHECK(more.size() == 1);
    std::ranges::move(more, std::back_inserter(events));
  }
  CHECK(text(events) == expected);
  CHECK(next(*watcher, world.view(), 0).empty());
}

TEST_CASE("news that the View does not show yet rings again") {
  LampWorld world;
  auto query = lamp_query("1");
  query.labels = *parse_label_selector("on=yes");
  world.put_chair();
  int rings = 0;
  const auto watcher = started(world, query, [&] { ++rings; });
  CHECK(next(*watcher, world.view()).empty());
  world.put(lamp_key("a"), "2");
  CHECK(rings == 1);
  const auto held = world.view_now();
  world.put(lamp_key("b"), "3", {{"on", "yes"}});
  CHECK(rings == 1);  // it rings already
  CHECK(next(*watcher, *held).empty());
  CHECK(rings == 2);
  CHECK(text(next(*watcher, world.view())) == "ADDED b 3W 3");
  CHECK(next(*watcher, world.view()).empty());
  CHECK(rings == 2);
}

TEST_CASE("a watch that looks at much finds time for others (R16.14)") {
  LampWorld world;
  auto query = lamp_query("1");
  query.labels = *parse_label_selector("on=yes");
  world.put_chair();
  const bool from_log = GENERATE(false, true);
  int rings = 0;
  const auto watcher = started(world, query, [&] { ++rings; });
  std::vector<ObjectKey> many;
  for (int i = 0; i < 5000; ++i) many.push_back(lamp_key(fmt::format("l{}", i)));
  world.put_many(many, "1");
  const auto last = world.put(lamp_key("z"), "1", {{"on", "yes"}});
  if (from_log) world.restart_hub();
  rings = 0;
  std::vector<WatchEvent> events;
  int calls = 0;
  do {
    ++calls;
    events = next(*watcher, world.view());
    if (events.empty()) REQUIRE(rings == calls);
  } while (events.empty());
  CHECK(calls > 1);
  CHECK(text(events) == fmt::format("ADDED z 1W {}", last.number));
}

TEST_CASE("a watch from the first revision on tells all of a long history (R16.4)") {
  LampWorld world;
  world.put_chair();
  for (int i = 0; i < 1200; ++i) {
    const auto key = lamp_key(fmt::format("l{}", i % 7));
    for (const auto* on : {"yes", "no", "yes"}) world.put(key, std::to_string(i), {{"on", on}});
    world.remove(key);
  }
  world.restart_hub();
  auto query = lamp_query("1");
  query.labels = *parse_label_selector("on=yes");
  const auto watcher = started(world, query);
  std::map<std::string, bool> is_there;
  std::map<WatchEventType, int> told;
  // A piece in which nothing is told rings for the next.
  for (int quiet = 0; quiet < 3;) {
    const auto events = next(*watcher, world.view());
    quiet = events.empty() ? quiet + 1 : 0;
    for (const auto& event : events) {
      auto& there = is_there[parse_lamp(*event.object).key.name];
      REQUIRE(there == (event.type != WatchEventType::kAdded));
      there = event.type != WatchEventType::kDeleted;
      ++told[event.type];
    }
  }
  // Twice in and twice out of the selection in each life.
  CHECK(told == std::map<WatchEventType, int>{{WatchEventType::kAdded, 2400},
                                              {WatchEventType::kDeleted, 2400}});
}

TEST_CASE("a watch ends with the hub, when all is told, and with its kind") {
  LampWorld world;
  world.put_chair();
  int rings = 0;
  const auto watcher = started(world, lamp_query("1"), [&] { ++rings; });
  CHECK(next(*watcher, world.view()).empty());
  world.put(lamp_key("a"), "2");
  world.hub().close();
  CHECK(rings == 1);
  CHECK(text(next(*watcher, world.view())) == "ADDED a 2W 2");
  CHECK_FALSE(watcher->ended());
  CHECK(next(*watcher, world.view()).empty());
  CHECK(watcher->ended());
  CHECK_FALSE(watcher->bookmark().has_value());
  CHECK(next(*watcher, world.view()).empty());

  LampWorld other;
  const auto orphan = started(other, lamp_query("0"));
  CHECK(next(*orphan, other.view()).empty());
  other.put(lamp_key("a"), "1");
  View without = other.view();
  without.catalog = std::make_shared<Catalog>();
  CHECK(text(next(*orphan, without)) == "ADDED a 1W 1");
  CHECK(next(*orphan, without).empty());
  CHECK(orphan->ended());
}

TEST_CASE("what a watch can't do is refused") {
  LampWorld world;
  world.put_chair();
  auto query = lamp_query("abc");
  CHECK(refusal(world, query).reason == Reason::kBadRequest);
  query = lamp_query();
  query.plural = "tables";
  CHECK(refusal(world, query).reason == Reason::kNotFound);
  query = lamp_query();
  query.version = "v7";
  CHECK(refusal(world, query).reason == Reason::kNotFound);

  constexpr std::string_view kInvalid =
      "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: ";
  query = lamp_query("1");
  query.match = VersionMatch::kNotOlderThan;
  CHECK(refusal(world, query).message ==
        fmt::format("{}resourceVersionMatch is forbidden for watch unless sendInitialEvents is "
                    "provided",
                    kInvalid));
  query = lamp_query();
  query.send_initial_events = GENERATE(false, true);
  query.match = VersionMatch::kExact;
  CHECK(
      refusal(world, query)
          .message.ends_with(
              R"(resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"])"));
  query.match = VersionMatch::kUnset;
  const auto unmatched = refusal(world, query);
  CHECK(unmatched.reason == Reason::kInvalid);
  CHECK(unmatched.message ==
        fmt::format("{}sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
                    kInvalid));

  query.send_initial_events = true;
  query.match = VersionMatch::kNotOlderThan;
  query.resource_version = "2";
  CHECK(refusal(world, query).reason == Reason::kTimeout);
}

TEST_CASE("who has gone is counted no more") {
  LampWorld world;
  auto watcher = started(world, lamp_query("0"));
  CHECK(world.hub().watchers() == 1);
  watcher.reset();
  CHECK(world.hub().watchers() == 0);
}

}  // namespace
}  // namespace gatefold::engine
