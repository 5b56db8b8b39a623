#include "engine/tell/stats.h"

#include <numeric>

#include <catch2/catch.hpp>

namespace gatefold::engine {

TEST_CASE("events are counted by kind, object and writer, the hottest first") {
  Stats stats;
  stats.add({.time = {1}, .type = "ADDED", .kind = "pods", .object = "p/a", .writer = "x"});
  stats.add({.time = {2}, .type = "MODIFIED", .kind = "pods", .object = "p/b", .writer = "y"});
  stats.add({.time = {3},
             .type = "MODIFIED",
             .kind = "pods",
             .object = "p/b",
             .writer = "x",
             .transitions = 2,
             .repairs = 1});
  stats.add({.time = {4}, .type = "DELETED", .kind = "jobs", .object = "j/b", .writer = "x"});
  CHECK(stats.all().events == 4);
  CHECK(stats.all().added == 1);
  CHECK(stats.all().deleted == 1);
  CHECK(stats.all().transitions == 2);
  CHECK(stats.all().repairs == 1);
  CHECK(stats.kinds(9).size() == 2);
  CHECK(stats.kinds(1)[0].first == "pods");
  CHECK(stats.writers(9)[0].second.events == 3);
  const auto objects = stats.objects(9);
  CHECK(objects[0].first == "p/b");
  CHECK(objects[0].second.first.ns == 2);
  CHECK(objects[0].second.last.ns == 3);
  CHECK(objects[1].first == "j/b");
}

TEST_CASE("the rate keeps all events in a bounded number of stretches") {
  Stats stats;
  for (std::int64_t second = 0; second < 1000; ++second) {
    stats.add({.time = {(5 + second) * kNsPerSecond + 1}});
  }
  const auto& rate = stats.rate();
  CHECK(rate.from.ns == 5 * kNsPerSecond);
  CHECK(rate.stretch_ns == 32 * kNsPerSecond);
  CHECK(rate.events.size() <= kRateStretchesMax);
  CHECK(rate.events.front() == 32);
  CHECK(std::accumulate(rate.events.begin(), rate.events.end(), std::uint64_t{0}) == 1000);
}

TEST_CASE("names beyond the bound are counted together") {
  Stats stats;
  for (std::size_t i = 0; i < kStatsNamesMax + 10; ++i) {
    const auto name = std::to_string(i);
    stats.add({.object = name});
  }
  CHECK(stats.objects(1)[0].first == kOthers);
  CHECK(stats.objects(1)[0].second.events == 10);
}

}  // namespace gatefold::engine
