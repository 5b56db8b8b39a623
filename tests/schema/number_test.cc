#include "schema/number.h"

#include <cmath>
#include <limits>
#include <string>

#include <catch2/catch.hpp>

namespace gatefold {
namespace {

TEST_CASE("doubles may be too large, not too small") {
  CHECK(read_double("1.5") == 1.5);
  CHECK(read_double(".5e1") == 5.0);
  CHECK(read_double("-1.5E-3") == -0.0015);
  CHECK(read_double("-0.0") == 0.0);
  CHECK(std::signbit(*read_double("-0.0")));
  CHECK(std::signbit(*read_double("-1e-400")));
  CHECK(read_double("5e-324") == std::numeric_limits<double>::denorm_min());
  CHECK(read_double("1e-400") == 0.0);
  CHECK(read_double("0." + std::string(400, '0') + "1") == 0.0);
  CHECK(read_double("100.0e-400") == 0.0);
  CHECK(read_double("1e-99999999999999999999") == 0.0);
  CHECK(read_double("0." + std::string(400, '0') + "1e5") == 0.0);
  CHECK(read_double("0e99999999999999999999") == 0.0);
  CHECK(read_double(std::string(400, '1') + "e-399").has_value());
  for (const std::string& text :
       {std::string("1e400"), std::string("-1e400"), std::string("0.0001e400"),
        std::string("1e99999999999999999999"), '1' + std::string(400, '0') + ".0e-5"}) {
    INFO(text);
    CHECK_FALSE(read_double(text).has_value());
  }
}

TEST_CASE("text that is no number is none") {
  for (const std::string_view text :
       {"", "-", "+1", " 1", "1 ", "1e", "1.5x", "0x10", "inf", "-nan"}) {
    INFO(text);
    CHECK_FALSE(read_double(text).has_value());
  }
}

}  // namespace
}  // namespace gatefold
