#include "tests/schema/cel/call.h"

namespace gatefold::cel::test {
namespace {

TEST_CASE("signatures of strings can be read") {
  check_signatures(string_functions());
}

TEST_CASE("texts are searched and cut by code points") {
  const CallRow rows[] = {
      {"string.contains(string) bool", R"(["tacocat", "oca"])", "true for 1"},
      {"string.contains(string) bool", R"(["tacocat", "x"])", "false for 1"},
      {"string.contains(string) bool", R"(["tacocat", ""])", "true for 0"},
      {"string.contains(string) bool", R"(["", ""])", "true for 0"},
      {"string.contains(string) bool", R"(["aaaaaaaaaaab", "aaaaaaaaaab"])", "true for 4"},
      {"string.startsWith(string) bool", R"(["tacocat", "taco"])", "true for 1"},
      {"string.startsWith(string) bool", R"(["tacocat", "cat"])", "false for 1"},
      {"string.startsWith(string) bool", R"(["", ""])", "true for 0"},
      {"string.endsWith(string) bool", R"(["tacocat", "cat"])", "true for 1"},
      {"string.endsWith(string) bool", R"(["tacocat", "taco"])", "false for 1"},
      {"string.endsWith(string) bool", R"(["ñññññ ñññññ", "ñ"])", "true for 2"},
      {"string.charAt(int) string", R"(["tacocat", 3])", "'o' for 1"},
      {"string.charAt(int) string", R"(["tacocat", 7])", "'' for 1"},
      {"string.charAt(int) string", R"(["", 0])", "'' for 1"},
      {"string.charAt(int) string", R"(["tacocat", 30])", "error: index out of range: 30 for 1"},
      {"string.charAt(int) string", R"(["tacocat", -1])", "error: index out of range: -1 for 1"},
      {"string.charAt(int) string", R"(["añ😀", 1])", "'ñ' for 1"},
      {"string.charAt(int) string", R"(["añ😀", 2])", "'😀' for 1"},
      {"string.charAt(int) string", R"(["añ😀", 3])", "'' for 1"},
      {"string.charAt(int) string", R"(["añ😀", 4])", "error: index out of range: 4 for 1"},
      {"string.substring(int) string", R"(["tacocat", 4])", "'cat' for 1"},
      {"string.substring(int) string", R"(["tacocat", 7])", "'' for 1"},
      {"string.substring(int) string", R"(["tacocat", 8])", "error: index out of range: 8 for 1"},
      {"string.substring(int) string", R"(["tacocat", -1])", "error: index out of range: -1 for 1"},
      {"string.substring(int) string", R"(["añ😀b", 2])", "'😀b' for 1"},
      {"string.substring(int, int) string", R"(["tacocat", 0, 4])", "'taco' for 1"},
      {"string.substring(int, int) string", R"(["tacocat", 4, 4])", "'' for 1"},
      {"string.substring(int, int) string", R"(["ta©o©αT", 2, 6])", "'©o©α' for 1"},
      {"string.substring(int, int) string", R"(["tacocat", 1, 50])",
       "error: index out of range: 50 for 1"},
      {"string.substring(int, int) string", R"(["tacocat", 49, 50])",
       "error: index out of range: 49 for 1"},
      {"string.substring(int, int) string", R"(["tacocat", -1, 2])",
       "error: index out of range: -1 for 1"},
      {"string.substring(int, int) string", R"(["tacocat", 4, 3])",
       "error: invalid substring range. start: 4, end: 3 for 1"},
  };
  check_rows(string_functions(), rows);
}

TEST_CASE("indexes of texts are code points, and costs are of bytes") {
  constexpr std::string_view kFirst = "string.indexOf(string) int";
  constexpr std::string_view kFirstFrom = "string.indexOf(string, int) int";
  constexpr std::string_view kLast = "string.lastIndexOf(string) int";
  constexpr std::string_view kLastFrom = "string.lastIndexOf(string, int) int";
  const CallRow rows[] = {
      {kFirst, R"(["tacocat", ""])", "0 for 0"},
      {kFirst, R"(["tacocat", "ac"])", "1 for 0"},
      {kFirst, R"(["tacocat", "none"])", "-1 for 0"},
      {kFirst, R"(["ta©o©αT", "©"])", "2 for 1"},
      {kFirst, R"(["ta©o©αT", "α"])", "5 for 1"},
      {kFirst, R"(["", "a"])", "-1 for 0"},
      {kFirstFrom, R"(["tacocat", "a", 3])", "5 for 0"},
      {kFirstFrom, R"(["tacocat", "a", 30])", "-1 for 0"},
      {kFirstFrom, R"(["tacocat", "t", 6])", "6 for 0"},
      {kFirstFrom, R"(["tacocat", "t", 7])", "-1 for 0"},
      {kFirstFrom, R"(["tacocat", "a", -1])", "error: index out of range: -1 for 0"},
      {kFirstFrom, R"(["tacocat", "", 77])", "77 for 0"},
      {kFirstFrom, R"(["tacocat", "", -7])", "-7 for 0"},
      {kFirstFrom, R"(["ta©o©αT", "©", 3])", "4 for 1"},
      {kLast, R"(["tacocat", ""])", "7 for 0"},
      {kLast, R"(["tacocat", "at"])", "5 for 0"},
      {kLast, R"(["tacocat", "none"])", "-1 for 0"},
      {kLast, R"(["ta©o©αT", "©"])", "4 for 1"},
      {kLast, R"(["ta©o©αT", "T"])", "6 for 1"},
      {kLast, R"(["aaaa", "aa"])", "2 for 0"},
      {kLast, R"(["", ""])", "0 for 0"},
      {kLast, R"(["", "a"])", "error: index out of range: -1 for 0"},
      {kLastFrom, R"(["tacocat", "a", 6])", "5 for 0"},
      {kLastFrom, R"(["tacocat", "a", 4])", "1 for 0"},
      {kLastFrom, R"(["tacocat", "cat", 6])", "4 for 0"},
      {kLastFrom, R"(["tacocat", "tac", 0])", "0 for 0"},
      {kLastFrom, R"(["tacocat", "a", 0])", "-1 for 0"},
      {kLastFrom, R"(["tacocat", "a", 30])", "-1 for 0"},
      {kLastFrom, R"(["tacocat", "a", -1])", "error: index out of range: -1 for 0"},
      {kLastFrom, R"(["tacocat", "", 77])", "77 for 0"},
      {kLastFrom, R"(["ab", "abc", 1])", "-1 for 0"},
      {kLastFrom, R"(["ta©o©αT", "©", 3])", "2 for 1"},
  };
  check_rows(string_functions(), rows);
}

TEST_CASE("case changes for ASCII, and Unicode's white space is trimmed") {
  const CallRow rows[] = {
      {"string.lowerAscii() string", R"(["TacoCÆt"])", "'tacocÆt' for 1"},
      {"string.lowerAscii() string", R"(["@[`{"])", "'@[`{' for 1"},
      {"string.upperAscii() string", R"(["tacoCÆt xii"])", "'TACOCÆT XII' for 2"},
      {"string.upperAscii() string", R"(["æz{"])", "'æZ{' for 1"},
      {"string.trim() string", R"([" \t\n trim \r\n"])", "'trim' for 2"},
      {"string.trim() string", R"(["\u0085\u00a0\u1680\u2000x\u200b y\u202f\u205f\u3000"])",
       "'x\u200b y' for 2"},
      {"string.trim() string", R"(["\ufeffx"])", "'\ufeffx' for 1"},
      {"string.trim() string", R"([" \u2028\u2029"])", "'' for 1"},
      {"string.trim() string", R"([""])", "'' for 0"},
  };
  check_rows(string_functions(), rows);
}

TEST_CASE("replace takes what Go's strings.Replace takes") {
  constexpr std::string_view kAll = "string.replace(string, string) string";
  constexpr std::string_view kSome = "string.replace(string, string, int) string";
  const CallRow rows[] = {
      {kAll, R"(["12 days 12 hours", "{0}", "2"])", "'12 days 12 hours' for 4"},
      {kAll, R"(["{0} days {0} hours", "{0}", "2"])", "'2 days 2 hours' for 4"},
      {kAll, R"(["aaa", "aa", "b"])", "'ba' for 1"},
      {kAll, R"(["añb", "", "-"])", "'-a-ñ-b-' for 1"},
      {kAll, R"(["", "", "x"])", "'x' for 0"},
      {kAll, R"(["", "x", "y"])", "'' for 0"},
      {kAll, R"(["añb", "ñ", ""])", "'ab' for 1"},
      {kAll, R"(["abc", "b", "b"])", "'abc' for 1"},
      {kSome, R"(["{0} days {0} hours", "{0}", "2", 1])", "'2 days {0} hours' for 4"},
      {kSome, R"(["1 ©αT taco", "αT", "o©α", 0])", "'1 ©αT taco' for 2"},
      {kSome, R"(["hello", "l", "L", -4])", "'heLLo' for 1"},
      {kSome, R"(["hello", "l", "L", 9])", "'heLLo' for 1"},
      {kSome, R"(["hello", "", "_", 3])", "'_h_e_llo' for 1"},
      {kSome, R"(["hello", "", "_", 99])", "'_h_e_l_l_o_' for 1"},
  };
  check_rows(string_functions(), rows);
}

TEST_CASE("split takes what Go's strings.SplitN takes, join puts together") {
  constexpr std::string_view kAll = "string.split(string) list(string)";
  constexpr std::string_view kSome = "string.split(string, int) list(string)";
  constexpr std::string_view kJoin = "list(string).join() string";
  constexpr std::string_view kJoinBy = "list(string).join(string) string";
  const CallRow rows[] = {
      {kAll, R"(["hello world", " "])", "['hello', 'world'] for 3"},
      {kAll, R"(["hello events!", "z"])", "['hello events!'] for 3"},
      {kAll, R"([",a,", ","])", "['', 'a', ''] for 1"},
      {kAll, R"(["", ","])", "[''] for 0"},
      {kAll, R"(["", ""])", "[] for 0"},
      {kAll, R"(["añ😀", ""])", "['a', 'ñ', '😀'] for 1"},
      {kAll, R"(["a--b---c", "--"])", "['a', 'b', '-c'] for 2"},
      {kSome, R"(["a,b,c", ",", 0])", "[] for 1"},
      {kSome, R"(["a,b,c", ",", 1])", "['a,b,c'] for 1"},
      {kSome, R"(["a,b,c", ",", 2])", "['a', 'b,c'] for 1"},
      {kSome, R"(["a,b,c", ",", 9])", "['a', 'b', 'c'] for 1"},
      {kSome, R"(["a,b,c", ",", -1])", "['a', 'b', 'c'] for 1"},
      {kSome, R"(["añ😀", "", 2])", "['a', 'ñ😀'] for 1"},
      {kSome, R"(["añ😀", "", 9])", "['a', 'ñ', '😀'] for 1"},
      {kJoin, R"([["x", "y"]])", "'xy' for 1"},
      {kJoin, R"([[]])", "'' for 0"},
      {kJoin, R"([["", ""]])", "'' for 0"},
      {kJoinBy, R"([["ñ", "o", "p"], "--"])", "'ñ--o--p' for 2"},
      {kJoinBy, R"([["a"], "--"])", "'a' for 1"},
      {kJoinBy, R"([[], "--"])", "'' for 0"},
      {kJoinBy, R"([[1, "a"], "--"])", "error: no such overload: join(list, string) for 1"},
      {kJoinBy, R"([["a", 1], "--"])", "error: join: invalid input: 1 for 1"},
  };
  check_rows(string_functions(), rows);
}

TEST_CASE("quote escapes what the language escapes") {
  constexpr std::string_view kQuote = "strings.quote(string) string";
  const CallRow rows[] = {
      {kQuote, R"([""])", R"('""' for 0)"},
      {kQuote, R"(["first\nsecond"])", R"('"first\nsecond"' for 2)"},
      {kQuote, R"(["\u0007\b\f\n\r\t\u000b\\\""])", R"('"\a\b\f\n\r\t\v\\\""' for 1)"},
      {kQuote, R"(["завтра"])", R"('"завтра"' for 1)"},
  };
  check_rows(string_functions(), rows);
}

TEST_CASE("texts grow no further than there is room") {
  const std::string text(10'000, 'a');
  const std::string by(1'000, 'b');
  const std::string too_much(10'000, 'b');
  const auto& replace = declared(string_functions(), "string.replace(string, string) string");
  const Val large[] = {string_val(text), string_val("a"), string_val(by)};
  CHECK(Call().run(replace, large).ends_with("bbb' for 2000"));
  const Val too_large[] = {string_val(text), string_val("a"), string_val(too_much)};
  Call call;
  CHECK(call.run(replace, too_large).starts_with("error: operation cancelled: actual cost limit"));
  CHECK(call.evaluation.is_exhausted);

  const std::vector<Val> many(1'000, string_val(text));
  Call joining(1'000'000);
  const Val list[] = {list_val(many)};
  CHECK(joining.run(declared(string_functions(), "list(string).join() string"), list)
            .starts_with("error: operation cancelled: actual cost limit"));
  CHECK(joining.evaluation.is_exhausted);

  Call splitting(1'999);
  const Val separated[] = {string_val(text), string_val("")};
  CHECK(splitting.run(declared(string_functions(), "string.split(string) list(string)"), separated)
            .starts_with("error: operation cancelled: actual cost limit"));
}

TEST_CASE("texts that are made to be slow are searched fast") {
  const std::string text(1'000'000, 'a');
  const std::string wanted = std::string(500'000, 'a') + "b" + std::string(1'000, 'a');
  const Val arguments[] = {string_val(text), string_val(wanted)};
  const auto library = string_functions();
  CHECK(Call().run(declared(library, "string.indexOf(string) int"), arguments).starts_with("-1 "));
  CHECK(Call()
            .run(declared(library, "string.lastIndexOf(string) int"), arguments)
            .starts_with("-1 "));
}

}  // namespace
}  // namespace gatefold::cel::test
