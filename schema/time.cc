#include "schema/time.h"

#include <chrono>
#include <limits>

#include <fmt/format.h>

namespace gatefold {
namespace {

using Nanoseconds = __int128;

constexpr std::int64_t kNsMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kNsMin = std::numeric_limits<std::int64_t>::min();

std::int64_t saturated(Nanoseconds ns) {
  if (ns > kNsMax) return kNsMax;
  if (ns < kNsMin) return kNsMin;
  return static_cast<std::int64_t>(ns);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Reads a text from left to right.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool done() const { return at_ == text_.size(); }
  bool take(char c) {
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  // A number of exactly `digits` digits, at most `number_max`.
  std::optional<int> number(int digits, int number_max) {
    int number = 0;
    for (int i = 0; i < digits; ++i, ++at_) {
      if (done() || !is_digit(text_[at_])) return std::nullopt;
      number = number * 10 + (text_[at_] - '0');
    }
    if (number > number_max) return std::nullopt;
    return number;
  }
  // Of one digit or two.
  std::optional<int> hour() {
    const bool has_two = at_ + 1 < text_.size() && is_digit(text_[at_ + 1]);
    return number(has_two ? 2 : 1, 23);
  }
  // Digits of a fraction as nanoseconds; what is finer is cut.
  std::optional<std::int32_t> fraction_ns() {
    if (done() || !is_digit(text_[at_])) return std::nullopt;
    std::int32_t ns = 0;
    std::int32_t unit = kNsPerSecond / 10;
    for (; !done() && is_digit(text_[at_]); ++at_, unit /= 10) ns += (text_[at_] - '0') * unit;
    return ns;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<std::int64_t> read_days(Reader& reader) {
  const auto year = reader.number(4, 9999);
  if (!year || !reader.take('-')) return std::nullopt;
  const auto month = reader.number(2, 12);
  if (!month || !reader.take('-')) return std::nullopt;
  const auto day = reader.number(2, 31);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

std::optional<std::int64_t> read_seconds_of_day(Reader& reader) {
  const auto hours = reader.hour();
  if (!hours || !reader.take(':')) return std::nullopt;
  const auto minutes = reader.number(2, 59);
  if (!minutes || !reader.take(':')) return std::nullopt;
  const auto seconds = reader.number(2, 59);
  if (!seconds) return std::nullopt;
  return *hours * 3600 + *minutes * 60 + *seconds;
}

std::optional<std::int16_t> read_offset_minutes(Reader& reader) {
  if (reader.take('Z')) return 0;
  const bool west = reader.take('-');
  if (!west && !reader.take('+')) return std::nullopt;
  // Some people write offsets of 24 hours or 60 minutes, and Go takes them.
  const auto hours = reader.number(2, 24);
  if (!hours || !reader.take(':')) return std::nullopt;
  const auto minutes = reader.number(2, 60);
  if (!minutes) return std::nullopt;
  const auto offset = static_cast<std::int16_t>(*hours * 60 + *minutes);
  return west ? static_cast<std::int16_t>(-offset) : offset;
}

struct Parts {
  std::chrono::year_month_day date;
  std::int64_t hours, minutes, seconds, ns;
};

// In whole numbers: the first day that 64 bits of nanoseconds reach starts before they do.
Parts parts_of(Time time) {
  constexpr std::int64_t kSecondsPerDay = 86400;
  const auto down = [](std::int64_t number, std::int64_t by) {
    return number / by - (number % by < 0 ? 1 : 0);
  };
  const auto seconds = down(time.ns, kNsPerSecond);
  const auto days = down(seconds, kSecondsPerDay);
  const auto of_day = seconds - days * kSecondsPerDay;
  const auto over_ns = time.ns % kNsPerSecond;
  return {std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(days))),
          of_day / 3600, of_day / 60 % 60, of_day % 60,
          over_ns < 0 ? over_ns + kNsPerSecond : over_ns};
}

std::string date_and_clock(const Parts& parts) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int{parts.date.year()},
                     unsigned{parts.date.month()}, unsigned{parts.date.day()}, parts.hours,
                     parts.minutes, parts.seconds);
}

// Nanoseconds of the unit at the start of `text`, which is cut off.
std::optional<std::int64_t> take_unit(std::string_view& text) {
  struct Unit {
    std::string_view name;
    std::int64_t ns;
  };
  static constexpr Unit kUnits[] = {
      {"ns", 1},         {"us", 1'000},       {"\u00b5s", 1'000},       {"\u03bcs", 1'000},
      {"ms", 1'000'000}, {"s", kNsPerSecond}, {"m", 60 * kNsPerSecond}, {"h", 3600 * kNsPerSecond}};
  for (const auto& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    // What follows a unit is a number or the end: "sx" is no unit.
    const auto rest = text.substr(unit.name.size());
    if (!rest.empty() && rest.front() != '.' && !is_digit(rest.front())) return std::nullopt;
    text = rest;
    return unit.ns;
  }
  return std::nullopt;
}

// One `1.5h` of a duration, cut off `text`.
std::optional<Nanoseconds> take_term(std::string_view& text) {
  constexpr auto kFractionMax = static_cast<std::uint64_t>(kNsMax) / 10;
  Nanoseconds whole = 0;
  std::uint64_t fraction = 0;
  double scale = 1;
  bool digits = false;
  while (!text.empty() && is_digit(text.front())) {
    whole = whole * 10 + (text.front() - '0');
    if (whole > Nanoseconds{kNsMax} + 1) return std::nullopt;
    digits = true;
    text.remove_prefix(1);
  }
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    while (!text.empty() && is_digit(text.front())) {
      if (fraction <= kFractionMax) {
        fraction = fraction * 10 + static_cast<std::uint64_t>(text.front() - '0');
        scale *= 10;
      }
      digits = true;
      text.remove_prefix(1);
    }
  }
  if (!digits) return std::nullopt;
  const auto unit_ns = take_unit(text);
  if (!unit_ns) return std::nullopt;
  // Rounds as Go does: a third of an hour is twenty minutes, however many threes there are.
  const double part_ns = static_cast<double>(fraction) * (static_cast<double>(*unit_ns) / scale);
  return whole * *unit_ns + static_cast<std::int64_t>(part_ns);
}

}  // namespace

std::optional<ZonedTime> parse_zoned_rfc3339(std::string_view text) {
  Reader reader(text);
  const auto days = read_days(reader);
  if (!days || !reader.take('T')) return std::nullopt;
  const auto seconds = read_seconds_of_day(reader);
  if (!seconds) return std::nullopt;
  std::int32_t nanos = 0;
  if (reader.take('.') || reader.take(',')) {
    const auto ns = reader.fraction_ns();
    if (!ns) return std::nullopt;
    nanos = *ns;
  }
  const auto offset = read_offset_minutes(reader);
  if (!offset || !reader.done()) return std::nullopt;
  return ZonedTime{*days * 86400 + *seconds - std::int64_t{*offset} * 60, nanos, *offset};
}

std::optional<Time> parse_rfc3339(std::string_view text) {
  const auto time = parse_zoned_rfc3339(text);
  if (!time) return std::nullopt;
  return Time{saturated(Nanoseconds{time->seconds} * kNsPerSecond + time->nanos)};
}

std::string format_seconds(Time time) {
  return date_and_clock(parts_of(time)) + 'Z';
}

std::string format_micros(Time time) {
  const auto parts = parts_of(time);
  return fmt::format("{}.{:06}Z", date_and_clock(parts), parts.ns / 1000);
}

std::string format_nanos(Time time) {
  const auto parts = parts_of(time);
  return fmt::format("{}.{:09}Z", date_and_clock(parts), parts.ns);
}

Time cut_to_seconds(Time time) {
  const auto over_ns = time.ns % kNsPerSecond;
  const auto down_ns = over_ns < 0 ? over_ns + kNsPerSecond : over_ns;
  return {saturated(Nanoseconds{time.ns} - down_ns)};
}

std::string human_duration(std::int64_t duration_ns) {
  const std::int64_t seconds = duration_ns / kNsPerSecond;
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return fmt::format("{}s", seconds);
  const auto with_rest = [](std::int64_t whole, const char* unit, std::int64_t rest,
                            const char* rest_unit) {
    return rest == 0 ? fmt::format("{}{}", whole, unit)
                     : fmt::format("{}{}{}{}", whole, unit, rest, rest_unit);
  };
  const std::int64_t minutes = seconds / 60;
  if (minutes < 10) return with_rest(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return fmt::format("{}m", minutes);
  const std::int64_t hours = minutes / 60;
  if (hours < 8) return with_rest(hours, "h", minutes % 60, "m");
  if (hours < 48) return fmt::format("{}h", hours);
  const std::int64_t days = hours / 24;
  if (days < 8) return with_rest(days, "d", hours % 24, "h");
  if (days < std::int64_t{2} * 365) return fmt::format("{}d", days);
  if (days < std::int64_t{8} * 365) return with_rest(days / 365, "y", days % 365, "d");
  return fmt::format("{}y", days / 365);
}

std::optional<std::int64_t> parse_go_duration_ns(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  Nanoseconds total = 0;
  while (!text.empty()) {
    const auto term = take_term(text);
    if (!term) return std::nullopt;
    total += *term;
    if (total > Nanoseconds{kNsMax} + (negative ? 1 : 0)) return std::nullopt;
  }
  return static_cast<std::int64_t>(negative ? -total : total);
}

}  // namespace gatefold
