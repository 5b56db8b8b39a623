#include "schema/utf8.h"

#include <catch2/catch.hpp>

namespace gatefold {
namespace {

TEST_CASE("code points are read with their length") {
  const std::pair<std::string_view, CodePoint> cases[] = {
      {"a", {0x61, 1}},
      {"\x7f", {0x7f, 1}},
      {"\xc2\x80z", {0x80, 2}},
      {"\xdf\xbf", {0x7ff, 2}},
      {"\xe0\xa0\x80", {0x800, 3}},
      {"\xed\x9f\xbf", {0xd7ff, 3}},
      {"\xef\xbf\xbf", {0xffff, 3}},
      {"\xf0\x90\x80\x80", {0x10000, 4}},
      {"\xf4\x8f\xbf\xbf", {0x10ffff, 4}},
  };
  for (const auto& [text, expected] : cases) {
    const auto point = first_code_point(text);
    CHECK(point.number == expected.number);
    CHECK(point.bytes == expected.bytes);
  }
}

TEST_CASE("broken sequences are no code points") {
  for (const std::string_view text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2z", "\xe0\x9f\xbf", "\xe2\x80",
        "\xe2\x80z", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xff", "\xf0\x9f\x98"}) {
    CHECK(first_code_point(text).bytes == 0);
  }
}

TEST_CASE("the first broken sequence of a text is found") {
  CHECK_FALSE(find_invalid_utf8("").has_value());
  CHECK_FALSE(find_invalid_utf8("a\xc3\xa9\xf0\x9f\x98\x80").has_value());
  CHECK(find_invalid_utf8("a\xc3\xa9\xff\xff") == 3U);
  CHECK(find_invalid_utf8("ab\xf0\x9f\x98") == 2U);
}

}  // namespace
}  // namespace gatefold
