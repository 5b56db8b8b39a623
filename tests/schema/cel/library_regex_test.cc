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
      {"[a", "missing closing ]: `[a`"},
      {"a[b-", "missing closing ]: `[b-`"},
      {"[z-a]", "invalid character class range: `z-a`"},
      {R"([a-\d])", R"(invalid escape sequence: `\d`)"},
      {"[[:foo:]]", "invalid character class range: `[:foo:]`"},
      {"[]", "missing closing ]: `[]`"},
      {R"((a)", R"(missing closing ): `(a`)"},
      {R"(a(b(c))", R"(missing closing ): `a(b(c)`)"},
      {R"((?P<x>a)", R"(missing closing ): `(?P<x>a`)"},
      {R"(a)b)", R"(unexpected ): `a)b`)"},
      {R"(a\)", "trailing backslash at end of expression: ``"},
      {R"(\)", "trailing backslash at end of expression: ``"},
      {"*", "missing argument to repetition operator: `*`"},
      {"a|*", "missing argument to repetition operator: `*`"},
      {R"((*))", "missing argument to repetition operator: `*`"},
      {"a**", "invalid nested repetition operator: `**`"},
      {"a?*", "invalid nested repetition operator: `?*`"},
      {"a+??", "invalid nested repetition operator: `+??`"},
      {"a{1001}", "invalid repeat count: `{1001}`"},
      {"x{0,1001}?", "invalid repeat count: `{0,1001}`"},
      {"a{2,1}", "invalid repeat count: `{2,1}`"},
      {R"((a{1000}){1000})", "invalid repeat count: `{1000}`"},
      {"x{2}{3}", "invalid nested repetition operator: `{2}{3}`"},
      {R"((?=a))", R"(invalid or unsupported Perl syntax: `(?=`)"},
      {R"((?<=a))", R"(invalid named capture: `(?<=a)`)"},
      {R"((?P<n)", R"(invalid named capture: `(?P<n`)"},
      {R"((?P<n!>a))", R"(invalid named capture: `(?P<n!>`)"},
      {R"((?<é>a))", R"(invalid named capture: `(?<é>`)"},
      {R"((?P=n))", R"(invalid or unsupported Perl syntax: `(?P`)"},
      {R"((?z))", R"(invalid or unsupported Perl syntax: `(?z`)"},
      {R"((?)", R"(invalid or unsupported Perl syntax: `(?`)"},
      {R"((?i)", R"(invalid or unsupported Perl syntax: `(?i`)"},
      {R"(\8)", R"(invalid escape sequence: `\8`)"},
      {R"(\1)", R"(invalid escape sequence: `\1`)"},
      {R"(\pX)", R"(invalid character class range: `\pX`)"},
      {R"(\p{Foo})", R"(invalid character class range: `\p{Foo}`)"},
      {R"(\x)", R"(invalid escape sequence: `\x`)"},
      {R"(\x{110000})", R"(invalid escape sequence: `\x{110000`)"},
      {R"(\C)", R"(invalid escape sequence: `\C`)"},
      {R"([\C])", R"(invalid escape sequence: `\C`)"},
      {R"(\Z)", R"(invalid escape sequence: `\Z`)"},
      {R"(\é)", R"(invalid escape sequence: `\é`)"},
      {R"((?#c))", R"(invalid or unsupported Perl syntax: `(?#`)"},
      {"é[b", "missing closing ]: `[b`"},
  };
  for (const auto& row : rows) {
    INFO(row.pattern);
    const auto compiled = compile_pattern(row.pattern);
    REQUIRE_FALSE(compiled.has_value());
    CHECK(compiled.error() == fmt::format("error parsing regexp: {}", row.reason));
  }
}

TEST_CASE("what Go takes for a pattern is one") {
  for (const std::string_view pattern :
       {"[]a]", "[^]a]", "[[:word:]]", R"((?<n>a))", R"((?P<n>a)(?P<n>b))", R"(\Q(?<a\E)",
        R"([(?<x>])", R"(\(?<x>)", R"(\p{Greek}\pN)", "a{,2}", "a{2", "a{1000}",
        R"((?i:a)(?U)b+(?s).)", R"([\d-z][a-b-c])", R"(\z\A\b\B)", "", "a||b", R"((?:)*)"}) {
    INFO(pattern);
    CHECK(compile_pattern(pattern).has_value());
  }
  const auto named = compile_pattern("(?<a>x)(?P<a>y)");
  REQUIRE(named.has_value());
  Call call;
  call.evaluation.pattern = named->get();
  const Val arguments[] = {string_val("wxyz"), string_val("")};
  CHECK(call.run(declared(regex_functions(), "string.find(string) string"), arguments) ==
        "'xy' for 0");
}

TEST_CASE("texts and patterns that are made to be slow have an end") {
  const std::string text(1'000'000, 'a');
  const Val arguments[] = {string_val(text), string_val("a*b|a")};
  Call call;
  call.spend_most_steps();
  CHECK(call.run(declared(regex_functions(), "string.findAll(string) list(string)"), arguments)
            .starts_with("error: operation cancelled"));
  CHECK(call.evaluation.is_exhausted);
}

}  // namespace
}  // namespace gatefold::cel::test
