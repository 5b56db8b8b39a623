#include "tests/schema/cel/evaluated.h"

namespace gatefold::cel::test {
namespace {

TEST_CASE("equality across types") {
  const Evaluator evaluator(R"({"i": 1, "d": 1.5, "n": null, "l": [1, {"a": 2}], "o": {"a": 1}})");
  check_values(evaluator, {
                              {"dyn(1) == 1.0", "true"},
                              {"dyn(1u) == 1", "true"},
                              {"dyn(-1) == 18446744073709551615u", "false"},
                              {"dyn(1) == '1'", "false"},
                              {"0.0 == -0.0", "true"},
                              {"double('nan') == double('nan')", "false"},
                              {"double('nan') != double('nan')", "true"},
                              {"[double('nan')] == [double('nan')]", "false"},
                              {"x.n == null", "true"},
                              {"null == x.i", "false"},
                              {"x.l == [dyn(1), dyn({'a': 2})]", "true"},
                              {"[dyn(1.0), dyn({'a': 2u})] == x.l", "true"},
                              {"x.l == [1]", "false"},
                              {"x.o == {'a': 1.0}", "true"},
                              {"{'a': 1, 'b': 2} == {'b': 2, 'a': 1}", "true"},
                              {"{1: 1} == {dyn(1u): 1}", "true"},
                              {"x.o == {'b': 1}", "false"},
                              {"b'a' == bytes('a')", "true"},
                              {"optional.of(1) == optional.of(1)", "true"},
                              {"optional.none() == optional.of(1)", "false"},
                              {"type(1) == type(2)", "true"},
                              {"dyn(quantity('1')) == 1", "error: no such overload"},
                              {"quantity('1k') == quantity('1000')", "true"},
                              {"dyn(quantity('1')) != 1", "true"},
                              {"timestamp('2020-01-01T01:00:00+01:00') == "
                               "timestamp('2020-01-01T00:00:00Z')",
                               "true"},
                              {"duration('60s') == duration('1m')", "true"},
                          });
}

const SchemaPtr& lists() {
  static const auto kSchema = gatefold::test::schema(R"(
type: object
properties:
  set: {type: array, x-kubernetes-list-type: set, items: {type: string}}
  set2: {type: array, x-kubernetes-list-type: set, items: {type: string}}
  map:
    type: array
    x-kubernetes-list-type: map
    x-kubernetes-list-map-keys: [k]
    items: {type: object, properties: {k: {type: string}, v: {type: integer}}}
  map2:
    type: array
    x-kubernetes-list-type: map
    x-kubernetes-list-map-keys: [k]
    items: {type: object, properties: {k: {type: string}, v: {type: integer}}}
  list: {type: array, items: {type: string}}
  open: {type: object, x-kubernetes-preserve-unknown-fields: true}
)");
  return kSchema;
}

TEST_CASE("lists of type set and map have no order, and sums that merge (R19.26)") {
  const Evaluator evaluator("null", lists(), R"({
    "set": ["a", "b"], "set2": ["b", "a"], "list": ["b", "a"],
    "map": [{"k": "x", "v": 1}, {"k": "y", "v": 2}],
    "map2": [{"k": "y", "v": 2}, {"k": "x", "v": 1}], "open": {"z": {"q": 1}}})");
  check_values(evaluator, {
                              {"self.set == self.set2", "true"},
                              {"self.set == ['b', 'a']", "true"},
                              {"['b', 'a'] == self.set", "false"},
                              {"self.set == ['a', 'c']", "false"},
                              {"self.list == ['a', 'b']", "false"},
                              {"dyn(self.map) == self.map2", "true"},
                              {"dyn(self.map2) == self.map", "true"},
                              {"self.set + ['c', 'a']", "['a', 'b', 'c']"},
                              {"self.set + ['c', 'a'] == ['c', 'b', 'a']", "true"},
                              {"self.list + ['c', 'a']", "['b', 'a', 'c', 'a']"},
                              {"(dyn(self.map) + self.map2).size()", "2"},
                              {"dyn(self.map) + self.map2.filter(m, m.k == 'x')",
                               "[{'k': 'x', 'v': 1}, {'k': 'y', 'v': 2}]"},
                              {"self.open == self.open", "true"},
                              {"dyn(self.list) == 1", "error: no such overload"},
                              {"dyn(self.list) == null", "false"},
                          });
}

TEST_CASE("equality is bounded") {
  // 2^40 comparisons, if nobody counted.
  Arena arena;
  Val a = list_val({});
  for (int i = 0; i < 40; ++i) {
    const auto items = arena.make_span<Val>(2);
    items[0] = a;
    items[1] = a;
    a = list_val(items);
  }
  CHECK_FALSE(equal(arena, a, a));
  CHECK(arena.is_spent());
}

TEST_CASE("equality of what nests deep ends before the stack does") {
  Arena arena;
  Val a = list_val({});
  for (int i = 0; i < 1000; ++i) a = list_val(std::span(arena.make(a), 1));
  CHECK(equal(arena, a, a));
  CHECK_FALSE(arena.is_spent());
  for (int i = 0; i < 100'000; ++i) a = list_val(std::span(arena.make(a), 1));
  CHECK_FALSE(equal(arena, a, a));
  CHECK(arena.is_spent());
}

}  // namespace
}  // namespace gatefold::cel::test
