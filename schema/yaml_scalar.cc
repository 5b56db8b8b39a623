#include "schema/yaml_scalar.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "schema/number.h"

namespace gatefold {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

template <std::size_t n>
bool is_one_of(std::string_view text, const std::string_view (&words)[n]) {
  return std::ranges::find(words, text) != std::end(words);
}

constexpr std::string_view kNull[] = {"", "~", "null", "Null", "NULL"};
constexpr std::string_view kTrue[] = {"true", "True", "TRUE", "y",  "Y", "yes",
                                      "Yes",  "YES",  "on",   "On", "ON"};
constexpr std::string_view kFalse[] = {"false", "False", "FALSE", "n",   "N",  "no",
                                       "No",    "NO",    "off",   "Off", "OFF"};
constexpr std::string_view kNoJsonNumber[] = {".nan",  ".NaN",  ".NAN",  ".inf",  ".Inf",  ".INF",
                                              "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"};

// Digits after their sign and prefix, in the base that the prefix says: 0x, 0o, 0b, and 0 for
// octal.
std::optional<Value> integer_of(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char letter = text[1];
    base = letter == 'x' || letter == 'X' ? 16 : letter == 'b' || letter == 'B' ? 2 : 8;
    text.remove_prefix(base == 8 && letter != 'o' && letter != 'O' ? 1 : 2);
  }
  std::uint64_t magnitude = 0;
  const auto end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, magnitude, base);
  if (error != std::errc() || at != end) return std::nullopt;
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (magnitude <= kMax) {
    const auto number = static_cast<std::int64_t>(magnitude);
    return Value(negative ? -number : number);
  }
  if (negative && magnitude == kMax + 1) return Value(std::numeric_limits<std::int64_t>::min());
  return Value((negative ? -1.0 : 1.0) * static_cast<double>(magnitude));
}

// [-+]? ( .digits | digits [.digits*] ) ( [eE] [-+]? digits )?
bool is_float(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const auto from = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - from;
  };
  const auto take = [&](std::string_view any_of) {
    if (at == text.size() || !any_of.contains(text[at])) return false;
    ++at;
    return true;
  };
  take("+-");
  const bool whole = digits() > 0;
  if (take(".")) {
    if (digits() == 0 && !whole) return false;
  } else if (!whole) {
    return false;
  }
  if (take("eE")) {
    take("+-");
    if (digits() == 0) return false;
  }
  return at == text.size();
}

std::optional<Value> float_of(std::string_view text) {
  if (!is_float(text)) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto number = read_double(text);
  if (!number) return std::nullopt;
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (*number == std::trunc(*number) && *number >= -kTwoTo63 && *number < kTwoTo63) {
    return Value(static_cast<std::int64_t>(*number));
  }
  return Value(*number);
}

}  // namespace

std::optional<Value> resolve_plain_scalar(std::string_view text) {
  if (is_one_of(text, kNull)) return Value(nullptr);
  if (is_one_of(text, kTrue)) return Value(true);
  if (is_one_of(text, kFalse)) return Value(false);
  if (is_one_of(text, kNoJsonNumber)) return std::nullopt;
  if (is_digit(text[0]) || text[0] == '+' || text[0] == '-' || text[0] == '.') {
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c != '_'; });
    if (text[0] != '.') {
      if (auto integer = integer_of(digits)) return integer;
    }
    if (auto number = float_of(digits)) return number;
  }
  return Value(boost::json::string_view(text.data(), text.size()));
}

}  // namespace gatefold
