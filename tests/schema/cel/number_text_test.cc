#include "schema/cel/number_text.h"

#include <limits>

#include <catch2/catch.hpp>

namespace gatefold::cel {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Row {
  double number;
  std::uint64_t precision;
  std::string_view text;
};

TEST_CASE("fixed numbers have groups and a precision") {
  const Row rows[] = {
      {1.2345, 3, "1.234"},
      {1234567.891, 3, "1,234,567.891"},
      {999, 1, "999.0"},
      {1000, 0, "1,000"},
      {-1000.5, 1, "-1,000.5"},
      {2.5, 0, "2"},
      {3.5, 0, "4"},
      {0, 0, "0"},
      {0, 6, "0.000000"},
      {-0.0, 6, "0.000000"},
      {-0.0000001, 6, "-0.000000"},
      {999999.9999999, 6, "1,000,000.000000"},
      {1e22, 1, "10,000,000,000,000,000,000,000.0"},
      {kInfinity, 2, "∞"},
      {-kInfinity, 2, "-∞"},
      {kNan, 2, "NaN"},
      {1.5, 256, "1.5"},
      {1.5, 258, "1.50"},
      {0.1, 300, "0.1000000000000000055511151231257827021181583404541015625"},
      {1.5, 10'000'010, "%!(NOVERB)"},
      {1.5, std::numeric_limits<std::uint64_t>::max(), "%!(NOVERB)"},
  };
  for (const auto& row : rows) {
    INFO(row.number << " with " << row.precision);
    CHECK(fixed_text(row.number, row.precision) == row.text);
  }
}

TEST_CASE("scientific numbers have six digits and a width") {
  const Row rows[] = {
      {1052.032911275, 6, "1.052033×10⁰³"},
      {2.71828, 6, "2.718280×10⁰⁰"},
      {0, 6, "0.000000×10⁰⁰"},
      {-0.0, 6, "0.000000×10⁰⁰"},
      {-1234.5, 2, "-1.234500×10⁰³"},
      {1234.5, 20, "       1.234500×10⁰³"},
      {1234.5, 0, "1.234500×10⁰³"},
      {1234.5, 65'536, "1.234500×10⁰³"},
      {1e-300, 6, "1.000000×10⁻³⁰⁰"},
      {9.99999996, 6, "1.000000×10⁰¹"},
      {kNan, 6, "   NaN"},
      {kInfinity, 6, "     ∞"},
      {-kInfinity, 6, "    -∞"},
      {kInfinity, 0, "∞"},
      {1.5, 10'000'010, "%!(NOVERB)"},
  };
  for (const auto& row : rows) {
    INFO(row.number << " with " << row.precision);
    CHECK(scientific_text(row.number, row.precision) == row.text);
  }
}

TEST_CASE("numbers inside of lists are plain") {
  CHECK(plain_text(2.71) == "2.710000");
  CHECK(plain_text(-1234.5) == "-1234.500000");
  CHECK(plain_text(-0.0) == "-0.000000");
  CHECK(plain_text(kNan) == "NaN");
  CHECK(plain_text(kInfinity) == "+Inf");
  CHECK(plain_text(-kInfinity) == "-Inf");
}

}  // namespace
}  // namespace gatefold::cel
