#include "tests/schema/cel/evaluated.h"

namespace gatefold::cel::test {
namespace {

TEST_CASE("and, or and the ternary absorb errors as the language says") {
  check_values(Evaluator(), {
                                {"true || 1 / 0 > 0", "true"},
                                {"1 / 0 > 0 || true", "true"},
                                {"1 / 0 > 0 || false", "error: division by zero"},
                                {"1 / 0 > 0 || 1 % 0 > 0", "error: division by zero"},
                                {"false && 1 / 0 > 0", "false"},
                                {"1 / 0 > 0 && false", "false"},
                                {"1 / 0 > 0 && true", "error: division by zero"},
                                {"dyn(1) || true", "true"},
                                {"dyn(1) || false", "error: no such overload"},
                                {"dyn(1) && true", "error: no such overload"},
                                {"false && (1 / 0 > 0 && 1 / 0 > 0)", "false"},
                                {"true ? 1 : 1 / 0", "1"},
                                {"false ? 1 / 0 : 2", "2"},
                                {"1 / 0 > 0 ? 1 : 2", "error: division by zero"},
                                {"dyn(1) ? 1 : 2", "error: no such overload"},
                                {"!dyn(1)", "error: no such overload"},
                                {"!(1 / 0 > 0)", "error: division by zero"},
                            });
}

TEST_CASE("members, items and their absence") {
  const Evaluator evaluator(R"({"a": {"b": 1}, "l": [1, [2, 3]], "n": null, "1": "one"})");
  check_values(evaluator, {
                              {"x.a.b", "1"},
                              {"x['a']['b']", "1"},
                              {"x.a.c", "error: no such key: c"},
                              {"x.c.b", "error: no such key: c"},
                              {"x[1]", "error: no such key: 1"},
                              {"x[true]", "error: no such key: true"},
                              {"x['1']", "'one'"},
                              {"x.l[1][0]", "2"},
                              {"x.l[1u][0.0]", "2"},
                              {"x.l[2]", "error: index out of bounds: 2"},
                              {"x.l[-1]", "error: index out of bounds: -1"},
                              {"x.l[0.5]", "error: unsupported index value 0.5 in list"},
                              {"x.l['0']", "error: unsupported index type 'string' in list"},
                              {"x.l.a", "error: unsupported index type 'string' in list"},
                              {"x.l[x.l[0]][0]", "2"},
                              {"x.a.b.c", "error: no such key: c"},
                              {"x.n", "null"},
                              {"has(x.a)", "true"},
                              {"has(x.a.b)", "true"},
                              {"has(x.a.c)", "false"},
                              {"has(x.n)", "true"},
                              {"has(x.c.d)", "error: no such key: c"},
                              {"has(x.a.b.c)", "false"},
                              {"x[x.l]", "error: invalid qualifier type: *types.baseList"},
                              {"[1, 2][0]", "1"},
                              {"{1: 'a'}[dyn(1.0)]", "'a'"},
                              {"{1: 'a'}[dyn(1u)]", "'a'"},
                              {"{1: 'a'}[dyn(1.5)]", "error: no such key: 1.5"},
                          });
}

TEST_CASE("optional members") {
  const Evaluator evaluator(R"({"a": {"b": 1}, "l": [1]})");
  check_values(evaluator,
               {
                   {"x.?a", "optional({'b': 1})"},
                   {"x.?a.b", "optional(1)"},
                   {"x.?a.c", "none"},
                   {"x.?c.b.d", "none"},
                   {"x.l[?0]", "optional(1)"},
                   {"x.l[?1]", "none"},
                   {"x[?'a'].b", "optional(1)"},
                   {"has(x.?a.b)", "true"},
                   {"has(x.?c.b)", "false"},
                   {"optional.of({'a': 1}).a", "optional(1)"},
                   {"optional.none().a", "none"},
                   {"x.?a.b.orValue(2)", "1"},
                   {"x.?c.orValue(2)", "2"},
                   {"x.?a.or(optional.of(1 / 0))", "optional({'b': 1})"},
                   {"x.?c.or(optional.of(1 / 0))", "error: division by zero"},
                   {"[?x.?c, ?x.?a.b, dyn(3)]", "[1, 3]"},
                   {"{?'a': x.?c, ?'b': x.?a.b}", "{'b': 1}"},
                   {"x.?a.b.optMap(v, v + 1)", "optional(2)"},
                   {"x.?c.optMap(v, v + 1)", "none"},
                   {"x.?a.b.optFlatMap(v, v > 1 ? optional.of(v) : optional.none())", "none"},
                   {"x.?a.b.optMap(v, v / 0)", "error: division by zero"},
               });
}

TEST_CASE("literals of lists and maps") {
  check_values(Evaluator(), {
                                {"[]", "[]"},
                                {"[1, 2] + [3]", "[1, 2, 3]"},
                                {"[1, 1 / 0]", "error: division by zero"},
                                {"{}", "{}"},
                                {"{'a': 1, 'a': 2}", "{'a': 2}"},
                                {"{'a': 1 / 0}", "error: division by zero"},
                                {"{'a': 1}.a", "1"},
                                {"size({1: 1, 2: 2, 1: 3})", "2"},
                            });
  // Large ones are searched, not walked, and still have all that was put into them.
  std::string text = "{";
  for (int i = 0; i < 100; ++i) text += fmt::format("'k{}': {}, ", i, i);
  text += "'k7': 1000}";
  const Evaluator evaluator;
  CHECK(evaluator.run("size(" + text + ")").value == "100");
  CHECK(evaluator.run(text + "['k7']").value == "1000");
  CHECK(evaluator.run(text + "['k99']").value == "99");
  CHECK(evaluator.run(text + ".kk").value == "error: no such key: kk");
}

TEST_CASE("calls that nothing takes") {
  const Evaluator evaluator(R"({"i": 1, "s": "a", "l": [1], "n": null})");
  check_values(evaluator,
               {
                   {"x.i + x.s", "error: no such overload"},
                   {"x.n + x.s", "error: no such overload: _+_"},
                   {"x.i.startsWith('a')", "error: no such overload"},
                   {"size(x.i)", "error: no such overload: size"},
                   {"int(x.l)", "error: no such overload: int(list)"},
                   {"x.i.lowerAscii()", "error: no such overload: lowerAscii(int)"},
                   {"x.s.substring(x.s)", "error: no such overload: substring(string, string)"},
               });
}

TEST_CASE("what is constant is folded, or refused") {
  check_values(
      Evaluator(),
      {
          {"int('1')", "1"},
          {"int('a')", "refused: type conversion error from 'string' to 'int'"},
          {"[1, 2][dyn(null)]", "refused: invalid qualifier type: types.Null"},
          {"'a'.matches(dyn('('))", "refused: error parsing regexp: missing closing ): `(`"},
          {"type(1) == int", "true"},
          {"type([1]) == type([])", "true"},
          {"type(type(1))", "type type"},
      });
}

TEST_CASE("an evaluation ends where its budget does") {
  const Evaluator evaluator("[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]");
  for (const std::string_view expression :
       {"x.all(a, x.all(b, x.all(c, a + b + c >= 0)))", "x.map(a, x.map(b, x.map(c, a)))",
        "x.exists_one(a, x.exists(b, x.exists(c, a + b + c < 0)))",
        "x.all(a, x.all(b, x.all(c, a + b + c >= 0))) || true",
        "x.transformMap(i, v, x.map(b, x.map(c, a))).size() > 0 ? 1 : 2"}) {
    INFO(expression);
    const auto evaluated = evaluator.run(expression, 500);
    if (evaluated.value.starts_with("refused")) continue;
    CHECK(evaluated.value == "error: operation cancelled: actual cost limit exceeded");
    CHECK(evaluated.is_exhausted);
    // Not much is done after that.
    CHECK(evaluated.cost < 600);
  }
  const auto whole = evaluator.run("x.all(a, a >= 0)");
  CHECK(evaluator.run("x.all(a, a >= 0)", whole.cost).value == "true");
  CHECK(evaluator.run("x.all(a, a >= 0)", whole.cost - 1).is_exhausted);
}

TEST_CASE("what costs little can't take much") {
  const Evaluator evaluator("[1, 2, 3, 4]");
  // Each step doubles the list, for a unit.
  std::string expression = "optional.of(x)";
  for (int i = 0; i < 60; ++i) expression += ".optMap(v, v + v)";
  const auto evaluated = evaluator.run(expression + ".value().size()", 100'000'000);
  CHECK(evaluated.is_exhausted);
}

}  // namespace
}  // namespace gatefold::cel::test
