#include "schema/proto/values.h"

#include <bit>
#include <limits>

#include <catch2/catch.hpp>

#include "tests/support/proto_bytes.h"

namespace gatefold::proto {
namespace {

using test::bytes_field;
using test::integer_field;

std::string moment(std::int64_t seconds, std::int64_t nanos) {
  return integer_field(1, static_cast<std::uint64_t>(seconds)) +
         integer_field(2, static_cast<std::uint64_t>(nanos));
}

}  // namespace

TEST_CASE("a time is whole seconds in UTC, a micro time has six digits more (R4.8)") {
  CHECK(time_of(moment(1'700'000'000, 999'999'999), false) == Value("2023-11-14T22:13:20Z"));
  CHECK(time_of(moment(1'700'000'000, 1'234'567), true) == Value("2023-11-14T22:13:20.001234Z"));
  CHECK(time_of(moment(-1, 0), true) == Value("1969-12-31T23:59:59.000000Z"));
  CHECK(time_of(moment(0, -1000), true) == Value("1969-12-31T23:59:59.999999Z"));
  CHECK(time_of(moment(0, 1'500'000'000), true) == Value("1970-01-01T00:00:01.500000Z"));
}

TEST_CASE("an empty time is none; the epoch is one (R4.8)") {
  CHECK(time_of("", false) == Value(nullptr));
  CHECK(time_of("", true) == Value(nullptr));
  CHECK(time_of(moment(-62'135'596'800, 0), false) == Value(nullptr));
  CHECK(time_of(moment(0, 0), false) == Value("1970-01-01T00:00:00Z"));
}

TEST_CASE("a time that RFC 3339 can't say is refused") {
  CHECK(time_of(moment(253'402'300'799, 0), false) == Value("9999-12-31T23:59:59Z"));
  CHECK(time_of(moment(-62'167'219'200, 0), false) == Value("0000-01-01T00:00:00Z"));
  for (const auto seconds :
       {std::int64_t{253'402'300'800}, std::int64_t{-62'167'219'201},
        std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    CHECK_FALSE(time_of(moment(seconds, 0), false).has_value());
    CHECK_FALSE(time_of(moment(seconds, -1), true).has_value());
  }
  CHECK_FALSE(time_of(moment(253'402'300'799, 1'000'000'000), true).has_value());
  CHECK(time_of(bytes_field(1, "x"), false).error() == "proto: wrong wireType = 2 for field 1");
}

TEST_CASE("a quantity is its text (R4.8)") {
  CHECK(quantity_of(bytes_field(1, "1500m")) == Value("1500m"));
  CHECK(quantity_of("") == Value("0"));
}

TEST_CASE("an IntOrString is one of both (R4.8)") {
  const auto number = integer_field(1, 0) + integer_field(2, 80) + bytes_field(3, "");
  CHECK(int_or_string_of(number) == Value(80));
  CHECK(int_or_string_of(integer_field(1, 1) + integer_field(2, 80) + bytes_field(3, "http")) ==
        Value("http"));
  CHECK(int_or_string_of(integer_field(2, ~std::uint64_t{0})) == Value(-1));
  CHECK(int_or_string_of("") == Value(0));
  CHECK(int_or_string_of(integer_field(1, 2)).error() == "impossible IntOrString.Type");
}

TEST_CASE("a list within a message is a list (R4.8)") {
  CHECK(texts_of("") == Value(JsonArray{}));
  CHECK(texts_of(bytes_field(1, "a") + bytes_field(2, "x") + bytes_field(1, "")) ==
        Value(JsonArray{"a", ""}));
  CHECK_FALSE(texts_of(integer_field(1, 1)).has_value());
}

TEST_CASE("texts are UTF-8 and numbers are those of JSON (R4.8, R4.17)") {
  CHECK(text_of("gr\xc3\xbcn") == "gr\xc3\xbcn");
  CHECK(text_of("a\xff\xc3") == "a\xef\xbf\xbd\xef\xbf\xbd");
  const auto bits = [](double number) { return std::bit_cast<std::uint64_t>(number); };
  CHECK(number_of(bits(-2.5)) == Value(-2.5));
  CHECK(number_of(bits(100.0))->is_int64());
  CHECK(number_of(bits(1e300)) == Value(1e300));
  CHECK_FALSE(number_of(bits(std::numeric_limits<double>::infinity())).has_value());
  CHECK_FALSE(number_of(bits(std::numeric_limits<double>::quiet_NaN())).has_value());
}

}  // namespace gatefold::proto
