#include "schema/cel/lexer.h"

#include <catch2/catch.hpp>

namespace gatefold::cel {
namespace {

// `kind text` of all tokens, the end left out, then what stopped the reading.
std::string tokens_of(std::string_view text) {
  const Tokens tokens = tokenize(text);
  std::string out;
  for (const Token& token : tokens.tokens) {
    if (token.kind == TokenKind::kEnd) continue;
    if (!out.empty()) out += ' ';
    out += to_string(TokenSet(token.kind)) + ' ' + std::string(token.text);
  }
  if (tokens.issue) out += " ! " + std::to_string(tokens.issue->offset);
  return out;
}

std::string issue_of(std::string_view text) {
  const auto issue = tokenize(text).issue;
  return issue ? std::to_string(issue->offset) + ' ' + issue->message : "";
}

struct Case {
  std::string_view text;
  std::string_view expected;
};

TEST_CASE("signs and words are tokens of their own") {
  const Case cases[] = {
      {"", ""},
      {" \t\r\n\f", ""},
      {"a==b", "IDENTIFIER a '==' == IDENTIFIER b"},
      {"!=!", "'!=' != '!' !"},
      {"<=<>=>", "'<=' <= '<' < '>=' >= '>' >"},
      {"&&||", "'&&' && '||' ||"},
      {"[]{}()", "'[' [ ']' ] '{' { '}' } '(' ( ')' )"},
      {".,-?:+*/%", "'.' . ',' , '-' - '?' ? ':' : '+' + '*' * '/' / '%' %"},
      {"in true false null", "'in' in 'true' true 'false' false 'null' null"},
      {"int trueish _in", "IDENTIFIER int IDENTIFIER trueish IDENTIFIER _in"},
      {"a // b\n c // d", "IDENTIFIER a IDENTIFIER c"},
      {"`a.b-c/d e`", "ESC_IDENTIFIER `a.b-c/d e`"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(tokens_of(text) == expected);
  }
}

TEST_CASE("a number is as long as it can be") {
  const Case cases[] = {
      {"0", "NUM_INT 0"},
      {"007", "NUM_INT 007"},
      {"0x1F", "NUM_INT 0x1F"},
      {"0X1F", "NUM_INT 0 IDENTIFIER X1F"},
      {"0x", "NUM_INT 0 IDENTIFIER x"},
      {"1u 0xaU", "NUM_UINT 1u NUM_UINT 0xaU"},
      {"1uu", "NUM_UINT 1u IDENTIFIER u"},
      {"1.5 .5 1e3 1.5E-3 .5e+7",
       "NUM_FLOAT 1.5 NUM_FLOAT .5 NUM_FLOAT 1e3 NUM_FLOAT 1.5E-3 "
       "NUM_FLOAT .5e+7"},
      {"1.", "NUM_INT 1 '.' ."},
      {"1.a", "NUM_INT 1 '.' . IDENTIFIER a"},
      {"1e", "NUM_INT 1 IDENTIFIER e"},
      {"1.5e+", "NUM_FLOAT 1.5 IDENTIFIER e '+' +"},
      {"1.5u", "NUM_FLOAT 1.5 IDENTIFIER u"},
      {"1.2.3", "NUM_FLOAT 1.2 NUM_FLOAT .3"},
      {"0x1.5", "NUM_INT 0x1 NUM_FLOAT .5"},
      {"-1", "'-' - NUM_INT 1"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(tokens_of(text) == expected);
  }
}

TEST_CASE("texts end at their quotes") {
  const Case cases[] = {
      {R"('a"b' "a'b")", R"(STRING 'a"b' STRING "a'b")"},
      {R"('a\'b')", R"(STRING 'a\'b')"},
      {R"('''a'b''c''' "")", R"(STRING '''a'b''c''' STRING "")"},
      {"\"\"\"a\nb\"\"\"", "STRING \"\"\"a\nb\"\"\""},
      {R"("""a\"""b""")", R"(STRING """a\"""b""")"},
      {R"("""a"""")", R"(STRING """a""" ! 7)"},
      {R"("""a)", R"(STRING "" ! 2)"},
      {R"(r'a\' R"\")", R"(STRING r'a\' STRING R"\")"},
      {R"(r'''a'b\''')", R"(STRING r'''a'b\''')"},
      {R"(r"""a)", R"(STRING r"" ! 3)"},
      {R"(b'a' B"a" br'\' bR'a' Br'a')",
       R"(BYTES b'a' BYTES B"a" BYTES br'\' BYTES bR'a' BYTES Br'a')"},
      {R"(b'''a''')", R"(BYTES b'''a''')"},
      {R"(rb'a')", R"(IDENTIFIER rb STRING 'a')"},
      {R"(ab'a')", R"(IDENTIFIER ab STRING 'a')"},
      {R"(r'a)", R"(IDENTIFIER r ! 1)"},
      {R"('\a\b\f\n\r\t\v\"\'\\\?\`')", R"(STRING '\a\b\f\n\r\t\v\"\'\\\?\`')"},
      {R"('\x0f\Xff\u00e9\U0001f601\377')", R"(STRING '\x0f\Xff\u00e9\U0001f601\377')"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(tokens_of(text) == expected);
  }
}

TEST_CASE("what is no token is shown up to what broke it") {
  const std::string begin = " Syntax error: token recognition error at: '";
  const std::pair<std::string_view, std::string> cases[] = {
      {"1 + $", "4" + begin + "$'"},
      {"a = b", "2" + begin + "= '"},
      {"a & b", "2" + begin + "& '"},
      {"a |", "2" + begin + "|'"},
      {"a = \u00e9", "2" + begin + "= '"},
      {"\u00f3 a", "0" + begin + "\u00f3'"},
      {"'\u00e9' \U0001f601", "4" + begin + "\U0001f601'"},
      {"'abc", "0" + begin + "'abc'"},
      {R"("\xFh")", "0" + begin + R"("\xFh')"},
      {R"('\>')", "0" + begin + R"('\>')"},
      {R"('\49')", "0" + begin + R"('\4')"},
      {R"('\39')", "0" + begin + R"('\39')"},
      {R"('\u00g')", "0" + begin + R"('\u00g')"},
      {"'a\nb'", "0" + begin + "'a\n'"},
      {"a.`$b`", "2" + begin + "`$'"},
      {"``", "0" + begin + "``'"},
      {"\xff", "0" + begin + "\xff'"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(issue_of(text) == expected);
  }
}

TEST_CASE("offsets count code points") {
  const auto tokens = tokenize("'\u00e9\U0001f601' + a").tokens;
  REQUIRE(tokens.size() == 4);
  CHECK(tokens[1].offset == 5);
  CHECK(tokens[2].offset == 7);
  CHECK(tokens[3].offset == 8);
}

TEST_CASE("sets are named in the order of the grammar") {
  CHECK(to_string(TokenKind::kEnd) == "<EOF>");
  CHECK(to_string(TokenKind::kComma | TokenKind::kCloseBracket) == "{']', ','}");
  CHECK(to_string(TokenKind::kEscapedIdentifier | TokenKind::kIdentifier | TokenKind::kQuestion) ==
        "{'?', IDENTIFIER, ESC_IDENTIFIER}");
}

}  // namespace
}  // namespace gatefold::cel
