#include "schema/cel/range.h"

#include <catch2/catch.hpp>

namespace gatefold::cel {
namespace {

TEST_CASE("sums and products end at the largest number") {
  CHECK(saturating_sum(kUnbounded - 1, 1) == kUnbounded);
  CHECK(saturating_sum(kUnbounded, 1) == kUnbounded);
  CHECK(saturating_product(kUnbounded, 0) == 0);
  CHECK(saturating_product(kUnbounded / 2, 3) == kUnbounded);
  CHECK(Range::unknown() + Range::exactly(1) == Range{.min = 1, .max = kUnbounded});
}

TEST_CASE("factors round up, as doubles have it") {
  CHECK(scaled(0, 0.1) == 0);
  CHECK(scaled(1, 0.1) == 1);
  CHECK(scaled(10, 0.1) == 1);
  CHECK(scaled(30, 0.1) == 3);
  CHECK(scaled(kUnbounded, 1) == kUnbounded);
  CHECK(scaled(kUnbounded, 0.1) == 1844674407370955264);
}

TEST_CASE("nothing united with a range is the range") {
  CHECK(Range::none().united({.min = 2, .max = 3}) == Range{.min = 2, .max = 3});
}

}  // namespace
}  // namespace gatefold::cel
