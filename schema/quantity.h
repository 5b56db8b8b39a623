// Kubernetes' resource.Quantity: amounts with a suffix, as exact decimals (k8s.io/apimachinery
// pkg/api/resource).
#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "schema/decimal.h"

namespace gatefold {

enum class QuantityFormat : std::uint8_t {
  kDecimalExponent,  // 12e6
  kBinarySi,         // 12Mi
  kDecimalSi,        // 12M
};

// Copied freely; owns no memory. Numbers of up to 18 digits are a 64-bit integer and an exponent,
// all others are decimals, and the difference shows: only the former may be integers to Kubernetes.
class Quantity {
 public:
  Quantity() = default;
  Quantity(std::int64_t value, QuantityFormat format) : value_(value), format_(format) {}

  // [sign] digits [. digits] [n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or e and an exponent]. More
  // than nine decimals are rounded away from zero; of binary suffixes, 2^63-1 is the most. The
  // error is Kubernetes' text; unlike there, numbers that need more than Decimal::kDigitsMax digits
  // behind their rounding are `unable to parse numeric part of quantity`.
  static std::expected<Quantity, std::string_view> parse(std::string_view text);

  // Exact. The format is that of *this, or of `other` where *this is zero. Nothing where the result
  // needs more than Decimal::kDigitsMax digits.
  std::optional<Quantity> plus(const Quantity& other) const;
  std::optional<Quantity> minus(const Quantity& other) const;

  int sign() const;  // -1, 0, 1
  // The integer that it is; nothing where it has decimals, is too large, or is a decimal inside.
  std::optional<std::int64_t> as_integer() const;
  // The nearest double, within the error of one multiplication.
  double approximate() const;

  // The canonical form: no decimals, the largest suffix that needs none, binary only where it loses
  // nothing. As Kubernetes prints it, which has no suffix above E of kDecimalSi and drops it; where
  // that keeps a text as it was written (`1.500`), this is canonical all the same.
  std::string to_string() const;

  QuantityFormat format() const { return format_; }

  // By value: 1k equals 1000.
  std::strong_ordering operator<=>(const Quantity& other) const;
  bool operator==(const Quantity& other) const { return (*this <=> other) == 0; }

 private:
  static Quantity of_decimal(const Decimal& decimal, QuantityFormat format);
  Decimal decimal() const;
  bool add_integers(const Quantity& other);

  // value_ * 10^exponent_, or decimal_.
  std::int64_t value_ = 0;
  std::int32_t exponent_ = 0;
  Decimal decimal_;
  bool is_decimal_ = false;
  QuantityFormat format_ = QuantityFormat::kDecimalSi;
};

}  // namespace gatefold
