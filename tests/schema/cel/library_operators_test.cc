#include "tests/schema/cel/call.h"
#include "tests/schema/cel/evaluated.h"

namespace gatefold::cel::test {
namespace {

TEST_CASE("signatures of operators can be read") {
  check_signatures(operator_functions());
}

TEST_CASE("arithmetic is checked") {
  check_values(Evaluator(), {
                                {"9223372036854775807 + 1", "error: integer overflow"},
                                {"-9223372036854775808 - 1", "error: integer overflow"},
                                {"-9223372036854775808 * -1", "error: integer overflow"},
                                {"-9223372036854775808 / -1", "error: integer overflow"},
                                {"-9223372036854775808 % -1", "error: integer overflow"},
                                {"-(-9223372036854775808)", "error: integer overflow"},
                                {"18446744073709551615u + 1u", "error: unsigned integer overflow"},
                                {"0u - 1u", "error: unsigned integer overflow"},
                                {"18446744073709551615u * 2u", "error: unsigned integer overflow"},
                                {"1 / 0", "error: division by zero"},
                                {"1u / 0u", "error: division by zero"},
                                {"1 % 0", "error: modulus by zero"},
                                {"1u % 0u", "error: modulus by zero"},
                                {"1.0 / 0.0", "+Inf"},
                                {"-7 / 2", "-3"},
                                {"-7 % 2", "-1"},
                                {"7u % 2u", "1u"},
                                {"1.5 + 2.5", "4"},
                                {"-dyn(1.5)", "-1.5"},
                                {"-dyn(duration('1s'))", "-1s"},
                                {"-dyn(true)", "error: no such overload"},
                                {"-dyn('a')", "error: no such overload"},
                                {"-dyn(null)", "error: no such overload: -_"},
                                {"'a' + 'b'", "'ab'"},
                                {"b'a' + b'b'", "b'ab'"},
                                {"dyn(1) * dyn(true)", "error: no such overload"},
                                {"dyn(true) / 1", "error: no such overload: _/_"},
                                {"dyn(1.5) % dyn(1.0)", "error: no such overload: _%_"},
                            });
}

TEST_CASE("order across numeric types") {
  check_values(Evaluator(), {
                                {"1 < 1.5", "true"},
                                {"1.5 < 1", "false"},
                                {"1u <= 1", "true"},
                                {"-1 < 0u", "true"},
                                {"18446744073709551615u > 9223372036854775807", "true"},
                                {"1e300 > 9223372036854775807", "true"},
                                {"-1e300 < 0u", "true"},
                                {"dyn(double('nan')) < 1", "error: NaN values cannot be ordered"},
                                {"1 >= double('nan')", "error: NaN values cannot be ordered"},
                                {"'a' < 'b'", "true"},
                                {"'b' >= 'b'", "true"},
                                {"b'a' > b'b'", "false"},
                                {"false < true", "true"},
                                {"duration('1s') < duration('1m')", "true"},
                                {"dyn('a') < 1", "error: no such overload"},
                                {"dyn(null) < 1", "error: no such overload: _<_"},
                                {"dyn([]) >= 1", "error: no such overload: _>=_"},
                            });
}

TEST_CASE("in and size") {
  const Evaluator evaluator(R"({"l": [1, "a", null], "m": {"a": 1}})");
  check_values(evaluator, {
                              {"1 in [1, 2]", "true"},
                              {"3 in [1, 2]", "false"},
                              {"dyn(1.0) in [1, 2]", "true"},
                              {"dyn(1u) in [1, 2]", "true"},
                              {"dyn('1') in [1, 2]", "false"},
                              {"dyn([1]) in [1, 2]", "false"},
                              {"'b' in ['c', 'b', 'a']", "true"},
                              {"'' in ['c', 'b', 'a']", "false"},
                              {"double('nan') in [double('nan'), 1.0]", "false"},
                              {"'a' in x.l", "true"},
                              {"null in x.l", "true"},
                              {"1.0 in x.l", "true"},
                              {"'a' in x.m", "true"},
                              {"'b' in x.m", "false"},
                              {"1 in x.m", "false"},
                              {"1 in dyn(1)", "error: no such overload"},
                              {"size('h\\u00e9llo')", "5"},
                              {"size(b'h\\xc3\\xa9')", "3"},
                              {"x.l.size()", "3"},
                              {"size(x.m)", "1"},
                              {"size(dyn(timestamp(0)))", "error: no such overload"},
                          });
}

}  // namespace
}  // namespace gatefold::cel::test
