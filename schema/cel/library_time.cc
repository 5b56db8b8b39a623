// Timestamps and durations: arithmetic and their parts (cel-go/common/types/timestamp.go, with UTC
// where no zone is named, as Kubernetes runs it).
#include <charconv>
#include <chrono>
#include <exception>
#include <optional>
#include <string>

#include <date/tz.h>

#include "schema/cel/eval.h"
#include "schema/cel/function.h"
#include "schema/cel/text.h"
#include "schema/cel/time_operators.h"
#include "schema/time.h"

namespace gatefold::cel {
namespace {

using Kind = ValKind;
using Values = std::span<const Val>;
using Nanoseconds = __int128;

constexpr std::int64_t kSecondsPerMinute = 60;
constexpr std::int64_t kSecondsPerHour = 3600;
constexpr std::int64_t kSecondsPerDay = 86400;
constexpr std::int64_t kNsPerMs = 1'000'000;

Val int_overflow() {
  return literal_error("integer overflow");
}

Nanoseconds ns_of(const Timestamp& value) {
  return Nanoseconds{value.seconds} * kNsPerSecond + value.nanos;
}

Val timestamp_at(Nanoseconds ns, std::int16_t offset_minutes) {
  auto seconds = ns / kNsPerSecond;
  auto nanos = ns % kNsPerSecond;
  if (nanos < 0) {
    nanos += kNsPerSecond;
    --seconds;
  }
  if (seconds < kTimestampSecondsMin || seconds > kTimestampSecondsMax) {
    return literal_error("timestamp overflow");
  }
  return timestamp_val(
      {static_cast<std::int64_t>(seconds), static_cast<std::int32_t>(nanos), offset_minutes});
}

// A point in time as clocks of one zone show it.
struct Local {
  std::int64_t days = 0;    // since 1970-01-01
  std::int64_t of_day = 0;  // seconds
  std::int32_t nanos = 0;

  std::chrono::year_month_day date() const {
    return std::chrono::sys_days{std::chrono::days{days}};
  }
};

Local local_at(const Timestamp& value, std::int64_t offset_seconds) {
  const auto seconds = value.seconds + offset_seconds;
  const auto days = seconds / kSecondsPerDay - (seconds % kSecondsPerDay < 0 ? 1 : 0);
  return {days, seconds - days * kSecondsPerDay, value.nanos};
}

using Part = std::int64_t (*)(const Local&);

std::int64_t full_year(const Local& local) {
  return int{local.date().year()};
}
std::int64_t month(const Local& local) {
  return std::int64_t{unsigned{local.date().month()}} - 1;
}
std::int64_t day_of_month(const Local& local) {
  return std::int64_t{unsigned{local.date().day()}} - 1;
}
std::int64_t date(const Local& local) {
  return unsigned{local.date().day()};
}
std::int64_t day_of_year(const Local& local) {
  const std::chrono::sys_days first{local.date().year() / std::chrono::January / 1};
  return local.days - first.time_since_epoch().count();
}
std::int64_t day_of_week(const Local& local) {
  const std::chrono::weekday day{std::chrono::sys_days{std::chrono::days{local.days}}};
  return day.c_encoding();
}
std::int64_t hours(const Local& local) {
  return local.of_day / kSecondsPerHour;
}
std::int64_t minutes(const Local& local) {
  return local.of_day / kSecondsPerMinute % 60;
}
std::int64_t seconds(const Local& local) {
  return local.of_day % kSecondsPerMinute;
}
std::int64_t milliseconds(const Local& local) {
  return local.nanos / kNsPerMs;
}

std::string quoted(std::string_view text) {
  return '"' + std::string(text) + '"';
}

// Go's strconv.Atoi.
std::optional<std::int64_t> number_of(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// `-08:00`, `02:30`. Go bounds neither part; here both have to make sense to be added.
std::optional<std::int64_t> fixed_offset(Arena& arena, std::string_view zone, std::size_t colon,
                                         Val& error) {
  constexpr std::int64_t kPartMax = 1'000'000;
  std::int64_t parts[2] = {};
  const std::string_view texts[] = {zone.substr(0, colon), zone.substr(colon + 1)};
  for (std::size_t i = 0; i < 2; ++i) {
    const auto number = number_of(texts[i]);
    if (!number || *number > kPartMax || *number < -kPartMax) {
      error = error_val(arena, "strconv.Atoi: parsing " + quoted(texts[i]) + ": invalid syntax");
      return std::nullopt;
    }
    parts[i] = *number;
  }
  const auto sign = zone.starts_with('-') ? -1 : 1;
  return (parts[0] * 60 + sign * parts[1]) * kSecondsPerMinute;
}

// The system's zones are listed up to 2037; a later year has the rules of one before that starts on
// the same day of the week and is as long.
std::int64_t within_zones(std::int64_t seconds) {
  constexpr int kYearMax = 2037;
  constexpr int kCycle = 28;
  using std::chrono::sys_days;
  const auto year =
      std::chrono::year_month_day{sys_days{std::chrono::days{local_at({seconds, 0}, 0).days}}}
          .year();
  if (int{year} <= kYearMax) return seconds;
  const sys_days start{year / std::chrono::January / 1};
  for (int i = 0; i < kCycle; ++i) {
    const std::chrono::year other{kYearMax - i};
    const sys_days other_start{other / std::chrono::January / 1};
    const bool is_alike = other.is_leap() == year.is_leap() &&
                          std::chrono::weekday{start} == std::chrono::weekday{other_start};
    if (is_alike) return seconds - (start - other_start).count() * kSecondsPerDay;
  }
  return seconds;
}

// By the machine's zones, which the date library reads once. It throws where there are none, or
// none of that name.
std::optional<std::int64_t> named_offset(Arena& arena, std::string_view zone,
                                         const Timestamp& value, Val& error) {
  if (zone.empty() || zone == "UTC" || zone == "Local") return 0;
  if (zone.contains("..") || zone.front() == '/' || zone.front() == '\\') {
    error = literal_error("time: invalid location name");
    return std::nullopt;
  }
  try {
    const auto* found = ::date::locate_zone(std::string(zone));
    const ::date::sys_seconds at{std::chrono::seconds{within_zones(value.seconds)}};
    return found->get_info(at).offset.count();
  } catch (const std::exception&) {
    error = error_val(arena, "unknown time zone " + std::string(zone));
    return std::nullopt;
  }
}

template <Part part>
Val part_of_timestamp(Evaluation&, Values values) {
  return int_val(part(local_at(values[0].timestamp, 0)));
}

template <Part part>
Val part_in_zone(Evaluation& evaluation, Values values) {
  const auto& timestamp = values[0].timestamp;
  const auto zone = values[1].text;
  const auto colon = zone.find(':');
  Val error;
  const auto offset = colon == std::string_view::npos
                          ? named_offset(evaluation.arena, zone, timestamp, error)
                          : fixed_offset(evaluation.arena, zone, colon, error);
  return offset ? int_val(part(local_at(timestamp, *offset))) : error;
}

template <std::int64_t unit_ns>
Val whole_units(Evaluation&, Values values) {
  return int_val(values[0].duration_ns / unit_ns);
}

constexpr Declaration kFunctions[] = {
    {"timestamp.getFullYear() int", part_of_timestamp<full_year>},
    {"timestamp.getFullYear(string) int", part_in_zone<full_year>},
    {"timestamp.getMonth() int", part_of_timestamp<month>},
    {"timestamp.getMonth(string) int", part_in_zone<month>},
    {"timestamp.getDayOfYear() int", part_of_timestamp<day_of_year>},
    {"timestamp.getDayOfYear(string) int", part_in_zone<day_of_year>},
    {"timestamp.getDayOfMonth() int", part_of_timestamp<day_of_month>},
    {"timestamp.getDayOfMonth(string) int", part_in_zone<day_of_month>},
    {"timestamp.getDate() int", part_of_timestamp<date>},
    {"timestamp.getDate(string) int", part_in_zone<date>},
    {"timestamp.getDayOfWeek() int", part_of_timestamp<day_of_week>},
    {"timestamp.getDayOfWeek(string) int", part_in_zone<day_of_week>},
    {"timestamp.getHours() int", part_of_timestamp<hours>},
    {"timestamp.getHours(string) int", part_in_zone<hours>},
    {"duration.getHours() int", whole_units<kSecondsPerHour * kNsPerSecond>},
    {"timestamp.getMinutes() int", part_of_timestamp<minutes>},
    {"timestamp.getMinutes(string) int", part_in_zone<minutes>},
    {"duration.getMinutes() int", whole_units<kSecondsPerMinute * kNsPerSecond>},
    {"timestamp.getSeconds() int", part_of_timestamp<seconds>},
    {"timestamp.getSeconds(string) int", part_in_zone<seconds>},
    {"duration.getSeconds() int", whole_units<kNsPerSecond>},
    {"timestamp.getMilliseconds() int", part_of_timestamp<milliseconds>},
    {"timestamp.getMilliseconds(string) int", part_in_zone<milliseconds>},
    {"duration.getMilliseconds() int", whole_units<kNsPerMs>},
};

}  // namespace

Val add_time(const Val& a, const Val& b) {
  if (a.is(Kind::kDuration) && b.is(Kind::kDuration)) {
    std::int64_t sum = 0;
    return __builtin_add_overflow(a.duration_ns, b.duration_ns, &sum) ? int_overflow()
                                                                      : duration_val(sum);
  }
  if (a.is(Kind::kDuration) && b.is(Kind::kTimestamp)) return add_time(b, a);
  if (!a.is(Kind::kTimestamp) || !b.is(Kind::kDuration)) return no_such_overload();
  return timestamp_at(ns_of(a.timestamp) + b.duration_ns, a.timestamp.offset_minutes);
}

Val subtract_time(const Val& a, const Val& b) {
  std::int64_t rest = 0;
  if (a.is(Kind::kDuration) && b.is(Kind::kDuration)) {
    return __builtin_sub_overflow(a.duration_ns, b.duration_ns, &rest) ? int_overflow()
                                                                       : duration_val(rest);
  }
  if (!a.is(Kind::kTimestamp)) return no_such_overload();
  if (b.is(Kind::kDuration)) {
    // The reference adds what it has negated.
    if (__builtin_sub_overflow(std::int64_t{0}, b.duration_ns, &rest)) return int_overflow();
    return timestamp_at(ns_of(a.timestamp) + rest, a.timestamp.offset_minutes);
  }
  if (!b.is(Kind::kTimestamp)) return no_such_overload();
  const auto difference = ns_of(a.timestamp) - ns_of(b.timestamp);
  rest = static_cast<std::int64_t>(difference);
  return Nanoseconds{rest} == difference ? duration_val(rest) : int_overflow();
}

std::span<const Declaration> time_functions() {
  return kFunctions;
}

}  // namespace gatefold::cel
