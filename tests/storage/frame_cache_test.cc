// Which frames stay in memory.
#include "storage/frame_cache.h"

#include <catch2/catch.hpp>

namespace gatefold::test {
namespace {

std::shared_ptr<const std::string> frame(std::size_t bytes) {
  return std::make_shared<const std::string>(bytes, 'x');
}

}  // namespace

TEST_CASE("the cache of frames forgets first what was used longest ago, within its bound") {
  storage::FrameCache cache(3500);
  for (std::uint64_t revision = 1; revision <= 3; ++revision) cache.put({revision}, frame(1000));
  CHECK(cache.find({1}) != nullptr);
  cache.put({4}, frame(1000));
  CHECK(cache.find({2}) == nullptr);
  CHECK(cache.find({1}) != nullptr);
  CHECK(cache.find({3}) != nullptr);
  CHECK(cache.find({4}) != nullptr);
}

TEST_CASE("a frame that is larger than the cache passes through it") {
  storage::FrameCache cache(1000);
  cache.put({1}, frame(5000));
  CHECK(cache.find({1}) == nullptr);
  cache.put({2}, frame(500));
  cache.put({2}, frame(500));
  CHECK(cache.find({2}) != nullptr);
  cache.clear();
  CHECK(cache.find({2}) == nullptr);
}

}  // namespace gatefold::test
