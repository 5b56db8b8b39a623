#include "schema/quantity.h"

#include <cmath>

#include <catch2/catch.hpp>

namespace gatefold {
namespace {

Quantity quantity(std::string_view text) {
  const auto parsed = Quantity::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

TEST_CASE("quantities are read and printed in their canonical form") {
  struct Case {
    std::string_view text;
    std::string_view canonical;
  };
  const Case cases[] = {
      {"0", "0"},
      {"-0", "0"},
      {"1", "1"},
      {"+1k", "1k"},
      {"-1.5", "-1500m"},
      {"1.500", "1500m"},
      {"12Mi", "12Mi"},
      {"1024", "1024"},
      {"1024Ki", "1Mi"},
      {"1025Ki", "1025Ki"},
      {"1.5Gi", "1536Mi"},
      {"0.5Ki", "512"},
      {"0.1Ki", "102400m"},
      {"0.0001Ki", "102400u"},
      {"1000k", "1M"},
      {"1500k", "1500k"},
      {"0.2G", "200M"},
      {"100m", "100m"},
      {"1n", "1n"},
      {"0.1n", "1n"},
      {"-0.1n", "-1n"},
      {"1.0000000001", "1000000001n"},
      {"1e3", "1e3"},
      {"1E4", "10e3"},
      {"1e-4", "100e-6"},
      {"12e6", "12e6"},
      {"1e-10", "1e-9"},
      {"1e0", "1"},
      {"1e4294967297", "10"},
      {"9223372036854775807", "9223372036854775807"},
      {"9Ei", "9223372036854775807"},
      {"-9Ei", "-9223372036854775807"},
      {"7Ei", "7Ei"},
      {"123456789012345678901234567890", "123456789012345678901234567890"},
      {"1e1000000", "10e999999"},
      {"1E", "1E"},
      {"1000E", "1"},  // Kubernetes has no suffix for 10^21
      {".", "0"},
      {"-", "0"},
      {"k", "0"},
      {"1.Gi", "1Gi"},
  };
  for (const auto& one : cases) {
    INFO(one.text);
    CHECK(quantity(one.text).to_string() == one.canonical);
  }
}

TEST_CASE("what is no quantity is refused in Kubernetes' words") {
  const std::string_view wrong_form =
      "quantities must match the regular expression "
      "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  const std::string_view wrong_suffix = "unable to parse quantity's suffix";
  const std::string_view wrong_number = "unable to parse numeric part of quantity";
  struct Case {
    std::string text;
    std::string_view error;
  };
  const Case cases[] = {
      {"", wrong_form},
      {"10Mo", wrong_form},
      {" 1", wrong_form},
      {"1 ", wrong_form},
      {"1.2.3", wrong_form},
      {"1e+-1", wrong_form},
      {"10Mm", wrong_suffix},
      {"--1", wrong_suffix},
      {"1K", wrong_suffix},
      {"1ki", wrong_suffix},
      {"1e", wrong_suffix},
      {"1e+", wrong_suffix},
      {"1k5", wrong_suffix},
      {"1e9223372036854775808", wrong_suffix},
      {"e-20", wrong_number},
      {"-e-20", wrong_number},
      // Refused here alone.
      {std::string(65, '9'), wrong_number},
      {"1234567890123456789e1000", wrong_number},
  };
  for (const auto& one : cases) {
    INFO(one.text);
    const auto parsed = Quantity::parse(one.text);
    REQUIRE(!parsed);
    CHECK(parsed.error() == one.error);
  }
}

TEST_CASE("integers are those that Kubernetes keeps as integers") {
  struct Case {
    std::string_view text;
    std::optional<std::int64_t> integer;
    double approximate;
  };
  const Case cases[] = {
      {"0", 0, 0},
      {"50k", 50'000, 50'000},
      {"50.703k", 50'703, 50'703},
      {"-7", -7, -7},
      {"1.0", std::nullopt, 1},
      {"100m", std::nullopt, 100 * (1 / 1e3)},
      {"1Gi", 1'073'741'824, 1'073'741'824},
      {"1.5Gi", std::nullopt, 1'610'612'736'000'000'000 * 1e-9},
      {"99Ti", 108'851'651'149'824, 108'851'651'149'824},
      {"1Pi", std::nullopt, 1'125'899'906'842'624e9 * 1e-9},
      {"999999999999999999", 999'999'999'999'999'999, 1e18},
      {"1000000000000000000", std::nullopt, 1e27 * 1e-9},
      {"1E", 1'000'000'000'000'000'000, 1e18},
      {"10E", std::nullopt, 10 * 1e18},
      {"1e400", std::nullopt, HUGE_VAL},
  };
  for (const auto& one : cases) {
    INFO(one.text);
    CHECK(quantity(one.text).as_integer() == one.integer);
    CHECK(quantity(one.text).approximate() == one.approximate);
  }
}

TEST_CASE("quantities compare by value") {
  // Each is less than the next.
  const std::string_view ascending[] = {
      "-1e1000000", "-8Ei", "-1k",      "-1",   "-1n", "0",   "1n",   "999u", "1m",
      "999m",       "1",    "1000001u", "1023", "1Ki", "50M", "50Mi", "8Ei",  "9300000000000000000",
      "1e1000000"};
  for (std::size_t i = 0; i < std::size(ascending); ++i) {
    for (std::size_t j = 0; j < std::size(ascending); ++j) {
      INFO(ascending[i] << " and " << ascending[j]);
      CHECK((quantity(ascending[i]) <=> quantity(ascending[j])) == (i <=> j));
    }
    CHECK(quantity(ascending[i]).sign() == (i < 5 ? -1 : i > 5 ? 1 : 0));
  }
  CHECK(quantity("1k") == quantity("1000"));
  CHECK(quantity("1.5Gi") == quantity("1610612736"));
  CHECK(quantity("0") == quantity("0e400"));
}

TEST_CASE("sums and differences are exact and keep the format of what they are made of") {
  struct Case {
    std::string_view a;
    std::string_view b;
    std::string_view sum;
    std::string_view difference;
  };
  const Case cases[] = {
      {"50k", "20", "50020", "49980"},
      {"1Gi", "1Mi", "1025Mi", "1023Mi"},
      {"1Gi", "1n", "1073741824000000001n", "1073741823999999999n"},
      {"0", "1Ki", "1Ki", "-1Ki"},
      {"0Ki", "2e3", "2e3", "-2e3"},
      {"1", "0Ki", "1", "1"},
      {"999999999999999999", "1", "1E", "999999999999999998"},
      {"9e18", "9e18", "18e18", "0"},
      {"1.5Gi", "0.5Gi", "2Gi", "1Gi"},
      {"123456789012345678901234567890", "-1", "123456789012345678901234567889",
       "123456789012345678901234567891"},
      {"1m", "1m", "2m", "0"},
      {"1", "1000000000000000000000", "1000000000000000000001", "-999999999999999999999"},
  };
  for (const auto& one : cases) {
    INFO(one.a << " and " << one.b);
    const auto sum = quantity(one.a).plus(quantity(one.b));
    REQUIRE(sum);
    CHECK(sum->to_string() == one.sum);
    const auto difference = quantity(one.a).minus(quantity(one.b));
    REQUIRE(difference);
    CHECK(difference->to_string() == one.difference);
  }
}

TEST_CASE("results of too many digits are none") {
  CHECK(!quantity("1e1000000000").plus(quantity("1")));
  CHECK(!quantity("1").minus(quantity("1e64")));
  CHECK(quantity("1e60").plus(quantity("1")));
  const auto most = quantity(std::string(55, '9'));
  CHECK(!most.plus(quantity("1")));
  CHECK(most.minus(quantity("1")));
}

}  // namespace
}  // namespace gatefold
