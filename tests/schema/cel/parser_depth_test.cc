#include <catch2/catch.hpp>

#include "schema/cel/parser.h"

namespace gatefold::cel {
namespace {

std::string repeated(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

// The message, or nothing where the text parses.
std::string message_of(const std::string& text) {
  const auto parsed = parse(text);
  return parsed ? "" : parsed.error().message;
}

constexpr std::string_view kTooNested = "expression recursion limit exceeded: 250";
constexpr std::string_view kTooHigh = "max recursion depth exceeded";

struct Chain {
  std::string_view name;
  std::string_view begin;
  std::string_view link;
  std::string_view end;
  std::size_t links_max;  // as in the reference
  std::string_view message;
};

TEST_CASE("chains have an end") {
  const Chain chains[] = {
      {"sum", "a", "+a", "", 250, kTooHigh},
      {"product", "a", "*a", "", 250, kTooHigh},
      {"relation", "a", "<a", "", 250, kTooHigh},
      {"selection", "a", ".a", "", 250, kTooHigh},
      {"optional selection", "a", ".?a", "", 250, kTooHigh},
      {"index", "a", "[0]", "", 250, kTooHigh},
      {"method", "a", ".f()", "", 250, kTooHigh},
      {"macro", "a", ".map(x,x)", "", 250, kTooHigh},
      {"ternary", "", "a?a:", "a", 249, kTooNested},
  };
  for (const Chain& chain : chains) {
    INFO(chain.name);
    const auto chained = [&](std::size_t links) {
      return std::string(chain.begin) + repeated(chain.link, links) + std::string(chain.end);
    };
    CHECK(message_of(chained(chain.links_max)).empty());
    CHECK(message_of(chained(chain.links_max + 1)) == chain.message);
    CHECK(message_of(chained(9'000)) == chain.message);
  }
}

struct Nest {
  std::string_view open;
  std::string_view close;
  std::size_t depth_max;  // as in the reference
};

TEST_CASE("nesting has an end") {
  const Nest nests[] = {
      {"(", ")", 249},    {"[", "]", 249},        {"{a:", "}", 249},   {"f(", ")", 249},
      {"a.f(", ")", 249}, {"a[", "]", 249},       {"!(", ")", 249},    {"-(", ")", 249},
      {"a+(", ")", 124},  {"a*(", ")", 124},      {"a<(", ")", 124},   {"a+b*(", ")", 83},
      {"A{b:", "}", 249}, {"a.all(x,", ")", 249}, {"(a?a:", ")", 124},
  };
  for (const Nest& nest : nests) {
    INFO(nest.open);
    const auto nested = [&](std::size_t depth) {
      return repeated(nest.open, depth) + 'a' + repeated(nest.close, depth);
    };
    CHECK(message_of(nested(nest.depth_max)).empty());
    CHECK(message_of(nested(nest.depth_max + 1)) == kTooNested);
    CHECK(message_of(repeated(nest.open, 9'000)) == kTooNested);
  }
}

TEST_CASE("signs and chains that grow no tree may be long") {
  CHECK(message_of(repeated("!", 50'000) + 'a').empty());
  CHECK(message_of(repeated("-", 50'001) + 'a').empty());
  CHECK(message_of('a' + repeated("&&a", 30'000)).empty());
  CHECK(message_of('a' + repeated("||a", 30'000)).empty());
  CHECK(message_of("[a" + repeated(",a", 30'000) + ']').empty());
  CHECK(message_of("f(a" + repeated(",a", 30'000) + ')').empty());
  CHECK(message_of("A" + repeated(".a", 30'000) + "{}").empty());
}

TEST_CASE("no tree is higher than the limit, whatever it is made of") {
  // Every level is four nodes high and one rule deep.
  const auto nested = [](std::size_t depth) {
    return repeated("!f([{a:", depth) + 'a' + repeated("}])", depth);
  };
  CHECK(message_of(nested(62)).empty());
  CHECK(message_of(nested(63)) == kTooHigh);
}

TEST_CASE("an issue without a place comes before all others") {
  CHECK(message_of("var + " + repeated("[", 300)) == kTooNested);
}

TEST_CASE("expressions have a length") {
  CHECK(message_of('\'' + repeated("\u00e9", 99'998) + '\'').empty());
  CHECK(message_of('\'' + repeated("\u00e9", 99'999) + '\'') ==
        "expression code point size exceeds limit: size: 100001, limit 100000");
}

}  // namespace
}  // namespace gatefold::cel
