#include "tests/schema/cel/evaluated.h"

namespace gatefold::cel::test {
namespace {

TEST_CASE("all and exists absorb errors, exists_one does not") {
  check_values(
      Evaluator(),
      {
          {"[1, 2].all(i, i > 0)", "true"},
          {"[1, 2].all(i, i > 1)", "false"},
          {"[].all(i, i / 0 > 0)", "true"},
          {"[0, 1].all(i, 1 / i > 1)", "false"},
          {"[1, 0].all(i, 1 / i > 1)", "false"},
          {"[0, 1].all(i, 1 / i > 0)", "error: division by zero"},
          {"[0, 1].all(i, i == 0 ? 1 % 0 > 0 : 1 / 0 > 0)", "error: modulus by zero"},
          {"[1].all(i, dyn(1))", "error: no such overload"},
          {"[0, 1].exists(i, 1 / i > 0)", "true"},
          {"[0, 1].exists(i, 1 / i > 1)", "error: division by zero"},
          {"[].exists(i, true)", "false"},
          {"[1, 2, 2].exists_one(i, i == 1)", "true"},
          {"[1, 2, 2].exists_one(i, i == 2)", "false"},
          {"[0, 1].exists_one(i, 1 / i > 0)", "error: division by zero"},
          {"[0, 1].exists_one(i, i == 0 ? 1 % 0 > 0 : 1 / 0 > 0)", "error: division by zero"},
          {"[[1], [2]].all(l, l.exists(i, i > 0))", "true"},
          {"[1, 2].all(i, [i].all(i, i > 0) && i > 0)", "true"},
      });
}

TEST_CASE("filter and map") {
  check_values(
      Evaluator(R"({"b": 1, "a": 2})"),
      {
          {"[1, 2, 3].filter(i, i > 1)", "[2, 3]"},
          {"[1, 2].map(i, i * 2)", "[2, 4]"},
          {"[1, 2, 3].map(i, i > 1, i * 2)", "[4, 6]"},
          {"[1, 0].map(i, 1 / i)", "error: division by zero"},
          {"[0, 1].filter(i, 1 / i > 0)", "error: division by zero"},
          {"[0, 1].map(i, 1 / i > 0, i)", "error: division by zero"},
          {"[1].filter(i, dyn(1))", "error: no such overload"},
          {"x.map(k, k)", "['b', 'a']"},
          {"x.filter(k, x[k] > 1)", "['a']"},
          {"x.all(k, x[k] > 0)", "true"},
          {"x.a.all(k, true)", "error: got 'types.Int', expected iterable type"},
          {"x.a.all(k, v, true)", "error: unsupported comprehension range type: types.Int"},
      });
}

TEST_CASE("two variables") {
  check_values(Evaluator(R"({"b": 1, "a": 2})"),
               {
                   {"['a', 'b'].all(i, v, i < 2 && v < 'c')", "true"},
                   {"['a', 'b'].exists(i, v, i == 1 && v == 'a')", "false"},
                   {"['a', 'a'].existsOne(i, v, i == 1 && v == 'a')", "true"},
                   {"['a', 'b'].transformList(i, v, string(i) + v)", "['0a', '1b']"},
                   {"['a', 'b'].transformList(i, v, i > 0, v)", "['b']"},
                   {"['a', 'b'].transformMap(i, v, v + v)", "{0: 'aa', 1: 'bb'}"},
                   {"x.transformMap(k, v, v > 1, v * 2)", "{'a': 4}"},
                   {"x.transformMap(k, v, v / 0)", "error: division by zero"},
                   {"x.transformMapEntry(k, v, {v: k})", "{1: 'b', 2: 'a'}"},
                   {"['a', 'a'].transformMapEntry(i, v, {v: i})",
                    "error: insert failed: key a already exists"},
                   {"[1, 2].transformMapEntry(i, v, i == 0 ? {dyn(1): 1} : {dyn(1u): 1})",
                    "error: insert failed: key 1 already exists"},
                   {"x.transformMapEntry(k, v, dyn(1))",
                    "error: no such overload: cel.@mapInsert(map, int)"},
               });
}

TEST_CASE("large maps come out whole") {
  std::string list = "[0";
  for (int i = 1; i < 1000; ++i) list += fmt::format(",{}", i);
  const Evaluator evaluator(list + "]");
  CHECK(evaluator.run("x.transformMap(i, v, v * 2)[700]").value == "1400");
  CHECK(evaluator.run("x.transformMapEntry(i, v, {string(v): v}).size()").value == "1000");
  CHECK(evaluator.run("x.transformMapEntry(i, v, {v % 999: v})").value ==
        "error: insert failed: key 0 already exists");
}

}  // namespace
}  // namespace gatefold::cel::test
