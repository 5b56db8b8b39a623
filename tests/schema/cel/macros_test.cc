#include "schema/cel/macros.h"

#include <catch2/catch.hpp>

namespace gatefold::cel {
namespace {

std::string tree_of(std::string_view text) {
  const auto parsed = parse(text);
  return parsed ? to_string(**parsed) : to_string(parsed.error(), text);
}

std::string issue_of(std::string_view text) {
  const auto parsed = parse(text);
  if (parsed) return to_string(**parsed);
  return std::to_string(parsed.error().offset) + ' ' + parsed.error().message;
}

struct Case {
  std::string_view text;
  std::string_view expected;
};

TEST_CASE("macros become nodes of their own") {
  const Case cases[] = {
      {"has(a.b)", "@has(a.b)"},
      {"has(a[0].b.c)", "@has(_[_](a, 0).b.c)"},
      {"has(has(a.b))", "@has(a.b)"},
      {"a.all(x, x > 0)", "@all(a, x, _>_(x, 0))"},
      {"a.all(i, x, x > i)", "@all(a, i, x, _>_(x, i))"},
      {"a.exists(x, x)", "@exists(a, x, x)"},
      {"a.exists(i, x, x)", "@exists(a, i, x, x)"},
      {"a.exists_one(x, x)", "@exists_one(a, x, x)"},
      {"a.exists_one(i, x, x)", "@exists_one(a, i, x, x)"},
      {"a.existsOne(i, x, x)", "@exists_one(a, i, x, x)"},
      {"a.filter(x, x)", "@filter(a, x, x)"},
      {"a.map(x, x + 1)", "@map(a, x, _+_(x, 1))"},
      {"a.map(x, x > 0, x + 1)", "@map(a, x, _>_(x, 0), _+_(x, 1))"},
      {"a.transformList(i, x, x)", "@transformList(a, i, x, x)"},
      {"a.transformList(i, x, c, x)", "@transformList(a, i, x, c, x)"},
      {"a.transformMap(k, v, v)", "@transformMap(a, k, v, v)"},
      {"a.transformMap(k, v, c, v)", "@transformMap(a, k, v, c, v)"},
      {"a.transformMapEntry(k, v, {v: k})", "@transformMapEntry(a, k, v, {v: k})"},
      {"a.transformMapEntry(k, v, c, {v: k})", "@transformMapEntry(a, k, v, c, {v: k})"},
      {"a.?b.optMap(x, x + 1)", "@optMap(a.?b, x, _+_(x, 1))"},
      {"a.optFlatMap(x, x.?b)", "@optFlatMap(a, x, x.?b)"},
      {"a.filter(x, x.all(y, y)).size()", "@filter(a, x, @all(x, y, y)).size()"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(tree_of(text) == expected);
  }
}

TEST_CASE("other names, numbers of arguments and ways of calling are calls") {
  const Case cases[] = {
      {"has()", "has()"},
      {"has(a.b, c)", "has(a.b, c)"},
      {".has(a.b)", "has(a.b)"},
      {"a.has(b.c)", "a.has(b.c)"},
      {"all(x, x)", "all(x, x)"},
      {"a.all(x)", "a.all(x)"},
      {"a.existsOne(x, x)", "a.existsOne(x, x)"},
      {"a.all(i, x, x, x)", "a.all(i, x, x, x)"},
      {"a.filter(i, x, x)", "a.filter(i, x, x)"},
      {"a.map(i, x, c, x)", "a.map(i, x, c, x)"},
      {"a.transformList(x, x)", "a.transformList(x, x)"},
      {"a.optMap(x)", "a.optMap(x)"},
      {"cel.bind(x, 1, x)", "cel.bind(x, 1, x)"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(tree_of(text) == expected);
  }
}

TEST_CASE("arguments of macros have their forms") {
  const Case cases[] = {
      {"has(a)", "4 invalid argument to has() macro"},
      {"has(a.b + c)", "8 invalid argument to has() macro"},
      {"has(a.?b)", "5 invalid argument to has() macro"},
      {"1.all(2, 3)", "6 argument must be a simple name"},
      {"a.exists(b.c, d)", "10 argument must be a simple name"},
      {"a.exists_one(1, d)", "13 argument must be a simple name"},
      {"a.all(1, x, d)", "6 argument must be a simple name"},
      {"a.all(x, 1, d)", "9 argument must be a simple name"},
      {"a.transformMap(k, v.w, d)", "19 argument must be a simple name"},
      {"m.filter(a.b, false)", "10 argument is not an identifier"},
      {"m.map(1, false)", "6 argument is not an identifier"},
      {"a.all(x, x, d)", "9 duplicate variable name: x"},
      {"a.all(__result__, __result__, d)", "18 duplicate variable name: __result__"},
      {"m.filter(__result__, false)", "9 iteration variable overwrites accumulator variable"},
      {"m.map(__result__, 1)", "6 iteration variable overwrites accumulator variable"},
      {"m.all(x, __result__, 1)", "9 iteration variable overwrites accumulator variable"},
      {"a.optMap(1, 2)", "9 optMap() variable name must be a simple identifier"},
      {"a.optFlatMap(b.c, 2)", "14 optFlatMap() variable name must be a simple identifier"},
      {"[1, 2, 3].map(var, var * var)", "14 reserved identifier: var"},
      {"a.all(1, b.all(2, 3)) + d.all(4, 5)", "6 argument must be a simple name"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(issue_of(text) == expected);
  }
}

TEST_CASE("macros stand at their opening parenthesis") {
  const std::pair<std::string_view, std::uint32_t> cases[] = {
      {"has(a.b)", 3}, {"a.all(x, x)", 5}, {"a.b.optMap(x, x)", 10}};
  for (const auto& [text, offset] : cases) {
    INFO(text);
    const auto parsed = parse(text);
    REQUIRE(parsed.has_value());
    CHECK((*parsed)->offset == offset);
  }
}

TEST_CASE("no macro, nothing taken") {
  NodePtr target = std::make_unique<Node>();
  std::vector<NodePtr> arguments;
  arguments.push_back(std::make_unique<Node>());
  CHECK_FALSE(expand_macro("all", target, arguments, 0).has_value());
  CHECK(target != nullptr);
  CHECK(arguments.front() != nullptr);
}

}  // namespace
}  // namespace gatefold::cel
