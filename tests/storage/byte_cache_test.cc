// Which values stay in memory.
#include "storage/byte_cache.h"

#include <string>

#include <catch2/catch.hpp>

namespace gatefold::test {
namespace {

using Cache = storage::ByteCache<int, std::string>;

void put(Cache& cache, int key, std::size_t bytes) {
  cache.put(key, std::make_shared<const std::string>(bytes, 'x'), bytes);
}

}  // namespace

TEST_CASE("a cache forgets first what was used longest ago, within its bound") {
  Cache cache(3500);
  for (int key = 1; key <= 3; ++key) put(cache, key, 1000);
  CHECK(cache.find(1) != nullptr);
  put(cache, 4, 1000);
  CHECK(cache.find(2) == nullptr);
  CHECK(cache.find(1) != nullptr);
  CHECK(cache.find(3) != nullptr);
  CHECK(cache.find(4) != nullptr);
}

TEST_CASE("what is larger than a cache passes through it") {
  Cache cache(1000);
  put(cache, 1, 5000);
  CHECK(cache.find(1) == nullptr);
  put(cache, 2, 500);
  CHECK(cache.find(2) != nullptr);
  cache.clear();
  CHECK(cache.find(2) == nullptr);
}

TEST_CASE("a later value takes the place of the one before, and its bytes") {
  Cache cache(2500);
  put(cache, 1, 1000);
  for (int turn = 0; turn < 5; ++turn) put(cache, 2, 1000);
  CHECK(cache.find(1) != nullptr);
  put(cache, 2, 10);
  REQUIRE(cache.find(2) != nullptr);
  CHECK(cache.find(2)->size() == 10);
  put(cache, 3, 900);
  CHECK(cache.find(1) != nullptr);
}

}  // namespace gatefold::test
