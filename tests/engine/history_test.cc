#include "engine/history.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "engine/ledger_range.h"
#include "schema/json.h"
#include "tests/engine/lamps.h"

namespace gatefold::engine {
namespace {

using namespace engine::test;

struct LogPage {
  std::size_t lines = 0;
  std::uint64_t seen = 0;
};

LogPage read(const LampWorld& world, const LogQuery& query, HistoryBounds bounds) {
  LogPage page;
  const auto seen = log_lines(world.view(), query, bounds, [&](std::string_view) { ++page.lines; });
  if (!seen) FAIL(seen.error().message);
  page.seen = seen->number;
  return page;
}

}  // namespace

TEST_CASE("a page of the log ends with what it looked at, not only with what it found") {
  LampWorld world;
  for (int i = 0; i < 6; ++i) world.put(lamp_key(fmt::format("l{}", i)), "5");
  const auto head = world.revision().number;
  REQUIRE(head == 6);
  const LogQuery nobody{.user = "nobody"};
  auto page = read(world, nobody, {.events_max = 4});
  CHECK(page.lines == 0);
  CHECK(page.seen == 4);
  page = read(world, {.after = {4}, .user = "nobody"}, {.events_max = 4});
  CHECK(page.lines == 0);
  CHECK(page.seen == head);

  CHECK(read(world, {}, {.bytes_max = 1}).lines == 1);
  CHECK(read(world, {}, {.bytes_max = 1}).seen == 1);
  CHECK(read(world, {.limit = 2}, {}).seen == 2);
  CHECK(read(world, {.until = {3}}, {}).seen == 3);
  CHECK(read(world, {.until = {99}}, {}).seen == head);
  CHECK(read(world, {}, {}).lines == head);
  CHECK(read(world, {.resource = "nothing"}, {.events_max = 1}).seen == head);
}

TEST_CASE("before the first nanosecond that there is lies nothing") {
  LampWorld world;
  world.put(lamp_key("a"), "5");
  LedgerRange range;
  range.since = Time{std::numeric_limits<std::int64_t>::min()};
  const auto head = world.revision();
  const auto stretch = stretch_of(range, world.view(), head);
  REQUIRE(stretch.has_value());
  CHECK(stretch->after == Revision{});
  CHECK(stretch->until == head);
}

TEST_CASE("a line of the log can carry the object as it was stored") {
  LampWorld world;
  world.put(lamp_key("a"), "5");
  world.put(lamp_key("a"), "6");
  std::vector<Value> bodies;
  const auto seen = log_lines(world.view(), {.bodies = true}, {}, [&](std::string_view line) {
    const auto parsed = parse_json(line);
    REQUIRE(parsed);
    bodies.push_back(*find(parsed->value, "body"));
  });
  REQUIRE(seen);
  REQUIRE(bodies.size() == 2);
  CHECK(string_at(bodies[0], {"metadata", "name"}) == "a");
  CHECK(string_at(bodies[0], {"metadata", "resourceVersion"}) == "1");
  CHECK(string_at(bodies[1], {"metadata", "resourceVersion"}) == "2");
  CHECK(bodies[0] != bodies[1]);
}

TEST_CASE("a kind is called by any of its names, with its group or without") {
  const LampWorld world;
  auto view = world.view();
  view.catalog = core_catalog();
  const auto found = [&](std::string_view word) -> std::string {
    const auto kind = find_kind_word(view, word);
    return kind ? kind->resource : kind.error().message;
  };
  const std::string resource = "customresourcedefinitions.apiextensions.k8s.io";
  for (const auto* word : {"customresourcedefinition", "customresourcedefinitions", "crd",
                           "CustomResourceDefinition"}) {
    CHECK(found(word) == resource);
    CHECK(found(fmt::format("{}.apiextensions.k8s.io", word)) == resource);
  }
  CHECK(found("configmap") == "configmaps");
  CHECK(found("configmap.example.org") == "no kind is called \"configmap.example.org\"");
}

TEST_CASE("the log of one object is that of its versions, over all its lives") {
  LampWorld world;
  for (const auto* name : {"a", "ab", "b", "a", "a"}) world.put(lamp_key(name), "5");
  const auto by = [&](LogQuery query) {
    std::vector<std::string> lines;
    const auto seen = log_lines(world.view(), query, {},
                                [&](std::string_view line) { lines.emplace_back(line); });
    REQUIRE(seen);
    CHECK(seen->number == (query.until.number == 0 ? world.revision() : query.until).number);
    return lines;
  };
  const auto key = lamp_key("a");
  CHECK(by({.object = key}).size() == 3);
  CHECK(by({.object = key}) == by({.resource = key.resource, .name = key.name}));
  CHECK(by({.after = {1}, .until = {4}, .object = key}).size() == 1);
  CHECK(by({.object = lamp_key("nope")}).empty());
  const auto page = read(world, {.object = key}, {.events_max = 2});
  CHECK(page.lines == 2);
  CHECK(page.seen == 4);
}

}  // namespace gatefold::engine
