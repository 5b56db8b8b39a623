#include "schema/decimal.h"

#include <compare>
#include <limits>

#include <catch2/catch.hpp>

namespace gatefold {
namespace {

TEST_CASE("decimals are made of integers and of digits") {
  CHECK(to_decimal(0, 3).sign() == 0);
  CHECK(to_decimal(std::numeric_limits<std::int64_t>::min(), 0).text() == "9223372036854775808");
  CHECK(to_decimal(-5, 0).is_negative);
  CHECK(to_decimal("000120", -1)->text() == "120");
  CHECK(to_decimal(std::string(100, '0') + std::string(64, '9'), 0));
  CHECK(!to_decimal(std::string(65, '9'), 0));
}

TEST_CASE("decimals compare by value") {
  CHECK(std::is_eq(compare(to_decimal(10, 0), to_decimal(1, 1))));
  CHECK(std::is_eq(compare(to_decimal(0, 5), to_decimal(0, -5))));
  CHECK(std::is_gt(compare(to_decimal(101, 0), to_decimal(1, 2))));
  CHECK(std::is_lt(compare(to_decimal(1, 2), to_decimal(101, 0))));
  CHECK(std::is_lt(compare(to_decimal(-1, 9), to_decimal(1, 0))));
  CHECK(std::is_lt(compare(to_decimal(-2, 0), to_decimal(-1, 0))));
  CHECK(std::is_gt(compare(to_decimal(9, 2'000'000'000), to_decimal(1, -2'000'000'000))));
}

TEST_CASE("decimals are added digit by digit") {
  struct Case {
    std::int64_t a;
    std::int32_t exponent_a;
    std::int64_t b;
    std::int32_t exponent_b;
    std::string_view digits;
    int sign;
  };
  const Case cases[] = {
      {999, 0, 1, 0, "1000", 1}, {1000, 0, -1, 0, "999", 1}, {1, 3, 1, 0, "1001", 1},
      {1, 0, -1, 3, "999", -1},  {5, 0, -5, 0, "", 0},       {-5, -2, -5, 0, "505", -1},
      {0, 9, 7, 0, "7", 1},      {0, -3, 7, 0, "7000", 1},
  };
  for (const auto& one : cases) {
    INFO(one.a << "e" << one.exponent_a << " and " << one.b << "e" << one.exponent_b);
    const auto sum = add(to_decimal(one.a, one.exponent_a), to_decimal(one.b, one.exponent_b));
    REQUIRE(sum);
    CHECK(sum->text() == one.digits);
    CHECK(sum->sign() == one.sign);
  }
  CHECK(add(to_decimal(1, 63), to_decimal(1, 0)));
  CHECK(!add(to_decimal(1, 64), to_decimal(1, 0)));
  CHECK(!add(to_decimal(1, 2'000'000'000), to_decimal(1, -2'000'000'000)));
}

TEST_CASE("digits are multiplied and rounded") {
  CHECK(times_power_of_two("0", 60).empty());
  CHECK(times_power_of_two("15", 10) == "15360");
  CHECK(times_power_of_two("999999999999999999999", 60) ==
        "1152921504606846975998847078495393153024");
  CHECK(divided_rounding_up("1234", 2) == "13");
  CHECK(divided_rounding_up("1200", 2) == "12");
  CHECK(divided_rounding_up("9901", 2) == "100");
  CHECK(divided_rounding_up("0001", 9) == "1");
  CHECK(divided_rounding_up("000", 9).empty());
}

}  // namespace
}  // namespace gatefold
