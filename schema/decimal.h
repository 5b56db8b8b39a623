// Exact decimals of bounded length.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatefold {

// The number +-digits * 10^exponent. Trailing zeros count: 10 and 1e1 compare as equal, and are
// different pairs of digits and exponent, as of Go's inf.Dec.
struct Decimal {
  static constexpr std::size_t kDigitsMax = 64;

  std::array<char, kDigitsMax> digits{};  // '0' to '9', the first is not '0'
  std::uint8_t size = 0;                  // of digits; 0: the number is zero
  bool is_negative = false;
  std::int32_t exponent = 0;

  std::string_view text() const { return {digits.data(), size}; }
  int sign() const { return size == 0 ? 0 : is_negative ? -1 : 1; }
};

Decimal to_decimal(std::int64_t value, std::int32_t exponent);

// `digits` may have leading zeros; nothing where what remains is too long.
std::optional<Decimal> to_decimal(std::string_view digits, std::int32_t exponent);

// By value, whatever the exponents.
std::strong_ordering compare(const Decimal& a, const Decimal& b);

// The sum, with the lesser exponent of both; nothing where it has more than kDigitsMax digits.
std::optional<Decimal> add(const Decimal& a, const Decimal& b);
Decimal negated(Decimal value);

// Digits in a string, of any length, without leading zeros. All are linear in its length.
// Times 2^bits, where bits is at most 60.
std::string times_power_of_two(std::string_view digits, unsigned bits);
// Without the last `places` digits; away from zero where one of those was not 0.
std::string divided_rounding_up(std::string_view digits, std::uint64_t places);

}  // namespace gatefold
