#include "tests/schema/cel/checked.h"

namespace gatefold::cel::test {
namespace {

// What cel-go v0.23.2 answers in the environment of Kubernetes 1.33, with variables as in
// checked.h.
constexpr CheckedRow kRows[] = {
    {"self.?spec.list.all(x, true)",
     "11: expression of type 'optional_type(list(selfType.spec.list.@idx))' cannot be range of a "
     "comprehension (must be list, map, or dynamic)"},
    {"self.?spec.list.orValue([]).all(x, x.v > 0)", "bool"},
    {"o.optMap(x, x + 1)", "optional_type(int)"},
    {"o.optMap(x, x + 'a')", "15: found no matching overload for '_+_' applied to '(int, string)'"},
    {"o.optFlatMap(x, optional.of(string(x)))", "optional_type(string)"},
    {"o.optFlatMap(x, x)",
     "13: found no matching overload for '_?_:_' applied to '(bool, int, optional_type(dyn))'"},
    {"n.optMap(x, x)",
     "9: found no matching overload for 'hasValue' applied to 'int.()' | 9: found no matching "
     "overload for 'value' applied to 'int.()'"},
    {"zz.optMap(x, x)",
     "1: undeclared reference to 'zz' (in container '') | 1: undeclared reference to 'zz' (in "
     "container '')"},
    {"any.optMap(x, x)", "optional_type(dyn)"},
    {"any.optMap(x, x + 1)", "optional_type(int)"},
    {"any.optFlatMap(x, x)", "optional_type(dyn)"},
    {"self.zz.optMap(x, x)", "5: undefined field 'zz' | 5: undefined field 'zz'"},
    {"l.all(x, x > 0)", "bool"},
    {"l.all(x, x)", "10: expected type 'bool' but found 'int'"},
    {"l.all(x, x == 'a')", "12: found no matching overload for '_==_' applied to '(int, string)'"},
    {"l.all(n, n > 0)", "bool"},
    {"l.all(x, y > 0)", "10: undeclared reference to 'y' (in container '')"},
    {"l.exists(x, x > 0)", "bool"},
    {"l.exists(x, 'a')", "13: expected type 'bool' but found 'string'"},
    {"l.exists_one(x, x > 0)", "bool"},
    {"l.exists_one(x, x)",
     "13: found no matching overload for '_?_:_' applied to '(int, int, int)'"},
    {"l.filter(x, x > 0)", "list(int)"},
    {"l.filter(x, x)",
     "9: found no matching overload for '_?_:_' applied to '(int, list(int), list(int))'"},
    {"[].filter(x, 1)",
     "10: found no matching overload for '_?_:_' applied to '(int, list(dyn), list(dyn))'"},
    {"l.map(x, string(x))", "list(string)"},
    {"l.map(x, x > 0, string(x))", "list(string)"},
    {"l.map(x, x, string(x))",
     "6: found no matching overload for '_?_:_' applied to '(int, list(string), list(string))'"},
    {"l.map(x, [])", "list(list(dyn))"},
    {"l.map(x, [])[0] + [1]", "list(int)"},
    {"l.map(x, l.map(y, x + y))", "list(list(int))"},
    {"l.map(x, l.map(x, string(x)))", "list(list(string))"},
    {"m.all(k, k.startsWith('a'))", "bool"},
    {"m.all(k, k > 0)", "12: found no matching overload for '_>_' applied to '(string, int)'"},
    {"m.map(k, m[k])", "list(int)"},
    {"m.filter(k, true)", "list(string)"},
    {"any.all(x, x > 0)", "bool"},
    {"any.map(x, x)", "list(dyn)"},
    {"any.map(x, x.a)", "list(dyn)"},
    {"n.all(x, true)",
     "1: expression of type 'int' cannot be range of a comprehension (must be list, map, or "
     "dynamic)"},
    {"s.all(x, true)",
     "1: expression of type 'string' cannot be range of a comprehension (must be list, map, or "
     "dynamic)"},
    {"self.spec.all(x, true)",
     "5: expression of type 'selfType.spec' cannot be range of a comprehension (must be list, map, "
     "or dynamic)"},
    {"self.spec.inner.map(x, x)",
     "10: expression of type 'selfType.spec.inner' cannot be range of a comprehension (must be "
     "list, map, or dynamic)"},
    {"null.all(x, true)",
     "1: expression of type 'null' cannot be range of a comprehension (must be list, map, or "
     "dynamic)"},
    {"zz.all(x, x.a)", "1: undeclared reference to 'zz' (in container '')"},
    {"o.all(x, true)",
     "1: expression of type 'optional_type(int)' cannot be range of a comprehension (must be list, "
     "map, or dynamic)"},
    {"[].all(x, x > 0)", "bool"},
    {"[].map(x, x)", "list(dyn)"},
    {"[].map(x, x + 1)", "list(int)"},
    {"[[]].map(x, x + [1])", "list(list(int))"},
    {"self.spec.list.all(x, x.v > 0)", "bool"},
    {"self.spec.list.all(x, x.zz > 0)", "24: undefined field 'zz'"},
    {"self.spec.list.map(x, x.k)", "list(string)"},
    {"self.spec.list.filter(x, has(x.k))", "list(selfType.spec.list.@idx)"},
    {"self.spec.list.exists_one(x, self.spec.list.exists_one(y, x.k == y.k))", "bool"},
    {"self.spec.map.all(k, self.spec.map[k].all(v, v != ''))", "bool"},
    {"l.all(i, x, i < x)", "bool"},
    {"l.all(i, x, x)", "13: expected type 'bool' but found 'int'"},
    {"l.exists(i, x, i == x)", "bool"},
    {"l.existsOne(i, x, i == x)", "bool"},
    {"l.exists_one(i, x, i)",
     "13: found no matching overload for '_?_:_' applied to '(int, int, int)'"},
    {"m.all(k, v, k == string(v))", "bool"},
    {"m.all(k, v, k == v)", "15: found no matching overload for '_==_' applied to '(string, int)'"},
    {"any.all(k, v, k == v)", "bool"},
    {"n.all(k, v, true)",
     "1: expression of type 'int' cannot be range of a comprehension (must be list, map, or "
     "dynamic)"},
    {"l.transformList(i, x, string(i) + string(x))", "list(string)"},
    {"l.transformList(i, x, i > 0, x)", "list(int)"},
    {"l.transformList(i, x, i, x)",
     "16: found no matching overload for '_?_:_' applied to '(int, list(int), list(int))'"},
    {"m.transformList(k, v, k)", "list(string)"},
    {"l.transformMap(i, x, string(x))", "map(int, string)"},
    {"l.transformMap(i, x, i > 0, string(x))", "map(int, string)"},
    {"l.transformMap(i, x, i, string(x))",
     "15: found no matching overload for '_?_:_' applied to '(int, map(int, string), map(int, "
     "string))'"},
    {"m.transformMap(k, v, v + 1)", "map(string, int)"},
    {"any.transformMap(k, v, v)", "map(dyn, dyn)"},
    {"l.transformMapEntry(i, x, {string(x): i})", "map(string, int)"},
    {"l.transformMapEntry(i, x, i > 0, {string(x): i})", "map(string, int)"},
    {"l.transformMapEntry(i, x, i, {string(x): i})",
     "20: found no matching overload for '_?_:_' applied to '(int, map(string, int), map(string, "
     "int))'"},
    {"l.transformMapEntry(i, x, i)",
     "20: found no matching overload for 'cel.@mapInsert' applied to '(map(dyn, dyn), int)'"},
    {"l.transformMapEntry(i, x, any)", "map(dyn, dyn)"},
    {"l.transformMapEntry(i, x, {})", "map(dyn, dyn)"},
    {"l.all(int, int > 0)", "bool"},
    {"l.all(net, net.IP == type(net))", "bool"},
    {"self.spec.list.map(x, x.k)[0].startsWith('a')", "bool"},
    {"self.spec.list.map(x, x)[0].v + 1", "int"},
    {"[{'a': 1}, {'b': 2}].all(x, has(x.a))", "bool"},
    {"[[1, 2], [3]].map(x, x.map(y, y + 1))", "list(list(int))"},
    {"l.map(x, null)", "list(null)"},
    {"l.map(x, any)[0] + 1", "int"},
    {"l.map(x, x)[0] && true", "12: expected type 'bool' but found 'int'"},
    {"l.filter(x, zz).size()", "13: undeclared reference to 'zz' (in container '')"},
    {"l.all(x, zz) && yy",
     "10: undeclared reference to 'zz' (in container '') | 17: undeclared reference to 'yy' (in "
     "container '')"},
    {"(l.map(x, zz) + yy).size()",
     "11: undeclared reference to 'zz' (in container '') | 17: undeclared reference to 'yy' (in "
     "container '')"},
    {"{}.optFlatMap(v, has(v.zz))",
     "14: found no matching overload for 'hasValue' applied to 'map(dyn, dyn).()' | 14: found no "
     "matching overload for 'value' applied to 'map(dyn, dyn).()' | 14: found no matching overload "
     "for '_?_:_' applied to '(!error!, bool, optional_type(dyn))'"},
    {"n.optFlatMap(v, v)",
     "13: found no matching overload for 'hasValue' applied to 'int.()' | 13: found no matching "
     "overload for 'value' applied to 'int.()'"},
    {"l.transformMapEntry(i, x, i, x)",
     "20: found no matching overload for 'cel.@mapInsert' applied to '(map(dyn, dyn), int)' | 20: "
     "found no matching overload for '_?_:_' applied to '(int, !error!, map(dyn, dyn))'"},
    {"l.transformMapEntry(i, x, i > 0, x)",
     "20: found no matching overload for 'cel.@mapInsert' applied to '(map(dyn, dyn), int)'"},
    {"n.optMap(v, 1).optMap(w, w.indexOf('a') + w.all(e, true))",
     "9: found no matching overload for 'hasValue' applied to 'int.()' | 9: found no matching "
     "overload for 'value' applied to 'int.()' | 9: found no matching overload for 'hasValue' "
     "applied to 'int.()' | 9: found no matching overload for 'value' applied to 'int.()' | 35: "
     "found no matching overload for 'indexOf' applied to 'int.(string)' | 41: found no matching "
     "overload for '_+_' applied to '(!error!, bool)' | 43: expression of type 'int' cannot be "
     "range of a comprehension (must be list, map, or dynamic)"},
    {"[[], [1]].map(x, x.map(y, y))", "list(list(int))"},
    {"any.map(x, any.map(y, x == y))[0][0] + 1",
     "38: found no matching overload for '_+_' applied to '(bool, int)'"},
    {"old.optMap(v, v.spec.a)", "optional_type(int)"},
    {"old.optFlatMap(v, v.?spec.b)", "optional_type(string)"},
    {"old.?spec.list.optMap(v, v.map(e, e.k))", "optional_type(list(string))"},
};

TEST_CASE("macros are typed as what they expand to") {
  for (const auto& row : kRows) {
    CAPTURE(row.expression);
    CHECK(checked(row.expression) == row.answer);
  }
}

}  // namespace
}  // namespace gatefold::cel::test
