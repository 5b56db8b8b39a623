#include "tests/schema/cel/checked.h"

namespace gatefold::cel::test {
namespace {

// What cel-go v0.23.2 answers in the environment of Kubernetes 1.33, with variables as in
// checked.h.
constexpr CheckedRow kRows[] = {
    {"[1, 'a']", "5: expected type 'int' but found 'string'"},
    {"[1, 1u]", "5: expected type 'int' but found 'uint'"},
    {"[1, any]", "5: expected type 'int' but found 'dyn'"},
    {"[any, 1]", "7: expected type 'dyn' but found 'int'"},
    {"['a', null]", "7: expected type 'string' but found 'null'"},
    {"[t, null]", "5: expected type 'timestamp' but found 'null'"},
    {"[[1], ['a']]", "7: expected type 'list(int)' but found 'list(string)'"},
    {"{'a': 1, 'b': 'c'}", "15: expected type 'int' but found 'string'"},
    {"{'a': 1, 2: 3}", "10: expected type 'string' but found 'int'"},
    {"{1: 'a', 2u: 'b'}", "10: expected type 'int' but found 'uint'"},
    {"[?n]", "3: expected type 'optional_type(int)' but found 'int'"},
    {"{?'a': n}", "8: expected type 'optional_type(int)' but found 'int'"},
    {"{?'a': o, 'b': 's'}", "16: expected type 'int' but found 'string'"},
    {"optional.of('x').optMap(x, x.matches('['))", "38: invalid matches argument"},
    {"optional.of('['.matches('[')).optMap(x, x)",
     "25: invalid matches argument | 25: invalid matches argument"},
    {"[1, dyn('a')]", "8: expected type 'int' but found 'dyn'"},
    {"[dyn(1), 'a']", "10: expected type 'dyn' but found 'string'"},
    {"timestamp('x')", "11: invalid timestamp argument"},
    {"duration('1')", "10: invalid duration argument"},
    {"duration('1d')", "10: invalid duration argument"},
    {"duration('1us') < duration('1nns')", "28: invalid duration argument"},
    {"timestamp('x') == timestamp('y')",
     "11: invalid timestamp argument | 29: invalid timestamp argument"},
    {"s.matches('[')", "11: invalid matches argument"},
    {"s.matches(')')", "11: invalid matches argument"},
    {"s.matches('x++')", "11: invalid matches argument"},
    {"matches('[', 'a')", "9: invalid matches argument"},
    {"'%d'.format([1])", "string"},
    {"'%s %d'.format(['a', 1])", "string"},
    {"'%s %d'.format([1, 'a'])",
     "20: error during formatting: decimal clause can only be used on integers, was given string"},
    {"'%d'.format([1.0])",
     "14: error during formatting: decimal clause can only be used on integers, was given double"},
    {"'%d'.format([any])", "string"},
    {"'%f'.format([1])",
     "14: error during formatting: fixed-point clause can only be used on doubles, was given int"},
    {"'%f'.format([1.5])", "string"},
    {"'%f'.format(['NaN'])", "string"},
    {"'%e'.format([1u])",
     "14: error during formatting: scientific clause can only be used on doubles, was given uint"},
    {"'%b'.format(['a'])",
     "14: error during formatting: only integers and bools can be formatted as binary, was given "
     "string"},
    {"'%b'.format([true])", "string"},
    {"'%x'.format(['a'])", "string"},
    {"'%x'.format([1.0])",
     "14: error during formatting: only integers, byte buffers, and strings can be formatted as "
     "hex, was given double"},
    {"'%X'.format([1])", "string"},
    {"'%o'.format(['a'])",
     "14: error during formatting: octal clause can only be used on integers, was given string"},
    {"'%s'.format([null])", "string"},
    {"'%s'.format([t])", "string"},
    {"'%s'.format([o])",
     "14: error during formatting: string clause can only be used on strings, bools, bytes, ints, "
     "doubles, maps, lists, types, durations, and timestamps, was given optional_type"},
    {"'%s'.format([[1, o]])",
     "18: error during formatting: string clause can only be used on strings, bools, bytes, ints, "
     "doubles, maps, lists, types, durations, and timestamps, was given optional_type"},
    {"'%s'.format([{'a': o}])",
     "20: error during formatting: string clause can only be used on strings, bools, bytes, ints, "
     "doubles, maps, lists, types, durations, and timestamps, was given optional_type"},
    {"'%s'.format([self])",
     "14: error during formatting: string clause can only be used on strings, bools, bytes, ints, "
     "doubles, maps, lists, types, durations, and timestamps, was given selfType"},
    {"'%s'.format([type(1)])", "string"},
    {"'%s'.format([])", "12: index 0 out of range"},
    {"'%s'.format([1, 2])", "12: too many arguments supplied to string.format (expected 1, got 2)"},
    {"'100%'.format([1])", "14: unexpected end of string"},
    {"'%'.format([])", "11: unexpected end of string"},
    {"'%%'.format([])", "string"},
    {"'%z'.format([1])",
     R"(12: could not parse formatting clause: unrecognized formatting clause "z")"},
    {"'%.3f'.format([1.0])", "string"},
    {"'%.'.format([1.0])",
     "12: could not parse formatting clause: error while parsing precision: could not find end of "
     "precision specifier"},
    {"'%.3'.format([1.0])",
     "13: could not parse formatting clause: error while parsing precision: could not find end of "
     "precision specifier"},
    {"'%.f'.format([1.0])",
     R"(13: could not parse formatting clause: error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax)"},
    {"'%.99999999999999999999f'.format([1.0])",
     R"(33: could not parse formatting clause: error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "99999999999999999999": value out of range)"},
    {"'%ä'.format([1])",
     R"(12: could not parse formatting clause: unrecognized formatting clause "Ã")"},
    {"'a'.format([1])", "11: too many arguments supplied to string.format (expected 0, got 1)"},
    {"s.format([1, 'a'])", "string"},
    {"'%s'.format(l)", "string"},
    {"'%s'.format(1)", "12: found no matching overload for 'format' applied to 'string.(int)'"},
    {"[1, 'a'].size() + '%s'.format([[1, 'a']]).size()",
     "5: expected type 'int' but found 'string'"},
    {"[1, 'a', true].map(x, string(x))", "5: expected type 'int' but found 'string'"},
    {"[1, 2.0].all(x, x > 0)", "5: expected type 'int' but found 'double'"},
    {"[null, t]", "8: expected type 'null' but found 'timestamp'"},
    {"[null, 1]", "8: expected type 'null' but found 'int'"},
    {"duration(null)", "10: invalid duration argument"},
    {"timestamp(null)", "11: invalid timestamp argument"},
    {"duration(1)", "10: invalid duration argument"},
    {"['a', 1].map(x, '%s'.format([x, 1]))",
     "7: expected type 'string' but found 'int' | 28: too many arguments supplied to string.format "
     "(expected 1, got 2)"},
    {"[[1, 'a']]", "6: expected type 'int' but found 'string'"},
    {"{'a': [1, 'a']}", "11: expected type 'int' but found 'string'"},
    {"{'a': 1, 'b': 'c', 'd': 2, 3: 4}",
     "15: expected type 'int' but found 'string' | 28: expected type 'string' but found 'int'"},
    {"n.optMap(x, [1, 'a'])",
     "9: found no matching overload for 'hasValue' applied to 'int.()' | 9: found no matching "
     "overload for 'value' applied to 'int.()'"},
    {"optional.of([1, 'a']).optMap(x, x)",
     "17: expected type 'int' but found 'string' | 17: expected type 'int' but found 'string'"},
};

TEST_CASE("literals that can only fail are refused") {
  for (const auto& row : kRows) {
    CAPTURE(row.expression);
    CHECK(checked(row.expression) == row.answer);
  }
}

}  // namespace
}  // namespace gatefold::cel::test
