#include "schema/proto/values.h"

#include <bit>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "schema/utf8.h"

namespace gatefold::proto {
namespace {

std::unexpected<std::string> wrong(std::string text) {
  return std::unexpected(std::move(text));
}

}  // namespace

std::string text_of(std::string_view bytes) {
  std::string text;
  while (const auto bad = find_invalid_utf8(bytes)) {
    text += bytes.substr(0, *bad);
    text += "\xef\xbf\xbd";
    bytes.remove_prefix(*bad + 1);
  }
  return text += bytes;
}

std::optional<Value> number_of(std::uint64_t bits) {
  constexpr double kTwoTo63 = 9223372036854775808.0;
  const auto number = std::bit_cast<double>(bits);
  if (!std::isfinite(number)) return std::nullopt;
  if (number == std::trunc(number) && number >= -kTwoTo63 && number < kTwoTo63) {
    return static_cast<std::int64_t>(number);
  }
  return number;
}

std::expected<Parts, std::string> read_parts(std::string_view bytes,
                                             std::initializer_list<WireType> types) {
  Parts parts;
  const auto read = each_field(bytes, [&](const WireField& field) -> Done {
    const auto i = std::size_t{field.number} - 1;
    if (i >= types.size()) return {};
    if (field.type != types.begin()[i]) {
      return wrong(fmt::format("proto: wrong wireType = {} for field {}",
                               static_cast<int>(field.type), field.number));
    }
    parts.integers[i] = field.integer;
    parts.texts[i] = field.bytes;
    parts.found[i] = true;
    return {};
  });
  if (!read) return wrong(read.error());
  return parts;
}

Decoded time_of(std::string_view bytes, bool has_micros) {
  // Year 1, which is no time in Go; and the years that RFC 3339 can say.
  constexpr std::int64_t kNoTimeSeconds = -62'135'596'800;
  constexpr std::int64_t kSecondsMin = -62'167'219'200;
  constexpr std::int64_t kSecondsMax = 253'402'300'799;
  if (bytes.empty()) return nullptr;
  const auto parts = read_parts(bytes, {WireType::kVarint, WireType::kVarint});
  if (!parts) return wrong(parts.error());
  auto seconds = static_cast<std::int64_t>(parts->integers[0]);
  std::int64_t micros = static_cast<std::int32_t>(parts->integers[1]) / 1000;
  if (!has_micros) micros = 0;
  // Checked before the fraction is carried: it has few seconds, and these may have no room.
  const auto is_sayable = [&] { return seconds >= kSecondsMin && seconds <= kSecondsMax; };
  if (is_sayable()) {
    const auto carried = micros / 1'000'000 - (micros % 1'000'000 < 0 ? 1 : 0);
    seconds += carried;
    micros -= carried * 1'000'000;
  }
  if (!is_sayable()) return wrong(fmt::format("proto: no year of 4 digits has second {}", seconds));
  if (seconds == kNoTimeSeconds && micros == 0) return nullptr;
  const std::chrono::sys_seconds moment{std::chrono::seconds(seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(moment - day);
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int{date.year()},
                          unsigned{date.month()}, unsigned{date.day()}, clock.hours().count(),
                          clock.minutes().count(), clock.seconds().count());
  if (has_micros) text += fmt::format(".{:06}", micros);
  return Value(text + "Z");
}

Decoded quantity_of(std::string_view bytes) {
  const auto parts = read_parts(bytes, {WireType::kBytes});
  if (!parts) return wrong(parts.error());
  return parts->found[0] ? Value(text_of(parts->texts[0])) : Value("0");
}

Decoded int_or_string_of(std::string_view bytes) {
  const auto parts = read_parts(bytes, {WireType::kVarint, WireType::kVarint, WireType::kBytes});
  if (!parts) return wrong(parts.error());
  switch (parts->integers[0]) {
    case 0:
      return static_cast<std::int32_t>(parts->integers[1]);
    case 1:
      return Value(text_of(parts->texts[2]));
    default:
      return wrong("impossible IntOrString.Type");
  }
}

Decoded texts_of(std::string_view bytes) {
  JsonArray texts;
  const auto read = each_field(bytes, [&](const WireField& field) -> Done {
    if (field.number != 1) return {};
    if (field.type != WireType::kBytes) {
      return wrong(
          fmt::format("proto: wrong wireType = {} for field Items", static_cast<int>(field.type)));
    }
    texts.emplace_back(text_of(field.bytes));
    return {};
  });
  if (!read) return wrong(read.error());
  return texts;
}

}  // namespace gatefold::proto
