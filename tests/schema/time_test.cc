#include "schema/time.h"

#include <limits>

#include <catch2/catch.hpp>

namespace gatefold {
namespace {

constexpr std::int64_t kSecond = kNsPerSecond;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

std::string in_utc(std::string_view text) {
  const auto time = parse_rfc3339(text);
  return time ? format_nanos(*time) : "none";
}

TEST_CASE("RFC 3339 is read with any fraction and zone offset") {
  CHECK(parse_rfc3339("1970-01-01T00:00:00Z") == Time{0});
  CHECK(parse_rfc3339("1970-01-01T00:00:01.5Z") == Time{1'500'000'000});
  CHECK(parse_rfc3339("1969-12-31T23:59:59Z") == Time{-kSecond});
  CHECK(in_utc("2026-01-02T03:04:05+02:30") == "2026-01-02T00:34:05.000000000Z");
  CHECK(in_utc("2026-01-02T03:04:05-00:01") == "2026-01-02T03:05:05.000000000Z");
  CHECK(in_utc("2026-12-31T23:59:59.999999999-01:00") == "2027-01-01T00:59:59.999999999Z");
  CHECK(in_utc("2026-01-02T03:04:05.1234567891Z") == "2026-01-02T03:04:05.123456789Z");
  CHECK(in_utc("2026-01-02T3:04:05Z") == "2026-01-02T03:04:05.000000000Z");
  CHECK(in_utc("2026-01-02T03:04:05+24:60") == "2026-01-01T02:04:05.000000000Z");
  CHECK(in_utc("2024-02-29T00:00:00Z") == "2024-02-29T00:00:00.000000000Z");
}

TEST_CASE("what is no time of RFC 3339 is refused") {
  for (const std::string_view text :
       {"", "2026", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02 03:04:05Z",
        "2026-13-02T03:04:05Z", "2026-00-02T03:04:05Z", "2026-02-30T03:04:05Z",
        "2023-02-29T00:00:00Z", "2026-01-02T24:00:00Z", "2026-01-02T03:60:05Z",
        "2026-01-02T03:04:60Z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05+0200",
        "2026-01-02T03:04:05+25:00", "2026-01-02T03:04:05+01:61", "2026-01-02T003:04:05Z",
        "2026-01-02T03:04:05Zx", "+026-01-02T03:04:05Z"}) {
    INFO(text);
    CHECK_FALSE(parse_rfc3339(text).has_value());
  }
}

TEST_CASE("years beyond 64 bits of nanoseconds give the nearest time") {
  CHECK(parse_rfc3339("9999-12-31T23:59:59Z")->ns == std::numeric_limits<std::int64_t>::max());
  CHECK(parse_rfc3339("0001-01-01T00:00:00Z")->ns == std::numeric_limits<std::int64_t>::min());
  CHECK(format_seconds(Time{std::numeric_limits<std::int64_t>::max()}) == "2262-04-11T23:47:16Z");
  CHECK(format_seconds(Time{std::numeric_limits<std::int64_t>::min()}) == "1677-09-21T00:12:43Z");
}

TEST_CASE("times print with none, six or nine digits of fraction, cut") {
  const Time time = parse_rfc3339("2026-01-02T03:04:05.123456789Z").value();
  CHECK(format_seconds(time) == "2026-01-02T03:04:05Z");
  CHECK(format_micros(time) == "2026-01-02T03:04:05.123456Z");
  CHECK(format_nanos(time) == "2026-01-02T03:04:05.123456789Z");
  CHECK(format_micros(Time{0}) == "1970-01-01T00:00:00.000000Z");
}

TEST_CASE("seconds are cut downward, before 1970 as well") {
  CHECK(cut_to_seconds(Time{1'999'999'999}) == Time{kSecond});
  CHECK(cut_to_seconds(Time{kSecond}) == Time{kSecond});
  CHECK(cut_to_seconds(Time{-1}) == Time{-kSecond});
  const Time earliest{std::numeric_limits<std::int64_t>::min()};
  CHECK(cut_to_seconds(earliest) == earliest);
}

TEST_CASE("ages print as kubectl prints them (R22.6)") {
  const std::pair<std::int64_t, std::string_view> cases[] = {
      {0, "0s"},
      {-kSecond, "0s"},
      {-2 * kSecond, "<invalid>"},
      {119 * kSecond, "119s"},
      {120 * kSecond, "2m"},
      {142 * kSecond, "2m22s"},
      {599 * kSecond, "9m59s"},
      {10 * kMinute + 30 * kSecond, "10m"},
      {179 * kMinute, "179m"},
      {3 * kHour, "3h"},
      {3 * kHour + kMinute, "3h1m"},
      {8 * kHour + kMinute, "8h"},
      {47 * kHour + 59 * kMinute, "47h"},
      {2 * kDay, "2d"},
      {2 * kDay + 5 * kHour, "2d5h"},
      {8 * kDay + 5 * kHour, "8d"},
      {729 * kDay, "729d"},
      {730 * kDay, "2y"},
      {(6 * 365 + 329) * kDay, "6y329d"},
      {8 * 365 * kDay + kDay, "8y"},
  };
  for (const auto& [duration, text] : cases) CHECK(human_duration(duration) == text);
}

TEST_CASE("durations are read as Go writes them") {
  const std::pair<std::string_view, std::int64_t> cases[] = {
      {"0", 0},
      {"-0", 0},
      {"32s", 32 * kSecond},
      {"1h30m", kHour + 30 * kMinute},
      {"1.5s", 1'500'000'000},
      {".5m", 30 * kSecond},
      {"2.h", 2 * kHour},
      {"-1m", -kMinute},
      {"+1m", kMinute},
      {"1us", 1000},
      {"1\u00b5s", 1000},
      {"1\u03bcs", 1000},
      {"10ms2ns", 10'000'002},
      {"0.3333333333333333333h", 20 * kMinute},
      {"9223372036854775807ns", std::numeric_limits<std::int64_t>::max()},
      {"-9223372036854775808ns", std::numeric_limits<std::int64_t>::min()},
  };
  for (const auto& [text, ns] : cases) {
    INFO(text);
    CHECK(parse_go_duration_ns(text) == ns);
  }
}

TEST_CASE("what Go reads as no duration is refused") {
  for (const std::string_view text :
       {"", "-", "+", ".", "3", "s", "1d", "1 s", "1s ", ".s", "1h-1m", "1sec", "1.2.3s", "00",
        "9223372036854775808ns", "9223372036854775807h", "99999999999999999999999999999999s"}) {
    INFO(text);
    CHECK_FALSE(parse_go_duration_ns(text).has_value());
  }
}

}  // namespace
}  // namespace gatefold
