#include "tests/schema/cel/call.h"
#include "tests/schema/cel/evaluated.h"

namespace gatefold::cel::test {
namespace {

TEST_CASE("signatures of conversions can be read") {
  check_signatures(conversion_functions());
}

TEST_CASE("conversions of texts") {
  struct Row {
    std::string_view signature;
    std::string_view text;
    std::string_view answer;
  };
  constexpr std::string_view kNoInt = "error: type conversion error from 'string' to 'int'";
  constexpr std::string_view kNoUint = "error: type conversion error from 'string' to 'uint'";
  constexpr std::string_view kNoDouble = "error: type conversion error from 'string' to 'double'";
  constexpr std::string_view kNoBool = "error: type conversion error from 'string' to 'bool'";
  const Row rows[] = {
      {"int(string) int", "-12", "-12"},
      {"int(string) int", "+12", "12"},
      {"int(string) int", "+-12", kNoInt},
      {"int(string) int", "0x1", kNoInt},
      {"int(string) int", " 1", kNoInt},
      {"int(string) int", "", kNoInt},
      {"int(string) int", "9223372036854775808", kNoInt},
      {"uint(string) uint", "18446744073709551615", "18446744073709551615u"},
      {"uint(string) uint", "-1", kNoUint},
      {"uint(string) uint", "+1", kNoUint},
      {"double(string) double", "1e3", "1000"},
      {"double(string) double", ".5", "0.5"},
      {"double(string) double", "5.", "5"},
      {"double(string) double", "1_000.5", "1000.5"},
      {"double(string) double", "1__0", kNoDouble},
      {"double(string) double", "_1", kNoDouble},
      {"double(string) double", "1_", kNoDouble},
      {"double(string) double", "0x1p-2", "0.25"},
      {"double(string) double", "0x1", kNoDouble},
      {"double(string) double", "1e400", kNoDouble},
      {"double(string) double", "1e-400", "0"},
      {"double(string) double", "-Inf", "-Inf"},
      {"double(string) double", "+infinity", "+Inf"},
      {"double(string) double", "NaN", "NaN"},
      {"double(string) double", "-nan", kNoDouble},
      {"double(string) double", "nan(1)", kNoDouble},
      {"double(string) double", "1e", kNoDouble},
      {"bool(string) bool", "T", "true"},
      {"bool(string) bool", "False", "false"},
      {"bool(string) bool", "tRUE", kNoBool},
      {"duration(string) duration", "1h30m", "5400s"},
      {"duration(string) duration", "1.5ms", "0.0015s"},
      {"duration(string) duration", "1d",
       "error: type conversion error from 'string' to 'google.protobuf.Duration'"},
      {"timestamp(string) timestamp", "2020-02-30T00:00:00Z",
       "error: type conversion error from 'string' to 'google.protobuf.Timestamp'"},
      {"timestamp(string) timestamp", "0000-01-01T00:00:00Z", "error: timestamp overflow"},
      {"bytes(string) bytes", "a", "b'a'"},
      {"string(bytes) string", "a\xff", "error: invalid UTF-8 in bytes, cannot convert to string"},
  };
  for (const auto& row : rows) {
    INFO(row.signature << " of " << row.text);
    Arena arena;
    Evaluation evaluation{.arena = arena, .cost_max = 1000};
    const auto argument =
        row.signature.contains("(bytes)") ? bytes_val(row.text) : string_val(row.text);
    const auto& declaration = declared(conversion_functions(), row.signature);
    CHECK(shown(arena, declaration.function(evaluation, std::span(&argument, 1))) == row.answer);
  }
}

TEST_CASE("conversions of numbers") {
  const Evaluator evaluator("[0.5, -1, 1e19, 1e20, 1]");
  check_values(
      evaluator,
      {
          {"int(x[0])", "0"},
          {"int(-1.9)", "-1"},
          {"int(x[2])", "error: integer overflow"},
          {"int(-x[2])", "error: integer overflow"},
          {"uint(x[2])", "10000000000000000000u"},
          {"uint(x[3])", "error: unsigned integer overflow"},
          {"uint(x[1])", "error: unsigned integer overflow"},
          {"int(18446744073709551615u - uint(x[4]))", "error: integer overflow"},
          {"double(x[4])", "1"},
          {"string(x[0])", "'0.5'"},
          {"string(x[3])", "'1e+20'"},
          {"string(1000000.0)", "'1e+06'"},
          {"string(0.0001)", "'0.0001'"},
          {"string(0.00001)", "'1e-05'"},
          {"string(true)", "'true'"},
          {"string(1u)", "'1'"},
          {"string(duration('90m'))", "'5400s'"},
          {"string(timestamp('2020-01-01T00:00:00.5+01:30'))", "'2020-01-01T00:00:00.5+01:30'"},
          {"int(timestamp('1969-12-31T23:59:59.5Z'))", "-1"},
          {"int(duration('1s'))", "1000000000"},
          {"timestamp(x[4])", "1970-01-01T00:00:01Z"},
          {"timestamp(253402300800 * x[4])", "error: timestamp overflow"},
          {"duration(dyn(x[4]))",
           "error: type conversion error from 'int' to "
           "'google.protobuf.Duration'"},
      });
}

}  // namespace
}  // namespace gatefold::cel::test
