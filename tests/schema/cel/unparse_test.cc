#include <catch2/catch.hpp>

#include "schema/cel/parser.h"

namespace gatefold::cel {
namespace {

std::string shown(auto what) {
  Node node;
  node.what = std::move(what);
  return to_string(node);
}

TEST_CASE("literals are shown by their types") {
  CHECK(shown(Literal{}) == "null");
  CHECK(shown(Literal{true, {}}) == "true");
  CHECK(shown(Literal{std::int64_t{-5}, {}}) == "-5");
  CHECK(shown(Literal{std::uint64_t{5}, {}}) == "5u");
  CHECK(shown(Literal{5.0, {}}) == "5.0");
  CHECK(shown(Literal{-0.5, {}}) == "-0.5");
  CHECK(shown(Literal{1e300, {}}) == "1e+300");
  CHECK(shown(Literal{std::string("a\"\n\u00e9"), {}}) == "\"a\\\"\\n\u00e9\"");
  CHECK(shown(Literal{Bytes{"a\"\\\xff"}, {}}) == R"(b"a\x22\x5c\xff")");
}

TEST_CASE("what is written differently is shown differently") {
  const auto shown_as = [](std::string_view text) { return to_string(**parse(text)); };
  CHECK(shown_as("a.b") != shown_as("a.?b"));
  CHECK(shown_as("a") != shown_as(".a"));
  CHECK(shown_as("has(a.b)") != shown_as("a.b"));
  CHECK(shown_as("has(a.b)") != shown_as(".has(a.b)"));
  CHECK(shown_as("[?a]") != shown_as("[a]"));
  CHECK(shown_as("{?a: b}") != shown_as("{a: b}"));
  CHECK(shown_as("a[b]") != shown_as("a[?b]"));
  CHECK(shown_as("A{}") == "A{}");
}

}  // namespace
}  // namespace gatefold::cel
