#include "schema/decimal.h"

#include <algorithm>
#include <limits>

namespace gatefold {
namespace {

std::string_view without_leading_zeros(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

// The digit that counts for 10^place; '0' outside of what is written.
int digit_at(const Decimal& value, std::int64_t place) {
  const auto from_end = place - value.exponent;
  if (from_end < 0 || from_end >= value.size) return 0;
  return value.digits[static_cast<std::size_t>(value.size - 1 - from_end)] - '0';
}

std::strong_ordering compare_magnitude(const Decimal& a, const Decimal& b) {
  const auto top_a = std::int64_t{a.exponent} + a.size;
  const auto top_b = std::int64_t{b.exponent} + b.size;
  if (a.size == 0 || b.size == 0) return a.size <=> b.size;
  if (top_a != top_b) return top_a <=> top_b;
  const auto common = std::min(a.text().size(), b.text().size());
  if (const auto order = a.text().substr(0, common) <=> b.text().substr(0, common); order != 0) {
    return order;
  }
  const auto is_zero = [](char c) { return c == '0'; };
  if (!std::ranges::all_of(a.text().substr(common), is_zero)) return std::strong_ordering::greater;
  if (!std::ranges::all_of(b.text().substr(common), is_zero)) return std::strong_ordering::less;
  return std::strong_ordering::equal;
}

// larger +- smaller, digit by digit from 10^exponent on. `size` is at most kDigitsMax + 1.
std::string combine(const Decimal& larger, const Decimal& smaller, bool is_sum,
                    std::int32_t exponent, std::size_t size) {
  std::string out(size, '0');
  int carry = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const auto place = std::int64_t{exponent} + static_cast<std::int64_t>(i);
    const int other = digit_at(smaller, place);
    int digit = digit_at(larger, place) + carry + (is_sum ? other : -other);
    carry = digit > 9 ? 1 : digit < 0 ? -1 : 0;
    digit -= 10 * carry;
    out[size - 1 - i] = static_cast<char>('0' + digit);
  }
  return out;
}

}  // namespace

Decimal to_decimal(std::int64_t value, std::int32_t exponent) {
  const bool is_negative = value < 0;
  // The magnitude of the least integer has no positive counterpart of its own type.
  const auto magnitude =
      is_negative ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  auto out = *to_decimal(std::to_string(magnitude), exponent);
  out.is_negative = is_negative;
  return out;
}

std::optional<Decimal> to_decimal(std::string_view digits, std::int32_t exponent) {
  digits = without_leading_zeros(digits);
  if (digits.size() > Decimal::kDigitsMax) return std::nullopt;
  Decimal out;
  std::ranges::copy(digits, out.digits.begin());
  out.size = static_cast<std::uint8_t>(digits.size());
  out.exponent = exponent;
  return out;
}

std::strong_ordering compare(const Decimal& a, const Decimal& b) {
  if (a.sign() != b.sign()) return a.sign() <=> b.sign();
  return a.sign() < 0 ? compare_magnitude(b, a) : compare_magnitude(a, b);
}

std::optional<Decimal> add(const Decimal& a, const Decimal& b) {
  const auto exponent = std::min(a.exponent, b.exponent);
  const auto top = [exponent](const Decimal& value) {
    return value.size == 0 ? exponent : std::int64_t{value.exponent} + value.size;
  };
  const auto size = std::max(top(a), top(b)) - exponent + 1;
  if (size > static_cast<std::int64_t>(Decimal::kDigitsMax) + 1) return std::nullopt;
  const bool is_sum = a.is_negative == b.is_negative;
  const bool is_swapped = compare_magnitude(a, b) < 0;
  const auto& larger = is_swapped ? b : a;
  const auto& smaller = is_swapped ? a : b;
  auto out = to_decimal(combine(larger, smaller, is_sum, exponent, static_cast<std::size_t>(size)),
                        exponent);
  if (out) out->is_negative = larger.is_negative && out->size > 0;
  return out;
}

Decimal negated(Decimal value) {
  value.is_negative = !value.is_negative && value.size > 0;
  return value;
}

std::string times_power_of_two(std::string_view digits, unsigned bits) {
  // 9 * 2^60 and the carry of such a product fit into 64 bits.
  const std::uint64_t factor = std::uint64_t{1} << bits;
  std::string reversed;
  std::uint64_t carry = 0;
  for (std::size_t i = digits.size(); i-- > 0;) {
    carry += static_cast<std::uint64_t>(digits[i] - '0') * factor;
    reversed += static_cast<char>('0' + carry % 10);
    carry /= 10;
  }
  for (; carry > 0; carry /= 10) reversed += static_cast<char>('0' + carry % 10);
  std::ranges::reverse(reversed);
  return std::string(without_leading_zeros(reversed));
}

std::string divided_rounding_up(std::string_view digits, std::uint64_t places) {
  digits = without_leading_zeros(digits);
  const auto kept = digits.size() - std::min<std::uint64_t>(places, digits.size());
  std::string out(digits.substr(0, kept));
  if (digits.find_first_not_of('0', kept) == std::string_view::npos) return out;
  std::size_t i = out.size();
  while (i > 0 && out[i - 1] == '9') out[--i] = '0';
  if (i == 0) return "1" + out;
  ++out[i - 1];
  return out;
}

}  // namespace gatefold
