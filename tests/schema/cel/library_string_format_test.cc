#include <limits>

#include "tests/schema/cel/call.h"

namespace gatefold::cel::test {
namespace {

constexpr std::string_view kFormat = "string.format(list(dyn)) string";

struct FormatRow {
  std::string_view text;
  std::vector<Val> items;
  std::string_view answer;
};

void check_format(std::span<const FormatRow> rows) {
  for (const auto& row : rows) {
    INFO(row.text);
    const Val arguments[] = {string_val(row.text), list_val(row.items)};
    const std::string answer = Call().run(declared(string_functions(), kFormat), arguments);
    CHECK(answer.substr(0, answer.rfind(" for ")) == row.answer);
  }
}

TEST_CASE("clauses take arguments one after the other") {
  const CallRow rows[] = {
      {kFormat, R"(["no substitution", []])", "'no substitution' for 2"},
      {kFormat, R"(["str is %s and some more", ["filler"]])",
       "'str is filler and some more' for 3"},
      {kFormat, R"(["%% and also %%", []])", "'% and also %' for 2"},
      {kFormat, R"(["%%%s%%", ["text"]])", "'%text%' for 1"},
      {kFormat, R"(["%d %d, %s %s", [1, 2, "A", "B"]])", "'1 2, A B' for 2"},
      {kFormat, R"(["ñ%sñ", ["é"]])", "'ñéñ' for 1"},
      {kFormat, R"(["", [1]])", "'' for 0"},
      {kFormat, R"(["a", [1, 2]])", "'a' for 1"},
      {kFormat, R"(["%s", []])", "error: index 0 out of range for 1"},
      {kFormat, R"(["%d %d %d", [0, 1]])", "error: index 2 out of range for 1"},
      {kFormat, R"(["%", []])", "error: index 0 out of range for 1"},
      {kFormat, R"(["%", [1]])", "error: unexpected end of string for 1"},
  };
  check_rows(string_functions(), rows);
}

TEST_CASE("clauses that nothing can be made of") {
  const FormatRow rows[] = {
      {"%a",
       {int_val(1)},
       "error: could not parse formatting clause: unrecognized formatting "
       "clause \"a\""},
      {"%E",
       {double_val(1)},
       "error: could not parse formatting clause: unrecognized formatting "
       "clause \"E\""},
      {"%5s",
       {int_val(1)},
       "error: could not parse formatting clause: unrecognized formatting "
       "clause \"5\""},
      {"%é",
       {int_val(1)},
       "error: could not parse formatting clause: unrecognized formatting "
       "clause \"Ã\""},
      {"%.3",
       {double_val(1)},
       "error: could not parse formatting clause: error while parsing "
       "precision: could not find end of precision specifier"},
      {"%.",
       {double_val(1)},
       "error: could not parse formatting clause: error while parsing "
       "precision: could not find end of precision specifier"},
      {"%.f",
       {double_val(1)},
       "error: could not parse formatting clause: error while parsing precision: error while "
       "converting precision to integer: strconv.Atoi: parsing \"\": invalid syntax"},
      {"%.99999999999999999999f",
       {double_val(1)},
       "error: could not parse formatting clause: error while parsing precision: error while "
       "converting precision to integer: strconv.Atoi: parsing \"99999999999999999999\": value out "
       "of range"},
  };
  check_format(rows);
}

TEST_CASE("integers in four bases") {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  const FormatRow rows[] = {
      {"%d", {int_val(-5)}, "'-5'"},
      {"%d", {uint_val(64)}, "'64'"},
      {"%.3d", {int_val(5)}, "'5'"},
      {"%b", {int_val(-5)}, "'-101'"},
      {"%b", {uint_val(64)}, "'1000000'"},
      {"%b", {bool_val(true)}, "'1'"},
      {"%b", {bool_val(false)}, "'0'"},
      {"%o", {int_val(-11)}, "'-13'"},
      {"%o", {uint_val(65535)}, "'177777'"},
      {"%x", {int_val(-30)}, "'-1e'"},
      {"%X", {uint_val(6000)}, "'1770'"},
      {"%X", {int_val(kMin)}, "'-8000000000000000'"},
      {"%X", {int_val(43981)}, "'ABCD'"},
      {"%b",
       {int_val(kMin)},
       "'-1000000000000000000000000000000000000000000000000000000000000000'"},
      {"%x", {string_val("Hello world!")}, "'48656c6c6f20776f726c6421'"},
      {"%X", {string_val("é")}, "'C3A9'"},
      {"%x", {bytes_val(std::string_view("\0b\xff", 3))}, "'0062ff'"},
  };
  check_format(rows);
}

TEST_CASE("doubles, fixed and scientific") {
  const FormatRow rows[] = {
      {"%f", {double_val(2.71828)}, "'2.718280'"},
      {"%.1f", {double_val(12345.67)}, "'12,345.7'"},
      {"%e", {double_val(2.71828)}, "'2.718280×10⁰⁰'"},
      {"%.1e|", {double_val(-2.71828)}, "'-2.718280×10⁰⁰|'"},
      {"%f %f %f",
       {string_val("NaN"), string_val("Infinity"), string_val("-Infinity")},
       "'NaN ∞ -∞'"},
      {"%e", {string_val("Infinity")}, "'     ∞'"},
  };
  check_format(rows);
}

TEST_CASE("arguments that a clause does not take") {
  Call call;
  const Val optional = optional_val(call.arena(), int_val(1));
  const Val optionals[] = {optional};
  const FormatRow rows[] = {
      {"%d",
       {double_val(1.5)},
       "error: error during formatting: decimal clause can only be used on "
       "integers, was given double"},
      {"%d",
       {duration_val(1)},
       "error: error during formatting: decimal clause can only be used on "
       "integers, was given google.protobuf.Duration"},
      {"%d",
       {null_val()},
       "error: error during formatting: decimal clause can only be used on "
       "integers, was given null_type"},
      {"%b",
       {string_val("a")},
       "error: error during formatting: only integers and bools can be "
       "formatted as binary, was given string"},
      {"%o",
       {string_val("a")},
       "error: error during formatting: octal clause can only be used on "
       "integers, was given string"},
      {"%x",
       {double_val(0.5)},
       "error: error during formatting: only integers, byte buffers, and "
       "strings can be formatted as hex, was given double"},
      {"%f",
       {int_val(1)},
       "error: error during formatting: fixed-point clause can only be used on "
       "doubles, was given int"},
      {"%f",
       {string_val("1.5")},
       "error: error during formatting: fixed-point clause can only be "
       "used on doubles, was given string"},
      {"%e",
       {null_val()},
       "error: error during formatting: scientific clause can only be used on "
       "doubles, was given null_type"},
      {"%s",
       {optional},
       "error: error during formatting: string clause can only be used on strings, bools, bytes, "
       "ints, doubles, maps, lists, types, durations, and timestamps, was given optional_type"},
      {"%s",
       {list_val(optionals)},
       "error: error during formatting: no formatting function for optional_type"},
      {"%s",
       {bytes_val("\xff")},
       "error: error during formatting: could not convert argument \"invalid UTF-8 in bytes, "
       "cannot "
       "convert to string\" to string"},
  };
  check_format(rows);
}

TEST_CASE("values as strings, and as literals inside of lists and maps") {
  const Val bytes[] = {bytes_val("a\"b")};
  const Val doubles[] = {double_val(2.71), double_val(std::numeric_limits<double>::infinity())};
  const MapItem items[] = {{string_val("b"), int_val(1)},
                           {string_val("a"), string_val("x\n")},
                           {bool_val(true), null_val()},
                           {uint_val(2), double_val(1.5)}};
  const MapItem wrong[] = {{double_val(1.5), int_val(2)}};
  const TypePtr list_of_int = list_type(simple_type(TypeKind::kInt));
  const FormatRow rows[] = {
      {"%s %s", {bool_val(true), bool_val(false)}, "'true false'"},
      {"%s", {null_val()}, "'null'"},
      {"%s", {int_val(999'999'999'999)}, "'999999999999'"},
      {"%s", {bytes_val("xyz")}, "'xyz'"},
      {"%.2s", {string_val("xyz")}, "'xyz'"},
      {"%s", {list_val({})}, "'[]'"},
      {"%s", {map_val({})}, "'{}'"},
      {"%s", {list_val(bytes)}, R"('[b"a\"b"]')"},
      {"%s", {list_val(doubles)}, R"('[2.710000, "+Inf"]')"},
      {"%s", {map_val(items)}, R"('{"a":"x\n", "b":1, 2:1.500000, true:null}')"},
      {"%s",
       {map_val(wrong)},
       "error: error during formatting: no formatting function for map key of type double"},
      {"%s", {type_val(list_of_int.get())}, "'list'"},
  };
  check_format(rows);
  const CallRow from_json[] = {
      {kFormat, R"(["%s", [[1, "a", null, [true, {"k": "v"}]]]])",
       R"('[1, "a", null, [true, {"k":"v"}]]' for 1)"},
  };
  check_rows(string_functions(), from_json);
}

TEST_CASE("doubles and times are what string() makes of them") {
  const Val times[] = {timestamp_val({1'675'467'080, 0}), duration_val(7'200'000'000'000)};
  const FormatRow rows[] = {
      {"%s %s", {double_val(2.71), double_val(0.000000002)}, "'2.71 2e-09'"},
      {"%s", {timestamp_val({1'675'467'080, 500'000'000})}, "'2023-02-03T23:31:20.5Z'"},
      {"%s", {duration_val(2)}, "'0.000000002s'"},
      {"%s", {list_val(times)}, R"('[timestamp("2023-02-03T23:31:20Z"), duration("7200s")]')"},
  };
  check_format(rows);
}

TEST_CASE("results have an end") {
  const auto& format = declared(string_functions(), kFormat);
  std::vector<std::vector<Val>> levels(40);
  levels[0] = {int_val(1), int_val(1)};
  for (std::size_t i = 1; i < levels.size(); ++i) levels[i].assign(2, list_val(levels[i - 1]));
  const Val endless[] = {string_val("%s"), list_val(levels.back())};
  Call call;
  call.spend_most_steps();
  CHECK(call.run(format, endless).starts_with("error: operation cancelled"));
  CHECK(call.evaluation.is_exhausted);
}

TEST_CASE("lists inside of lists end at some depth") {
  std::vector<std::vector<Val>> levels(1'100);
  for (std::size_t i = 1; i < levels.size(); ++i) levels[i].assign(1, list_val(levels[i - 1]));
  const Val arguments[] = {string_val("%s"), list_val(levels.back())};
  CHECK(Call()
            .run(declared(string_functions(), kFormat), arguments)
            .starts_with("error: error during formatting: values nest too deeply"));
}

}  // namespace
}  // namespace gatefold::cel::test
