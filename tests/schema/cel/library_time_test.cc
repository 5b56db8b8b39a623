#include "tests/schema/cel/call.h"
#include "tests/schema/cel/evaluated.h"

namespace gatefold::cel::test {
namespace {

TEST_CASE("signatures of times can be read") {
  check_signatures(time_functions());
}

TEST_CASE("parts of a timestamp") {
  check_values(Evaluator(R"("2024-02-29T23:45:50.123456Z")"),
               {
                   {"timestamp(x).getFullYear()", "2024"},
                   {"timestamp(x).getMonth()", "1"},
                   {"timestamp(x).getDayOfMonth()", "28"},
                   {"timestamp(x).getDate()", "29"},
                   {"timestamp(x).getDayOfYear()", "59"},
                   {"timestamp(x).getDayOfWeek()", "4"},
                   {"timestamp(x).getHours()", "23"},
                   {"timestamp(x).getMinutes()", "45"},
                   {"timestamp(x).getSeconds()", "50"},
                   {"timestamp(x).getMilliseconds()", "123"},
                   {"timestamp('0001-01-01T00:00:00Z').getDayOfWeek()", "1"},
                   {"timestamp('2020-01-01T00:30:00+01:00').getHours()", "23"},
                   {"dyn(1).getFullYear()", "error: no such overload: getFullYear(int)"},
               });
}

TEST_CASE("parts of a timestamp elsewhere") {
  check_values(
      Evaluator(R"("2024-07-01T23:45:50Z")"),
      {
          {"timestamp(x).getDate('02:00')", "2"},
          {"timestamp(x).getHours('+02:00')", "1"},
          {"timestamp(x).getHours('-08:30')", "15"},
          {"timestamp(x).getMinutes('-08:30')", "15"},
          {"timestamp(x).getHours('')", "23"},
          {"timestamp(x).getHours('UTC')", "23"},
          {"timestamp(x).getHours('Europe/Berlin')", "1"},
          {"timestamp('2024-01-01T12:00:00Z').getHours('Europe/Berlin')", "13"},
          {"timestamp('2050-07-01T00:00:00Z').getHours('Europe/Berlin')", "2"},
          {"timestamp('2051-01-01T00:00:00Z').getHours('Europe/Berlin')", "1"},
          {"timestamp(x).getHours('Nowhere/City')", "error: unknown time zone Nowhere/City"},
          {"timestamp(x).getHours('../etc/passwd')", "error: time: invalid location name"},
          {"timestamp(x).getHours('a:00')", "error: strconv.Atoi: parsing \"a\": invalid syntax"},
          {"timestamp(x).getHours('1:')", "error: strconv.Atoi: parsing \"\": invalid syntax"},
      });
}

TEST_CASE("parts of a duration are whole") {
  check_values(Evaluator(), {
                                {"duration('3730.5s').getHours()", "1"},
                                {"duration('3730.5s').getMinutes()", "62"},
                                {"duration('3730.5s').getSeconds()", "3730"},
                                {"duration('3730.5s').getMilliseconds()", "3730500"},
                                {"duration('-90s').getMinutes()", "-1"},
                            });
}

TEST_CASE("sums and differences of times") {
  check_values(
      Evaluator(),
      {
          {"timestamp('2020-01-01T00:00:00Z') + duration('25h')", "2020-01-02T01:00:00Z"},
          {"duration('1ns') + timestamp('2020-01-01T00:00:00Z')", "2020-01-01T00:00:00.000000001Z"},
          {"timestamp('2020-01-01T00:00:00Z') - duration('1ns')", "2019-12-31T23:59:59.999999999Z"},
          {"timestamp('2020-01-01T00:00:00Z') - timestamp('2019-12-31T00:00:00.5Z')", "86399.5s"},
          {"timestamp('9999-12-31T23:59:59Z') + duration('1s')", "error: timestamp overflow"},
          {"timestamp('0001-01-01T00:00:00Z') - duration('1ns')", "error: timestamp overflow"},
          {"timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')",
           "error: integer overflow"},
          {"duration('2562047h') + duration('2562047h')", "error: integer overflow"},
          {"duration('1m') - duration('90s')", "-30s"},
          {"dyn(duration('1s')) + 1", "error: no such overload"},
          {"dyn(duration('1s')) - timestamp(0)", "error: no such overload"},
      });
}

}  // namespace
}  // namespace gatefold::cel::test
