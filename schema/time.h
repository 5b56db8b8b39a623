// Points in time as values; nothing here reads a clock.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatefold {

// Nanoseconds since 1970-01-01T00:00:00Z. 0 is also "unset": nothing real happens in 1970.
struct Time {
  std::int64_t ns = 0;
  auto operator<=>(const Time&) const = default;
};

inline constexpr std::int64_t kNsPerSecond = 1'000'000'000;

// A time with the zone that it was written in.
struct ZonedTime {
  std::int64_t seconds = 0;  // since 1970-01-01T00:00:00Z
  std::int32_t nanos = 0;
  std::int16_t offset_minutes = 0;
};

// RFC 3339 as Go's time.Parse reads it (R6.17), years 0 to 9999; nothing where it is none. An hour
// may have one digit, a zone 24 hours and 60 minutes; what is finer than a nanosecond is cut.
std::optional<ZonedTime> parse_zoned_rfc3339(std::string_view text);
// The same in UTC. Years that 64 bits of nanoseconds do not reach (before 1678, after 2261) give
// the nearest time that they do.
std::optional<Time> parse_rfc3339(std::string_view text);
// `2026-01-02T03:04:05Z`: whole seconds, cut, as metav1.Time prints.
std::string format_seconds(Time time);
// `2026-01-02T03:04:05.123456Z`: as metav1.MicroTime prints.
std::string format_micros(Time time);
// `2026-01-02T03:04:05.123456789Z`, for logs and tools.
std::string format_nanos(Time time);
// The same time without its fraction of a second.
Time cut_to_seconds(Time time);

// How Kubernetes prints an age (`2m22s`, `6y329d`, `<invalid>` for more than a second in the
// future; R22.6).
std::string human_duration(std::int64_t duration_ns);

// Go's time.ParseDuration (`1h30m`, `32s`, `1.5s`); nothing where it is none.
std::optional<std::int64_t> parse_go_duration_ns(std::string_view text);

}  // namespace gatefold
