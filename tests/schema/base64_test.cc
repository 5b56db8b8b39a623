#include "schema/base64.h"

#include <catch2/catch.hpp>

#include "tests/schema/random_value.h"

namespace gatefold {
namespace {

TEST_CASE("base64 has the vectors of RFC 4648") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\xfb\xff", "+/8="},
  };
  for (const auto& [bytes, text] : cases) {
    CHECK(to_base64(bytes) == text);
    CHECK(from_base64(text) == bytes);
  }
}

TEST_CASE("the alphabet for addresses has no padding") {
  CHECK(to_base64url("\xfb\xff") == "-_8");
  CHECK(from_base64url("-_8") == "\xfb\xff");
  CHECK(to_base64url("f") == "Zg");
}

TEST_CASE("what is no base64 is refused") {
  for (const std::string_view text : {"Z", "Zg", "Zg=", "Zg===", "=Zg=", "Z===", "Zm9v=", "Zm 9v",
                                      "-_8=", "Zm9v\x01", "Zg==Zg=="}) {
    INFO(text);
    CHECK_FALSE(from_base64(text).has_value());
  }
  for (const std::string_view text : {"Z", "Zg==", "+/8", "Zm9vY"}) {
    INFO(text);
    CHECK_FALSE(from_base64url(text).has_value());
  }
}

TEST_CASE("lines of base64 are read as Go reads them") {
  for (const std::string_view text : {"Zm9vYg==", "Zm9v\nYg==\n", "\r\nZm\n9v\nYg=\n=\r\n"}) {
    INFO(text);
    CHECK(from_base64_lines(text) == "foob");
  }
  CHECK(from_base64_lines("") == "");
  CHECK(from_base64_lines("Zh==") == "f");  // spare bits don't count
  const std::pair<std::string_view, std::size_t> cases[] = {
      {"Z", 0},    {"Zg", 0},    {"Zm9vYg", 4},  {"Zg=", 3},   {"Zg=x", 3},
      {"=Zg=", 0}, {"Z===", 1},  {"Zg===", 4},   {"Zm 9v", 2}, {"Zg==Zg==", 4},
      {"-_8=", 0}, {"Zm9v=", 4}, {"Zm9\nv!", 5},
  };
  for (const auto& [text, wanted] : cases) {
    INFO(text);
    const auto bytes = from_base64_lines(text);
    REQUIRE(!bytes);
    CHECK(bytes.error() == wanted);
  }
}

TEST_CASE("all bytes come back") {
  test::RandomValues random(64);
  for (int i = 0; i < 500; ++i) {
    std::string bytes;
    for (auto count = random.below(40); count > 0; --count) {
      bytes += static_cast<char>(random.below(256));
    }
    REQUIRE(from_base64(to_base64(bytes)) == bytes);
    REQUIRE(from_base64_lines(to_base64(bytes)) == bytes);
    REQUIRE(from_base64url(to_base64url(bytes)) == bytes);
  }
}

}  // namespace
}  // namespace gatefold
