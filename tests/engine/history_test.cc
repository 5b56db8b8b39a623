#include "engine/history.h"

#include <fmt/format.h>

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

}  // namespace gatefold::engine
