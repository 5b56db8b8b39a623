#include <catch2/catch.hpp>

#include "schema/cel/parser.h"

namespace gatefold::cel {
namespace {

// `offset message`, or the tree where the text parses.
std::string issue_of(std::string_view text) {
  const auto parsed = parse(text);
  if (parsed) return to_string(**parsed);
  return std::to_string(static_cast<std::int32_t>(parsed.error().offset)) + ' ' +
         parsed.error().message;
}

const std::string kOperand =
    "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, "
    "STRING, BYTES, IDENTIFIER}";

TEST_CASE("reserved words are no names of variables and functions") {
  for (const std::string_view word :
       {"as", "break", "const", "continue", "else", "for", "function", "if", "import", "let",
        "loop", "package", "namespace", "return", "var", "void", "while"}) {
    const std::string name(word);
    CHECK(issue_of(name) == "0 reserved identifier: " + name);
    CHECK(issue_of("a + ." + name) == "4 reserved identifier: " + name);
    CHECK(issue_of("a + " + name + "(b)") == "4 reserved identifier: " + name);
    CHECK(issue_of("a." + name) == "a." + name);
    CHECK(issue_of("a." + name + "()") == "a." + name + "()");
  }
}

TEST_CASE("literals that don't fit are wrong") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"a + 9223372036854775808", "4 invalid int literal"},
      {"a + -9223372036854775809", "4 invalid int literal"},
      {"a + 18446744073709551616u", "4 invalid uint literal"},
      {"a + 1e400", "4 invalid double literal"},
      {"a + -1e400", "4 invalid double literal"},
      {R"('\udead' == '\ufffd')", "0 invalid unicode code point"},
      {R"(a == b'\u0041')", "5 unable to unescape string"},
      {"a.`b-c`", "2 unsupported syntax: '`'"},
      {"A{`in`: true}", "2 unsupported syntax: '`'"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(issue_of(text) == expected);
  }
}

TEST_CASE("syntax errors have the reference's words") {
  const std::string s = " Syntax error: ";
  const std::pair<std::string_view, std::string> cases[] = {
      {"", "0" + s + "mismatched input '<EOF>' expecting " + kOperand},
      {"1 + $", "4" + s + "token recognition error at: '$'"},
      {"1 + +", "4" + s + "mismatched input '+' expecting " + kOperand},
      {"1 + + 2", "4" + s + "extraneous input '+' expecting " + kOperand},
      {"1 +", "3" + s + "mismatched input '<EOF>' expecting " + kOperand},
      {"1 + 2\n3 +", "6" + s + "mismatched input '3' expecting <EOF>"},
      {"TestAllTypes(){}", "14" + s + "mismatched input '{' expecting <EOF>"},
      {"TestAllTypes{}()", "14" + s + "mismatched input '(' expecting <EOF>"},
      {R"({"a": 1}."a")", "9" + s + R"(no viable alternative at input '."a"')"},
      {"'a' in ['a']\n && in.b", "17" + s + "extraneous input 'in' expecting " + kOperand},
      {"in", "0" + s + "mismatched input 'in' expecting " + kOperand},
      {"func{{a}}",
       "5" + s + "extraneous input '{' expecting {'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}"},
      {"msg{:a}",
       "4" + s + "extraneous input ':' expecting {'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}"},
      {"{a}", "2" + s + "mismatched input '}' expecting ':'"},
      {"{", "1" + s +
                "mismatched input '<EOF>' expecting {'[', '{', '}', '(', '.', ',', '-', '!', '?', "
                "'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, "
                "IDENTIFIER}"},
      {"ind[a{b}]", "7" + s + "mismatched input '}' expecting ':'"},
      {"--", "2" + s + "no viable alternative at input '-'"},
      {"- - + 1", "4" + s + "no viable alternative at input '- +'"},
      {"?", "0" + s + "mismatched input '?' expecting " + kOperand},
      {"a ? b ((?))", "8" + s + "mismatched input '?' expecting " + kOperand},
      {"self.true == 1", "5" + s + "mismatched input 'true' expecting IDENTIFIER"},
      {"self.in == 1", "5" + s + "no viable alternative at input '.in'"},
      {"`b-c`", "0" + s + "mismatched input '`b-c`' expecting " + kOperand},
      {"a.?b()", "4" + s + "mismatched input '(' expecting <EOF>"},
      {"!", "1" + s + "extraneous input '<EOF>' expecting " + kOperand},
      {"!+", "1" + s + "extraneous input '+' expecting " + kOperand},
      {"!-a", "2" + s + "no viable alternative at input '-a'"},
      {"-!a", "1" + s + "no viable alternative at input '-!'"},
      {"f(a", "3" + s + "missing ')' at '<EOF>'"},
      {"f(a b)", "4" + s + "extraneous input 'b' expecting ')'"},
      {"f(a b c)", "4" + s + "mismatched input 'b' expecting ')'"},
      {"f(a,)", "4" + s + "mismatched input ')' expecting " + kOperand},
      {"[a b]", "3" + s + "extraneous input 'b' expecting {']', ','}"},
      {"[a,,]", "3" + s + "extraneous input ',' expecting ']'"},
      {"a[]", "2" + s +
                  "mismatched input ']' expecting {'[', '{', '(', '.', '-', '!', '?', 'true', "
                  "'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"},
      {"a ? b", "5" + s + "mismatched input '<EOF>' expecting ':'"},
      {"a ? b c", "6" + s + "missing ':' at 'c'"},
      {"(a]", "2" + s + "mismatched input ']' expecting ')'"},
      {"[(a]", "3" + s + "missing ')' at ']'"},
      {"a.\n(", "3" + s + "no viable alternative at input '.\\n('"},
      {"a. ", "3" + s + "no viable alternative at input '. '"},
      {"x{?.", "3" + s + "mismatched input '.' expecting {IDENTIFIER, ESC_IDENTIFIER}"},
      {"x{.",
       "2" + s + "mismatched input '.' expecting {'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(issue_of(text) == expected);
  }
}

TEST_CASE("of several issues the first one is told") {
  CHECK(issue_of("var + + 1") == "0 reserved identifier: var");
  CHECK(issue_of("1 + + $") == "4 Syntax error: mismatched input '+' expecting " + kOperand);
  CHECK(issue_of("a.all(1, var)") == "6 argument must be a simple name");
  CHECK(issue_of("9223372036854775808 + var") == "0 invalid int literal");
}

}  // namespace
}  // namespace gatefold::cel
