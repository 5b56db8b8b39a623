#include "schema/age.h"

#include <limits>

#include <catch2/catch.hpp>

namespace gatefold {
namespace {

constexpr std::int64_t kHour = 3600 * kNsPerSecond;
constexpr std::int64_t kDay = 24 * kHour;

TEST_CASE("ages are durations with days in front") {
  const std::pair<std::string_view, std::int64_t> cases[] = {
      {"0", 0},
      {"2h", 2 * kHour},
      {"1h30m", kHour + kHour / 2},
      {"3d", 3 * kDay},
      {"0d", 0},
      {"1d12h", kDay + 12 * kHour},
      {"30d0s", 30 * kDay},
      {"1.5h", kHour * 3 / 2},
  };
  for (const auto& [text, ns] : cases) {
    INFO(text);
    CHECK(parse_age_ns(text) == ns);
  }
  for (const std::string_view text : {"", "d", "3", "-2h", "-1d", "1.5d", "+1d", "1d-1h", "1h2d",
                                      "2d2d", "99999999999999d", "9223372036854775807ns", "1w"}) {
    INFO(text);
    CHECK_FALSE(parse_age_ns(text).has_value());
  }
}

TEST_CASE("a time is written as it is or as an age") {
  const Time now{100 * kDay};
  CHECK(parse_time_or_age("3d", now) == Time{97 * kDay});
  CHECK(parse_time_or_age("90m", now) == Time{100 * kDay - kHour * 3 / 2});
  CHECK(parse_time_or_age("1970-01-02T00:00:00Z", now) == Time{kDay});
  CHECK_FALSE(parse_time_or_age("yesterday", now).has_value());
  CHECK_FALSE(parse_time_or_age("47", now).has_value());
}

}  // namespace
}  // namespace gatefold
