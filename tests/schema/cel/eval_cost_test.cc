// Costs that Kubernetes 1.33 reports for these expressions.
#include "tests/schema/cel/evaluated.h"

namespace gatefold::cel::test {
namespace {

TEST_CASE("chains of selects cost one for each step, and one for their start") {
  const Evaluator evaluator(R"({"a": {"b": [1, 2]}, "k": "a", "i": 0})");
  check_costs(evaluator, {
                             {"1", 0},
                             {"x", 1},
                             {"x.a", 2},
                             {"x.a.b", 3},
                             {"x['a']", 2},
                             {"x[x.k]", 3},
                             {"x.a.b[x.i]", 5},
                             {"x.a.b[x.i + 1]", 7},
                             {"has(x.a)", 1},
                             {"has(x.a.b)", 2},
                             {"x.?c", 1},
                             {"x.?a", 2},
                             {"[1, 2][0]", 2},
                             {"true ? x : x", 0},
                             {"true ? x.a : x", 1},
                             {"(true ? x : x).a", 1},
                             {"x.c", 2},
                             {"x.c.d", 2},
                         });
}

TEST_CASE("calls cost what their overload says") {
  const Evaluator evaluator(R"({"s": "0123456789a", "l": [1, 2, 3]})");
  check_costs(evaluator, {
                             {"1 + 2", 1},
                             {"'0123456789a' + 'b'", 2},
                             {"'0123456789a' == '0123456789a'", 2},
                             {"'' == 'a'", 0},
                             {"'0123456789a' < '0123456789a'", 2},
                             {"x.s < '0123456789a'", 4},
                             {"x.s == x.s", 6},
                             {"1 in [1, 2]", 0},
                             {"1 in []", 0},
                             {"1 in [dyn(1), x.l[0]]", 15},
                             {"1 in x.l", 3},
                             {"size(x.l)", 3},
                             {"int('1')", 0},
                             {"string(x.l[0])", 4},
                             {"bytes('0123456789a' + 'b')", 4},
                             {"!true", 1},
                             {"true && false", 0},
                             {"1 / 0 == 1", 2},
                         });
}

TEST_CASE("lists and maps cost nothing where they are constant") {
  const Evaluator evaluator("1");
  check_costs(evaluator, {
                             {"[1, 2]", 0},
                             {"[dyn(1), x]", 11},
                             {"[[dyn(1)], [x]]", 21},
                             {"{'a': 1}", 0},
                             {"{'a': x}", 31},
                             {"[1, 1 / 0]", 11},
                         });
}

TEST_CASE("comprehensions cost what their loops do") {
  check_costs(Evaluator("[1, 2]"),
              {
                  {"[1, 2, 3].all(i, i > 0)", 16},
                  {"[1, 2, 3].all(i, i > 1)", 8},
                  {"[].all(i, i > 1)", 1},
                  {"[1, 2, 3].exists(i, i == 2)", 16},
                  {"[1, 2, 3].exists(i, i == 4)", 19},
                  {"[1, 2, 2].exists_one(i, i == 1)", 10},
                  {"[1, 2, 2].exists_one(i, i == 2)", 12},
                  {"[1, 2, 3].filter(i, i % 2 == 1)", 36},
                  {"[1, 2, 3].filter(i, false)", 1},
                  {"[1, 2].map(i, 1)", 5},
                  {"[1, 2].map(i, i)", 27},
                  {"x.map(i, i)", 28},
                  {"x.transformList(i, v, v)", 28},
                  {"x.transformMap(i, v, v)", 10},
                  {"x.transformMapEntry(i, v, {i: v})", 70},
                  {"optional.of(1).optMap(v, v)", 6},
                  {"optional.of(1).optMap(v, 2)", 3},
                  {"optional.none().optMap(v, v)", 3},
                  {"optional.of(1).optMap(x, optional.of(x + 1).optMap(x, x + 1).value())", 17},
              });
}

}  // namespace
}  // namespace gatefold::cel::test
