#include "engine/replay/under_test.h"

#include <catch2/catch.hpp>

namespace gatefold::engine {
namespace {

UnderTest under_test(std::string_view text) {
  auto pattern = parse_writer_pattern(text);
  REQUIRE(pattern.has_value());
  return UnderTest({*pattern});
}

}  // namespace

TEST_CASE("a star is any text, and the whole has to fit") {
  CHECK(matches_glob("lampd", "lampd"));
  CHECK_FALSE(matches_glob("lampd", "lampd2"));
  CHECK_FALSE(matches_glob("lampd", "a lampd"));
  CHECK(matches_glob("*", ""));
  CHECK(matches_glob("lamp*", "lamp"));
  CHECK(matches_glob("*d/*", "lampd/v1"));
  CHECK(matches_glob("a*b*c", "a-b-b-c"));
  CHECK_FALSE(matches_glob("a*b*c", "a-c-b"));
  CHECK_FALSE(matches_glob("", "a"));
}

TEST_CASE("a pattern is about one part of the writer") {
  CHECK(under_test("user=jo*").wrote("joe", "kubectl", "curl"));
  CHECK_FALSE(under_test("user=jo*").wrote("ann", "joe", "joe"));
  CHECK(under_test("fieldManager=lampd").wrote("joe", "lampd", "curl"));
  CHECK(under_test("userAgent=curl*").wrote("joe", "lampd", "curl/8"));
  CHECK_FALSE(UnderTest().wrote("joe", "lampd", "curl"));
  for (const auto* text : {"", "user", "user=", "manager=lampd", "=x"}) {
    const auto parsed = parse_writer_pattern(text);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().reason == Reason::kBadRequest);
  }
}

}  // namespace gatefold::engine
