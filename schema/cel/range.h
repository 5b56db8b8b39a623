// Least and most of a size or of a cost, as estimates of the language's reference implementation
// count them: beyond 64 bits everything is the largest number (cel-go/checker/cost.go).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace gatefold::cel {

inline constexpr std::uint64_t kUnbounded = std::numeric_limits<std::uint64_t>::max();

constexpr std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b) {
  return a > kUnbounded - b ? kUnbounded : a + b;
}

constexpr std::uint64_t saturating_product(std::uint64_t a, std::uint64_t b) {
  return b != 0 && a > kUnbounded / b ? kUnbounded : a * b;
}

// Rounded up; in doubles, whose errors show: a tenth of 30 is 4.
inline std::uint64_t scaled(std::uint64_t number, double factor) {
  constexpr double kBeyond = 18446744073709551616.0;
  const double product = std::ceil(static_cast<double>(number) * factor);
  return product >= kBeyond ? kUnbounded : static_cast<std::uint64_t>(product);
}

struct Range {
  std::uint64_t min = 0;
  std::uint64_t max = 0;

  static constexpr Range exactly(std::uint64_t number) { return {.min = number, .max = number}; }
  static constexpr Range unknown() { return {.min = 0, .max = kUnbounded}; }
  // Of nothing: united with it every range stays as it is.
  static constexpr Range none() { return {.min = kUnbounded, .max = 0}; }

  constexpr Range united(Range other) const {
    return {.min = std::min(min, other.min), .max = std::max(max, other.max)};
  }
  Range scaled_by(double factor) const {
    return {.min = scaled(min, factor), .max = scaled(max, factor)};
  }

  friend constexpr Range operator+(Range a, Range b) {
    return {.min = saturating_sum(a.min, b.min), .max = saturating_sum(a.max, b.max)};
  }
  friend constexpr Range operator*(Range a, Range b) {
    return {.min = saturating_product(a.min, b.min), .max = saturating_product(a.max, b.max)};
  }
  constexpr Range& operator+=(Range other) { return *this = *this + other; }
  constexpr bool operator==(const Range&) const = default;
};

}  // namespace gatefold::cel
