#include "schema/pattern.h"

#include <utility>

#include <catch2/catch.hpp>
#include <re2/re2.h>

namespace gatefold {
namespace {

TEST_CASE("a pattern is found anywhere in a text") {
  const auto pattern = compile_pattern("a+$");
  REQUIRE(pattern.has_value());
  CHECK(re2::RE2::PartialMatch("baa", **pattern));
  CHECK_FALSE(re2::RE2::PartialMatch("ab", **pattern));
}

// From Go 1.24's regexp/syntax.
TEST_CASE("what is wrong with a pattern is said in Go's words") {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"(", "missing closing ): `(`"},
      {"a)", "unexpected ): `a)`"},
      {"[a", "missing closing ]: `[a`"},
      {"*", "missing argument to repetition operator: `*`"},
      {"a**", "invalid nested repetition operator: `**`"},
      {"a{1001}", "invalid repeat count: `{1001}`"},
      {"[b-a]", "invalid character class range: `b-a`"},
      {"\\8", "invalid escape sequence: `\\8`"},
      {"\\", "trailing backslash at end of expression: ``"},
      {"(?=a)", "invalid or unsupported Perl syntax: `(?=`"},
      {"(?P<a", "invalid named capture: `(?P<a`"},
  };
  for (const auto& [text, words] : rows) {
    INFO(text);
    const auto pattern = compile_pattern(text);
    REQUIRE_FALSE(pattern.has_value());
    CHECK(pattern.error() == "error parsing regexp: " + std::string(words));
  }
}

TEST_CASE("a pattern that would need too much memory is refused") {
  const auto pattern = compile_pattern("((((x{30}){30}){30}){30})");
  REQUIRE_FALSE(pattern.has_value());
}

}  // namespace
}  // namespace gatefold
