#include "schema/quantity.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace gatefold {
namespace {

constexpr std::string_view kWrongForm =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
constexpr std::string_view kWrongNumber = "unable to parse numeric part of quantity";
constexpr std::string_view kWrongSuffix = "unable to parse quantity's suffix";

constexpr std::int32_t kNano = -9;
constexpr std::int64_t kIntegerDigitsMax = 18;
constexpr std::int64_t kBinaryDigitsMax = 15;  // that surely fit, whichever power of two follows

struct Suffix {
  std::string_view text;
  std::int32_t exponent = 0;
  QuantityFormat format = QuantityFormat::kDecimalSi;
};
constexpr auto kDecimal = QuantityFormat::kDecimalSi;
constexpr auto kBinary = QuantityFormat::kBinarySi;
constexpr std::array kSuffixes = {
    Suffix{"", 0, kDecimal},   Suffix{"n", -9, kDecimal}, Suffix{"u", -6, kDecimal},
    Suffix{"m", -3, kDecimal}, Suffix{"k", 3, kDecimal},  Suffix{"M", 6, kDecimal},
    Suffix{"G", 9, kDecimal},  Suffix{"T", 12, kDecimal}, Suffix{"P", 15, kDecimal},
    Suffix{"E", 18, kDecimal}, Suffix{"Ki", 10, kBinary}, Suffix{"Mi", 20, kBinary},
    Suffix{"Gi", 30, kBinary}, Suffix{"Ti", 40, kBinary}, Suffix{"Pi", 50, kBinary},
    Suffix{"Ei", 60, kBinary},
};

struct Parts {
  bool is_negative = false;
  std::string_view integer;  // without leading zeros; one zero for none
  std::string_view decimals;
  bool has_digits = false;  // whether anything but a sign and a suffix is there
  std::string_view suffix;
};

std::string_view take_while(std::string_view& text, std::string_view characters) {
  const auto taken = text.substr(0, std::min(text.find_first_not_of(characters), text.size()));
  text.remove_prefix(taken.size());
  return taken;
}

// Nothing: something follows that is no suffix. Lenient as Kubernetes is: `.`, `-` and `k` are 0.
std::optional<Parts> split(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  Parts parts;
  if (text.starts_with('-') || text.starts_with('+')) {
    parts.is_negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const bool has_zeros = !take_while(text, "0").empty();
  parts.integer = take_while(text, kDigits);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    parts.decimals = take_while(text, kDigits);
  }
  parts.has_digits = has_zeros || !parts.integer.empty() || !parts.decimals.empty();
  if (parts.integer.empty()) parts.integer = "0";
  parts.suffix = text;
  take_while(text, "eEinumkKMGTP");
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  take_while(text, kDigits);
  if (!text.empty()) return std::nullopt;
  return parts;
}

std::optional<Suffix> suffix_of(std::string_view text) {
  for (const auto& suffix : kSuffixes) {
    if (suffix.text == text) return suffix;
  }
  if (text.size() < 2 || (text.front() != 'e' && text.front() != 'E')) return std::nullopt;
  auto digits = text.substr(1);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t exponent = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  // Cut to 32 bits, as there.
  return Suffix{text, static_cast<std::int32_t>(exponent), QuantityFormat::kDecimalExponent};
}

std::string_view suffix_text(QuantityFormat format, std::int64_t exponent) {
  for (const auto& suffix : kSuffixes) {
    if (suffix.format == format && suffix.exponent == exponent) return suffix.text;
  }
  return "";
}

// The number as value * 10^exponent where it has few digits.
std::optional<std::pair<std::int64_t, std::int32_t>> small_number(const Parts& parts,
                                                                  const Suffix& suffix) {
  const auto size = static_cast<std::int64_t>(parts.integer.size());
  const auto decimals = static_cast<std::int64_t>(parts.decimals.size());
  std::int64_t factor = 1;
  std::int64_t exponent = suffix.exponent - decimals;
  if (suffix.format == QuantityFormat::kBinarySi) {
    if (decimals > 0 || kBinaryDigitsMax - size - suffix.exponent * 3 / 10 - 1 < 0) return {};
    factor = std::int64_t{1} << suffix.exponent;
    exponent = 0;
  } else if (kIntegerDigitsMax - size - decimals < 0) {
    return {};
  }
  if (exponent < kNano) return {};
  std::int64_t value = 0;
  for (const auto digits : {parts.integer, parts.decimals}) {
    for (const char c : digits) value = value * 10 + (c - '0');
  }
  if (__builtin_mul_overflow(value, factor, &value)) return {};
  return std::pair{parts.is_negative ? -value : value, static_cast<std::int32_t>(exponent)};
}

// The magnitude of any number, in whole nanos unless it is zero.
std::optional<Decimal> large_number(const Parts& parts, const Suffix& suffix) {
  auto digits = std::string(parts.integer) + std::string(parts.decimals);
  auto exponent = -static_cast<std::int64_t>(parts.decimals.size());
  if (suffix.format == QuantityFormat::kBinarySi) {
    digits = times_power_of_two(digits, static_cast<unsigned>(suffix.exponent));
  } else {
    exponent += suffix.exponent;
  }
  if (digits.find_first_not_of('0') == std::string::npos) {
    return to_decimal("", static_cast<std::int32_t>(exponent));
  }
  if (exponent < kNano) {
    digits = divided_rounding_up(digits, static_cast<std::uint64_t>(kNano - exponent));
  } else {
    const auto zeros = exponent - kNano;
    if (zeros > static_cast<std::int64_t>(Decimal::kDigitsMax)) return std::nullopt;
    digits.append(static_cast<std::size_t>(zeros), '0');
  }
  return to_decimal(digits, kNano);
}

// math.Pow10: products of two doubles, not the nearest one.
double power_of_ten(std::int64_t exponent) {
  constexpr std::int64_t kStep = 32;
  if (exponent > 308) return std::numeric_limits<double>::infinity();
  if (exponent < -323) return 0;
  const auto exact = [](std::int64_t power) {
    const auto text = "1e" + std::to_string(power);
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  };
  if (exponent >= 0) return exact(exponent / kStep * kStep) * exact(exponent % kStep);
  return exact(exponent / kStep * kStep) / exact(-exponent % kStep);
}

// Takes factors of 1024 out of an integer.
int take_binary_factors(std::string& digits) {
  int times = 0;
  while (digits != "0" && digits.size() > 3) {
    std::string quotient;
    unsigned remainder = 0;
    for (const char c : digits) {
      remainder = remainder * 10 + static_cast<unsigned>(c - '0');
      quotient += static_cast<char>('0' + remainder / 1024);
      remainder %= 1024;
    }
    if (remainder != 0) return times;
    digits = quotient.substr(quotient.find_first_not_of('0'));
    ++times;
  }
  return times;
}

// The digits of the integer that `value` is; nothing where it has decimals.
std::optional<std::string> whole_digits(const Decimal& value) {
  std::string digits(value.text());
  if (value.exponent >= 0) {
    digits.append(static_cast<std::size_t>(value.exponent), '0');
    return digits;
  }
  const auto decimals =
      std::min<std::size_t>(static_cast<std::size_t>(-value.exponent), digits.size());
  const auto dropped = digits.substr(digits.size() - decimals);
  if (dropped.find_first_not_of('0') != std::string::npos) return std::nullopt;
  digits.resize(digits.size() - decimals);
  return digits;
}

}  // namespace

std::expected<Quantity, std::string_view> Quantity::parse(std::string_view text) {
  if (text.empty()) return std::unexpected(kWrongForm);
  const auto parts = split(text);
  if (!parts) return std::unexpected(kWrongForm);
  const auto suffix = suffix_of(parts->suffix);
  if (!suffix) return std::unexpected(kWrongSuffix);
  if (const auto small = small_number(*parts, *suffix)) {
    Quantity out(small->first, suffix->format);
    out.exponent_ = small->second;
    return out;
  }
  if (!parts->has_digits) return std::unexpected(kWrongNumber);
  auto large = large_number(*parts, *suffix);
  if (!large) return std::unexpected(kWrongNumber);
  auto format = suffix->format;
  if (format == QuantityFormat::kBinarySi) {
    const auto most = to_decimal(std::numeric_limits<std::int64_t>::max(), 0);
    if (compare(*large, most) > 0) large = most;
    if (large->size > 0 && compare(*large, to_decimal(1, 0)) < 0) format = kDecimal;
  }
  large->is_negative = parts->is_negative && large->size > 0;
  return of_decimal(*large, format);
}

Quantity Quantity::of_decimal(const Decimal& decimal, QuantityFormat format) {
  Quantity out(0, format);
  out.decimal_ = decimal;
  out.is_decimal_ = true;
  return out;
}

Decimal Quantity::decimal() const {
  return is_decimal_ ? decimal_ : to_decimal(value_, exponent_);
}

bool Quantity::add_integers(const Quantity& other) {
  if (other.value_ == 0) return true;
  if (value_ == 0) {
    value_ = other.value_;
    exponent_ = other.exponent_;
    return true;
  }
  const auto lesser = std::min(exponent_, other.exponent_);
  const auto scaled = [lesser](std::int64_t value, std::int32_t exponent, std::int64_t& out) {
    out = value;
    for (std::int64_t i = lesser; i < exponent; ++i) {
      if (__builtin_mul_overflow(out, std::int64_t{10}, &out)) return false;
    }
    return true;
  };
  std::int64_t a = 0;
  std::int64_t b = 0;
  if (!scaled(value_, exponent_, a) || !scaled(other.value_, other.exponent_, b) ||
      __builtin_add_overflow(a, b, &a)) {
    return false;
  }
  value_ = a;
  exponent_ = lesser;
  return true;
}

std::optional<Quantity> Quantity::plus(const Quantity& other) const {
  auto out = *this;
  if (sign() == 0) out.format_ = other.format_;
  if (!is_decimal_ && !other.is_decimal_ && out.add_integers(other)) return out;
  const auto sum = add(decimal(), other.decimal());
  if (!sum) return std::nullopt;
  return of_decimal(*sum, out.format_);
}

std::optional<Quantity> Quantity::minus(const Quantity& other) const {
  auto negative = other;
  if (other.is_decimal_ || other.value_ == std::numeric_limits<std::int64_t>::min()) {
    negative = of_decimal(negated(other.decimal()), other.format_);
  } else {
    negative.value_ = -other.value_;
  }
  return plus(negative);
}

int Quantity::sign() const {
  if (is_decimal_) return decimal_.sign();
  return value_ == 0 ? 0 : value_ < 0 ? -1 : 1;
}

std::optional<std::int64_t> Quantity::as_integer() const {
  if (is_decimal_ || exponent_ < 0) return std::nullopt;
  auto value = value_;
  for (std::int32_t i = 0; i < exponent_ && value != 0; ++i) {
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value)) return std::nullopt;
  }
  return value;
}

double Quantity::approximate() const {
  double base = static_cast<double>(value_);
  if (is_decimal_) {
    const auto digits = decimal_.text();
    base = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), base);
    if (decimal_.is_negative) base = -base;
  }
  const auto exponent = is_decimal_ ? decimal_.exponent : exponent_;
  return exponent == 0 ? base : base * power_of_ten(exponent);
}

std::string Quantity::to_string() const {
  if (sign() == 0) return "0";
  const auto value = decimal();
  const std::string minus_sign = value.is_negative ? "-" : "";
  const bool is_small =
      compare(value, to_decimal(1024, 0)) < 0 && compare(value, to_decimal(-1024, 0)) > 0;
  auto format = format_;
  if (format == QuantityFormat::kBinarySi) {
    auto digits = is_small ? std::nullopt : whole_digits(value);
    if (digits) {
      const auto times = take_binary_factors(*digits);
      return minus_sign + *digits + std::string(suffix_text(kBinary, std::int64_t{times} * 10));
    }
    format = kDecimal;
  }
  auto digits = value.text();
  std::int64_t exponent = value.exponent;
  while (digits.ends_with('0')) {
    digits.remove_suffix(1);
    ++exponent;
  }
  auto out = minus_sign + std::string(digits);
  for (; exponent % 3 != 0; --exponent) out += '0';
  if (format == kDecimal) return out + std::string(suffix_text(kDecimal, exponent));
  return exponent == 0 ? out : out + "e" + std::to_string(exponent);
}

std::strong_ordering Quantity::operator<=>(const Quantity& other) const {
  if (!is_decimal_ && !other.is_decimal_ && exponent_ == other.exponent_) {
    return value_ <=> other.value_;
  }
  return compare(decimal(), other.decimal());
}

}  // namespace gatefold
