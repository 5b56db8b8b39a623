#include "schema/cel/pattern.h"
#include "tests/schema/cel/call.h"

namespace gatefold::cel::test {
namespace {

TEST_CASE("signatures of patterns can be read") {
  check_signatures(regex_functions());
}

TEST_CASE("patterns match anywhere in a text") {
  constexpr std::string_view kMethod = "string.matches(string) bool";
  const CallRow rows[] = {
      {kMethod, R"(["abc", "b"])", "true for 1"},
      {kMethod, R"(["abc", "^b"])", "false for 1"},
      {kMethod, R"(["", ""])", "true for 0"},
      {kMethod, R"(["", "a"])", "false for 1"},
      {kMethod, R"(["X.Example", "^(?i)\\.?[a-z_][a-z_.]*$"])", "true for 6"},
      {kMethod, R"(["ñ", "^.$"])", "true for 1"},
      {kMethod, R"(["a\nb", "^b$"])", "false for 1"},
      {kMethod, R"(["a\nb", "(?m)^b$"])", "true for 2"},
      {kMethod, R"(["a", "[a"])", "error: error parsing regexp: missing closing ]: `[a` for 1"},
      {"matches(string, string) bool", R"(["abcdefghijklmnopqrstuvwxyz", "klm"])", "true for 3"},
  };
  check_rows(regex_functions(), rows);
}

TEST_CASE("matches are found one after the other") {
  constexpr std::string_view kFind = "string.find(string) string";
  constexpr std::string_view kAll = "string.findAll(string) list(string)";
  constexpr std::string_view kSome = "string.findAll(string, int) list(string)";
  const CallRow rows[] = {
      {kFind, R"(["abc 123", "[0-9]+"])", "'123' for 2"},
      {kFind, R"(["abc 123", "[0-9]*"])", "'' for 2"},
      {kFind, R"(["abc 123", "xyz"])", "'' for 1"},
      {kFind, R"(["a", "[a"])",
       "error: Illegal regex: error parsing regexp: missing closing ]: `[a` for 1"},
      {kAll, R"(["123 abc 456", "[0-9]+"])", "['123', '456'] for 4"},
      {kAll, R"(["123 abc 456", "xyz"])", "[] for 2"},
      {kAll, R"(["ab1", "[0-9]*"])", "['', '', '1'] for 2"},
      {kAll, R"(["aab", "a*"])", "['aa', ''] for 1"},
      {kAll, R"(["baab", "a*"])", "['', 'aa', ''] for 1"},
      {kAll, R"(["ñ", ""])", "['', ''] for 0"},
      {kAll, R"(["", ""])", "[''] for 0"},
      {kAll, R"(["aaa", "^a"])", "['a'] for 1"},
      {kAll, R"(["aa b", "\\b."])", "['a', ' ', 'b'] for 1"},
      {kAll, R"(["a", "*"])",
       "error: Illegal regex: error parsing regexp: missing argument to repetition operator: `*` "
       "for 1"},
      {kSome, R"(["1 2 3", "[0-9]", 0])", "[] for 2"},
      {kSome, R"(["1 2 3", "[0-9]", 2])", "['1', '2'] for 2"},
      {kSome, R"(["1 2 3", "[0-9]", -1])", "['1', '2', '3'] for 2"},
      {kSome, R"(["1 2 3", "[0-9]", 9])", "['1', '2', '3'] for 2"},
  };
  check_rows(regex_functions(), rows);
}

TEST_CASE("a pattern that was compiled before is used") {
  const auto compiled = compile_pattern("b+");
  REQUIRE(compiled.has_value());
  Call call;
  call.evaluation.pattern = compiled->get();
  const Val arguments[] = {string_val("abb"), string_val("something else")};
  CHECK(call.run(declared(regex_functions(), "string.find(string) string"), arguments) ==
        "'bb' for 4");
}

TEST_CASE("a pattern is not matched without the budget for it") {
  const std::string text(100'000, 'a');
  const Val arguments[] = {string_val(text), string_val("aaaaaaaaa")};
  Call call(10'000);
  CHECK(call.run(declared(regex_functions(), "string.matches(string) bool"), arguments)
            .starts_with("error: operation cancelled: actual cost limit exceeded"));
  CHECK(call.evaluation.is_exhausted);
}

TEST_CASE("what is wrong with a pattern is said as Go says it") {
  struct Row {
    std::string_view pattern;
    std::string_view reason;
  };
  const Row rows[] = {
#include "tests/schema/cel/pattern_rows.inc"
  };
  for (const auto& row : rows) {
    INFO(row.pattern);
    const auto compiled = compile_pattern(row.pattern);
    REQUIRE_FALSE(compiled.has_value());
    CHECK(compiled.error() == fmt::format("error parsing regexp: {}", row.reason));
  }
}

}  // namespace
}  // namespace gatefold::cel::test
