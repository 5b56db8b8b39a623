#include "schema/cel/text.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "schema/cel/opaque.h"
#include "schema/cel/type.h"
#include "schema/time.h"
#include "schema/utf8.h"

namespace gatefold::cel {
namespace {

constexpr std::size_t kMessageBytesMax = 4096;
constexpr std::size_t kMessageDepthMax = 16;
constexpr std::int64_t kSecondsPerDay = 86400;

// Unicode's White_Space.
bool is_space(std::uint32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

// The shortest text that reads back as the same double.
std::string shortest(double value, std::chars_format format) {
  // 309 digits before the point or 324 behind it, and the sign.
  std::array<char, 400> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format).ptr;
  return {buffer.data(), end};
}

void append(std::string& out, const Val& value, std::size_t depth);

void append_list(std::string& out, const Val& list, std::size_t depth) {
  Arena arena;
  out += '[';
  for (std::size_t i = 0; i < list_size(list) && out.size() < kMessageBytesMax; ++i) {
    if (i != 0) out += ", ";
    append(out, list_at(arena, list, i), depth + 1);
  }
  out += ']';
}

void append_map(std::string& out, const Val& map, std::size_t depth) {
  Arena arena;
  out += '{';
  for (std::size_t i = 0; i < map_size(map) && out.size() < kMessageBytesMax; ++i) {
    if (i != 0) out += ", ";
    const auto item = map_at(arena, map, i);
    append(out, item.key, depth + 1);
    out += ": ";
    append(out, item.value, depth + 1);
  }
  out += '}';
}

void append_bytes(std::string& out, std::string_view bytes) {
  out += '[';
  for (std::size_t i = 0; i < bytes.size() && out.size() < kMessageBytesMax; ++i) {
    if (i != 0) out += ' ';
    out += fmt::format("{}", static_cast<unsigned char>(bytes[i]));
  }
  out += ']';
}

void append(std::string& out, const Val& value, std::size_t depth) {
  if (depth > kMessageDepthMax) {
    out += "...";
    return;
  }
  switch (value.kind) {
    case ValKind::kError:
    case ValKind::kString:
      out += value.text.substr(0, kMessageBytesMax);
      return;
    case ValKind::kNull:
      out += '0';  // Go prints the number behind the enumeration.
      return;
    case ValKind::kBool:
      out += value.boolean ? "true" : "false";
      return;
    case ValKind::kInt:
      out += fmt::format("{}", value.integer);
      return;
    case ValKind::kUint:
      out += fmt::format("{}", value.uinteger);
      return;
    case ValKind::kDouble:
      out += double_text(value.number);
      return;
    case ValKind::kBytes:
      return append_bytes(out, value.text);
    case ValKind::kTimestamp:
      out += timestamp_text(value.timestamp);
      return;
    case ValKind::kDuration:
      out += duration_text(value.duration_ns);
      return;
    case ValKind::kList:
      return append_list(out, value, depth);
    case ValKind::kMap:
      return append_map(out, value, depth);
    case ValKind::kType:
      out += value.type->name;
      return;
    case ValKind::kOptional:
      if (value.optional == nullptr) {
        out += "optional.none()";
        return;
      }
      out += "optional(";
      append(out, *value.optional, depth + 1);
      out += ')';
      return;
    default:
      out += opaque_text(value);
  }
}

template <class T>
std::optional<T> parse_whole(std::string_view text) {
  T number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string double_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  auto scientific = shortest(value, std::chars_format::scientific);
  int exponent = 0;
  const auto mark = scientific.find('e');
  // `e+06`: from_chars takes no plus.
  const auto* first = scientific.data() + mark + (scientific[mark + 1] == '+' ? 2 : 1);
  std::from_chars(first, scientific.data() + scientific.size(), exponent);
  // Where %g of the shortest digits changes to an exponent.
  if (exponent < -4 || exponent >= 6) return scientific;
  return shortest(value, std::chars_format::fixed);
}

std::string duration_text(std::int64_t ns) {
  const auto whole = ns / kNsPerSecond;
  const auto rest = ns % kNsPerSecond;
  const double seconds =
      static_cast<double>(whole) + static_cast<double>(rest) / static_cast<double>(kNsPerSecond);
  return shortest(seconds, std::chars_format::fixed) + 's';
}

std::string timestamp_text(const Timestamp& value) {
  const auto local = value.seconds + std::int64_t{value.offset_minutes} * 60;
  const auto days = local / kSecondsPerDay - (local % kSecondsPerDay < 0 ? 1 : 0);
  const auto of_day = local - days * kSecondsPerDay;
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  auto out =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int{date.year()}, unsigned{date.month()},
                  unsigned{date.day()}, of_day / 3600, of_day / 60 % 60, of_day % 60);
  if (value.nanos != 0) {
    out += fmt::format(".{:09}", value.nanos);
    out.erase(out.find_last_not_of('0') + 1);
  }
  if (value.offset_minutes == 0) return out + 'Z';
  const int minutes = std::abs(int{value.offset_minutes});
  out += fmt::format("{}{:02}:{:02}", value.offset_minutes < 0 ? '-' : '+', minutes / 60,
                     minutes % 60);
  return out;
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  const auto time = parse_zoned_rfc3339(text);
  if (!time) return std::nullopt;
  return Timestamp{time->seconds, time->nanos, time->offset_minutes};
}

std::optional<std::int64_t> parse_int(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  return parse_whole<std::int64_t>(text);
}

std::optional<std::uint64_t> parse_uint(std::string_view text) {
  return parse_whole<std::uint64_t>(text);
}

std::string_view trim_space(std::string_view text) {
  while (!text.empty()) {
    const CodePoint first = first_code_point(text);
    if (first.bytes == 0 || !is_space(first.number)) break;
    text.remove_prefix(first.bytes);
  }
  while (!text.empty()) {
    std::size_t at = text.size() - 1;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U) --at;
    if (!is_space(first_code_point(text.substr(at)).number)) break;
    text = text.substr(0, at);
  }
  return text;
}

std::string message_text(const Val& value) {
  std::string out;
  append(out, value, 0);
  return out;
}

}  // namespace gatefold::cel
