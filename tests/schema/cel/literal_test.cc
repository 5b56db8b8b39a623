#include <limits>

#include <catch2/catch.hpp>

#include "schema/cel/lexer.h"

namespace gatefold::cel {
namespace {

TEST_CASE("ints have 64 bits and a sign") {
  CHECK(int_of("0") == 0);
  CHECK(int_of("-0") == 0);
  CHECK(int_of("007") == 7);
  CHECK(int_of("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
  CHECK(int_of("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  CHECK(int_of("0x7fffffffffffffff") == std::numeric_limits<std::int64_t>::max());
  CHECK(int_of("-0x8000000000000000") == std::numeric_limits<std::int64_t>::min());
  CHECK(int_of("-0xF") == -15);
  for (const std::string_view text :
       {"9223372036854775808", "-9223372036854775809", "0x8000000000000000", "", "-", "--1"}) {
    INFO(text);
    CHECK_FALSE(int_of(text).has_value());
  }
}

TEST_CASE("uints have 64 bits and a suffix") {
  CHECK(uint_of("0u") == 0U);
  CHECK(uint_of("18446744073709551615U") == std::numeric_limits<std::uint64_t>::max());
  CHECK(uint_of("0xffffffffffffffffu") == std::numeric_limits<std::uint64_t>::max());
  CHECK_FALSE(uint_of("18446744073709551616u").has_value());
  CHECK_FALSE(uint_of("").has_value());
}

TEST_CASE("texts lose their quotes and escapes") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"''", ""},
      {R"("")", ""},
      {R"(r"")", ""},
      {R"("""""")", ""},
      {R"('a"b')", R"(a"b)"},
      {R"('''a'b''')", "a'b"},
      {R"('\a\b\f\n\r\t\v')", "\a\b\f\n\r\t\v"},
      {R"('\"\'\\\?\`')", R"("'\?`)"},
      {R"('\x41\X42\103')", "ABC"},
      {R"('\xc3\xbf\303\277')", "\u00c3\u00bf\u00c3\u00bf"},
      {R"('\u263A\U0001f601\u0041')", "\u263a\U0001f601A"},
      {R"(r'\n\u00')", R"(\n\u00)"},
      {R"(R"""a"b\""")", R"(a"b\)"},
      {"'''a\r\nb\rc\n\rd'''", "a\nb\nc\n\nd"},
      {"r'''a\r\nb'''", "a\nb"},
      {R"('\r\n')", "\r\n"},
      {R"('é')", "\u00e9"},
      {R"(b'')", ""},
      {R"(b'a\xff\377é')", "a\xff\xff\u00e9"},
      {R"(Br'\xff')", R"(\xff)"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    const auto value = unquote(text);
    REQUIRE(value.has_value());
    CHECK(*value == expected);
  }
  using namespace std::string_literals;
  CHECK(unquote(R"('\000')") == "\0"s);
  CHECK(unquote(R"(b'\x00a')") == "\0a"s);
}

TEST_CASE("escapes that name no character are refused") {
  CHECK(unquote(R"('\udead')").error() == "invalid unicode code point");
  CHECK(unquote(R"('\U00110000')").error() == "invalid unicode code point");
  CHECK(unquote(R"('\Uffffffff')").error() == "invalid unicode code point");
  CHECK(unquote(R"(b'\u0041')").error() == "unable to unescape string");
  CHECK(unquote(R"(b'\U00000041')").error() == "unable to unescape string");
}

}  // namespace
}  // namespace gatefold::cel
