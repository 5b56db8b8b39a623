#include "schema/cel/number_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace gatefold::cel {
namespace {

// The reference prints with golang.org/x/text, where the numbers of a clause are kept in few bits:
// beyond this one it finds no verb.
constexpr std::uint64_t kPrecisionMax = 10'000'009;
constexpr std::string_view kNoVerb = "%!(NOVERB)";
constexpr std::size_t kGroupDigits = 3;
constexpr int kScientificDigits = 6;

// `number` is finite and not negative.
std::string digits_of(double number, std::chars_format format, int precision) {
  // Digits before the point, the point, digits behind it, and an exponent.
  std::string out(static_cast<std::size_t>(std::numeric_limits<double>::max_exponent10 + 10) +
                      static_cast<std::size_t>(precision),
                  '\0');
  const auto end = std::to_chars(out.data(), out.data() + out.size(), number, format, precision);
  out.resize(end.ec == std::errc() ? static_cast<std::size_t>(end.ptr - out.data()) : 0);
  return out;
}

// 1234567 to 1,234,567.
void append_groups(std::string& out, std::string_view digits) {
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % kGroupDigits == 0) out += ',';
    out += digits[i];
  }
}

// 1.5e-07 to 1.5×10⁻⁰⁷.
std::string with_superscripts(std::string_view number) {
  static constexpr std::array<std::string_view, 10> kDigits = {"⁰", "¹", "²", "³", "⁴",
                                                               "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string out;
  bool is_exponent = false;
  for (const char c : number) {
    if (c == 'e') {
      is_exponent = true;
      out += "×10";
    } else if (!is_exponent) {
      out += c;
    } else if (c == '-') {
      out += "⁻";
    } else if (c != '+') {
      out += kDigits[static_cast<std::size_t>(c - '0') % kDigits.size()];
    }
  }
  return out;
}

}  // namespace

// Of a precision 15 bits are the most digits there may be and 8 bits the least; a sixteenth means
// something else again in the reference, and nothing here.
std::string fixed_text(double number, std::uint64_t precision) {
  if (precision > kPrecisionMax) return std::string(kNoVerb);
  if (std::isnan(number)) return "NaN";
  std::string out = number < 0 ? "-" : "";
  if (std::isinf(number)) return out + "∞";
  const auto most = static_cast<int>(precision & 0x7fffU);
  const std::size_t least = precision & 0xffU;
  const std::string digits = digits_of(std::abs(number), std::chars_format::fixed, most);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  append_groups(out, std::string_view(digits).substr(0, point));
  if (point == digits.size()) return out;
  std::string_view fraction = std::string_view(digits).substr(point + 1);
  while (fraction.size() > least && fraction.ends_with('0')) fraction.remove_suffix(1);
  if (!fraction.empty()) out.append(".").append(fraction);
  return out;
}

std::string scientific_text(double number, std::uint64_t width) {
  if (width > kPrecisionMax) return std::string(kNoVerb);
  std::string out = !std::isnan(number) && number < 0 ? "-" : "";
  if (std::isnan(number)) {
    out = "NaN";
  } else if (std::isinf(number)) {
    out += "∞";
  } else {
    out += with_superscripts(
        digits_of(std::abs(number), std::chars_format::scientific, kScientificDigits));
  }
  const auto size = static_cast<std::size_t>(std::ranges::count_if(
      out, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
  width &= 0xffffU;
  if (width > size) out.insert(0, width - size, ' ');
  return out;
}

std::string plain_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Inf" : "+Inf";
  return fmt::format("{:.6f}", number);
}

}  // namespace gatefold::cel
