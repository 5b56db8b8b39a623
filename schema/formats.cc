#include "schema/formats.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include <re2/re2.h>

#include "schema/address.h"
#include "schema/time.h"

namespace gatefold {
namespace {

bool is_ipv4(std::string_view text) {
  return !text.contains(':') && parse_address(text);
}
bool is_ipv6(std::string_view text) {
  return text.contains(':') && parse_address(text);
}

bool is_duration(std::string_view text) {
  // Scala's spelling, `22 ns`.
  static const re2::RE2 kScala(
      R"(\d+\s*(ns|nanos?|nanoseconds?|us|µs|micros?|microseconds?|ms|millis?|milliseconds?|)"
      R"(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?))");
  return parse_go_duration_ns(text).has_value() || re2::RE2::FullMatch(text, kScala);
}

bool is_date(std::string_view text) {
  return text.size() == 10 && parse_rfc3339(std::string(text) + "T00:00:00Z").has_value();
}

// Digits of a number with a check digit, without the separators that people write.
std::string bare_digits(std::string_view text) {
  std::string digits(text);
  std::erase_if(digits, [](char c) { return c == '-' || c == ' '; });
  return digits;
}

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_isbn10(std::string_view text) {
  const auto digits = bare_digits(text);
  if (digits.size() != 10 || !all_digits(std::string_view(digits).substr(0, 9))) return false;
  int sum = 0;
  for (int i = 0; i < 9; ++i) sum += (i + 1) * (digits[static_cast<std::size_t>(i)] - '0');
  if (digits[9] != 'X' && !all_digits(std::string_view(digits).substr(9))) return false;
  sum += 10 * (digits[9] == 'X' ? 10 : digits[9] - '0');
  return sum % 11 == 0;
}

bool is_isbn13(std::string_view text) {
  const auto digits = bare_digits(text);
  if (digits.size() != 13 || !all_digits(digits)) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 13; ++i) sum += (i % 2 == 0 ? 1 : 3) * (digits[i] - '0');
  return sum % 10 == 0;
}

bool is_credit_card(std::string_view text) {
  const auto digits = bare_digits(text);
  if (digits.size() < 13 || digits.size() > 19 || !all_digits(digits)) return false;
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 == 0;
}

// Lengths are counted apart: a counted repetition of Unicode classes is a program of megabytes.
bool is_hostname(std::string_view text) {
  constexpr std::size_t kBytesMax = 255;
  constexpr std::ptrdiff_t kLabelMax = 63;
  static const re2::RE2 kLabel(R"([\pL\pN]([\pL\pN-]*[\pL\pN])?)");
  if (text.empty() || text.size() > kBytesMax) return false;
  if (text.ends_with('.')) text.remove_suffix(1);
  while (true) {
    const auto dot = std::min(text.find('.'), text.size());
    const auto here = text.substr(0, dot);
    const auto characters = std::ranges::count_if(
        here, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; });
    if (characters > kLabelMax || !re2::RE2::FullMatch(here, kLabel)) return false;
    if (dot == text.size()) return true;
    text.remove_prefix(dot + 1);
  }
}

// Other than in metadata: the letters may be small, zones are two numbers of any size, any
// character starts a fraction, and what follows a second T is not looked at.
bool is_date_time(std::string_view text) {
  static const re2::RE2 kClock(R"(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(.\d+)?([zZ]|[+-]\d{2}:\d{2}))");
  constexpr std::string_view kBreak = "tT";
  const auto date = text.find_first_of(kBreak);
  if (date == std::string_view::npos || !is_date(text.substr(0, date))) return false;
  text.remove_prefix(date + 1);
  return re2::RE2::FullMatch(text.substr(0, text.find_first_of(kBreak)), kClock);
}

using Check = bool (*)(std::string_view);

const std::map<std::string_view, Check>& checks() {
  static const std::map<std::string_view, Check> kChecks = {
      {"ipv4", is_ipv4},
      {"ipv6", is_ipv6},
      {"cidr", is_cidr},
      {"duration", is_duration},
      {"date", is_date},
      {"datetime", is_date_time},
      {"hostname", is_hostname},
      {"isbn", [](std::string_view text) { return is_isbn10(text) || is_isbn13(text); }},
      {"isbn10", is_isbn10},
      {"isbn13", is_isbn13},
      {"creditcard", is_credit_card},
  };
  return kChecks;
}

const std::map<std::string_view, std::unique_ptr<const re2::RE2>>& patterns() {
  static const auto kPatterns = [] {
    constexpr std::pair<std::string_view, const char*> kTexts[] = {
        {"bsonobjectid", "[0-9a-fA-F]{24}"},
        {"uri", R"(([a-zA-Z][a-zA-Z0-9+.\-]*:|/)[^\x00-\x20\x7f]*)"},
        {"email", R"(([^<>@\n]*<)?[^\s@<>]+@[^\s@<>]+>?)"},
        {"mac", R"((?i)([0-9a-f]{2}((:[0-9a-f]{2}){5}|(:[0-9a-f]{2}){7}|(:[0-9a-f]{2}){19})|)"
                R"([0-9a-f]{2}((-[0-9a-f]{2}){5}|(-[0-9a-f]{2}){7}|(-[0-9a-f]{2}){19})|)"
                R"([0-9a-f]{4}((\.[0-9a-f]{4}){2}|(\.[0-9a-f]{4}){3}|(\.[0-9a-f]{4}){9})))"},
        {"uuid", "(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"},
        {"uuid3", "(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}"},
        {"uuid4", "(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}"},
        {"uuid5", "(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}"},
        {"ssn", R"(\d{3}[- ]?\d{2}[- ]?\d{4})"},
        {"hexcolor", "#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})"},
        {"rgbcolor", R"(rgb\(\s*((0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])\s*,\s*){2})"
                     R"((0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])\s*\))"},
        {"byte", "([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"},
    };
    std::map<std::string_view, std::unique_ptr<const re2::RE2>> out;
    for (const auto& [name, text] : kTexts) out.emplace(name, std::make_unique<re2::RE2>(text));
    return out;
  }();
  return kPatterns;
}

}  // namespace

bool format_is_enforced(std::string_view format) {
  if (format.empty()) return false;
  std::string name(format);
  std::erase(name, '-');
  return name == "password" || checks().contains(name) || patterns().contains(name);
}

bool format_holds(std::string_view format, std::string_view text) {
  std::string name(format);
  std::erase(name, '-');
  if (const auto check = checks().find(name); check != checks().end()) return check->second(text);
  const auto pattern = patterns().find(name);
  return pattern == patterns().end() || re2::RE2::FullMatch(text, *pattern->second);
}

}  // namespace gatefold
