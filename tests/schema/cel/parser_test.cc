#include "schema/cel/parser.h"

#include <span>

#include <catch2/catch.hpp>

namespace gatefold::cel {
namespace {

std::string tree_of(std::string_view text) {
  const auto parsed = parse(text);
  return parsed ? to_string(**parsed) : to_string(parsed.error(), text);
}

struct Case {
  std::string_view text;
  std::string_view expected;
};

void check_trees(std::span<const Case> cases) {
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(tree_of(text) == expected);
  }
}

TEST_CASE("literals") {
  const Case cases[] = {
      {"null", "null"},
      {"true", "true"},
      {"false", "false"},
      {"1", "1"},
      {"0x1F", "31"},
      {"2u", "2u"},
      {"2.0", "2.0"},
      {".5", "0.5"},
      {R"("\u2764")", "\"\u2764\""},
      {R"(r'\n')", R"("\\n")"},
      {R"(b"abc")", R"(b"abc")"},
      {R"(b'''a'b''')", R"(b"a'b")"},
  };
  check_trees(cases);
}

TEST_CASE("a minus sign is part of the number behind it, unless it follows another one") {
  const Case cases[] = {
      {"-1", "-1"},
      {"- 1", "-1"},
      {"-1.5", "-1.5"},
      {"-0x10", "-16"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"-0x8000000000000000", "-9223372036854775808"},
      {"--1", "1"},
      {"---1", "-_(1)"},
      {"-(1)", "-_(1)"},
      {"-1u", "-_(1u)"},
      {"-1.foo", "-1.foo"},
      {"1-1", "_-_(1, 1)"},
      {"1 - -1", "_-_(1, -1)"},
      {"1--1", "_-_(1, -1)"},
      {"1---1", "_-_(1, 1)"},
      {"!-1", "!_(-1)"},
      {"[-1]", "[-1]"},
  };
  check_trees(cases);
}

TEST_CASE("operators bind as in the language's definition") {
  const Case cases[] = {
      {"1 + 2 * 3 - 1 / 2 == 6 % 1", "_==_(_-_(_+_(1, _*_(2, 3)), _/_(1, 2)), _%_(6, 1))"},
      {"1 * 2 / 3 % 4", "_%_(_/_(_*_(1, 2), 3), 4)"},
      {"a < b == c", "_==_(_<_(a, b), c)"},
      {"a in b in c", "@in(@in(a, b), c)"},
      {"a <= b >= c > d != e", "_!=_(_>_(_>=_(_<=_(a, b), c), d), e)"},
      {"a + b in c", "@in(_+_(a, b), c)"},
      {"a || b && c", "_||_(a, _&&_(b, c))"},
      {"(a || b) && c", "_&&_(_||_(a, b), c)"},
      {"a ? b : c ? d : e", "_?_:_(a, b, _?_:_(c, d, e))"},
      {"a ? (b ? c : d) : e", "_?_:_(a, _?_:_(b, c, d), e)"},
      {"a || b ? c : d", "_?_:_(_||_(a, b), c, d)"},
      {"false && !true || false ? 2 : 3", "_?_:_(_||_(_&&_(false, !_(true)), false), 2, 3)"},
      {"-a.b", "-_(a.b)"},
      {"!a.b()", "!_(a.b())"},
      {"!!a", "a"},
      {"!!!a", "!_(a)"},
      {"--a", "a"},
      {"---a", "-_(a)"},
      {"-a * b", "_*_(-_(a), b)"},
  };
  check_trees(cases);
}

TEST_CASE("long chains of && and || are balanced") {
  const Case cases[] = {
      {"a && b", "_&&_(a, b)"},
      {"a && b && c", "_&&_(_&&_(a, b), c)"},
      {"a || b || c || d", "_||_(_||_(a, b), _||_(c, d))"},
      {"a || b || c || d || e", "_||_(_||_(_||_(a, b), c), _||_(d, e))"},
  };
  check_trees(cases);
}

TEST_CASE("members, indices and calls") {
  const Case cases[] = {
      {"a.b.c", "a.b.c"},
      {"a.namespace.var", "a.namespace.var"},
      {".a.b", ".a.b"},
      {"a[3]", "_[_](a, 3)"},
      {"a[b ? c : d]", "_[_](a, _?_:_(b, c, d))"},
      {"a.?b", "a.?b"},
      {"a[?b]", "_[?_](a, b)"},
      {"a.?b[?0].c", "_[?_](a.?b, 0).c"},
      {"f()", "f()"},
      {"f(a, b)", "f(a, b)"},
      {".f(a)", "f(a)"},
      {"a.f()", "a.f()"},
      {"a.b.f(1, 2)[0].g()", "_[_](a.b.f(1, 2), 0).g()"},
      {"'a'.size() == size('a')", R"(_==_("a".size(), size("a")))"},
      {"((a))", "a"},
      {"[1, 3][0]", "_[_]([1, 3], 0)"},
      {"{'a': 1}.a", R"({"a": 1}.a)"},
      {"1.all", "1.all"},
  };
  check_trees(cases);
}

TEST_CASE("lists, maps and messages") {
  const Case cases[] = {
      {"[]", "[]"},
      {"[,]", "[]"},
      {"[1, 2,]", "[1, 2]"},
      {"[?a, b, ?c]", "[?a, b, ?c]"},
      {"[?a[?b]]", "[?_[?_](a, b)]"},
      {"{}", "{}"},
      {"{,}", "{}"},
      {"{a: 1, 'b': 2,}", R"({a: 1, "b": 2})"},
      {"{a ? b : c: d}", "{_?_:_(a, b, c): d}"},
      {"{?'key': value}", R"({?"key": value})"},
      {"{1: {2: [3]}}", "{1: {2: [3]}}"},
      {"A{}", "A{}"},
      {"a.b.C{d: 1, ?e: 2,}", "a.b.C{}"},
      {".a.C{d: 1}.f", ".a.C{}.f"},
      {"[] + [1,2,3,] + [4]", "_+_(_+_([], [1, 2, 3]), [4])"},
  };
  check_trees(cases);
}

TEST_CASE("white space and comments don't count") {
  const Case cases[] = {
      {" a\t.\rb\n[\f0 ] ", "_[_](a.b, 0)"},
      {"a // first\n && // second\n b // third", "_&&_(a, b)"},
      {"\"// no comment\"", R"("// no comment")"},
  };
  check_trees(cases);
}

// `offset:text` of every operator and leaf that is a call, a selection, a name or a literal.
TEST_CASE("nodes stand where the reference has them") {
  const auto offset_of = [](std::string_view text) {
    const auto parsed = parse(text);
    return parsed ? (*parsed)->offset : kNowhere;
  };
  const std::pair<std::string_view, std::uint32_t> cases[] = {
      {" a", 1},          {" .a", 2},     {" -1", 1},          {" 'a'", 1},
      {"a + b", 2},       {"a < b", 2},   {"a ? b : c", 2},    {" !a", 1},
      {"!!!a", 0},        {"--a", 2},     {"a.b", 1},          {"a.?b", 1},
      {"a.b.c", 3},       {"a[b]", 1},    {"a[?b]", 1},        {"a.f(b)", 3},
      {"f(b)", 1},        {" [a]", 1},    {" {a: b}", 1},      {"a.B{c: d}", 3},
      {"a && b && c", 7}, {"(a + b)", 3}, {"'\u00e9' + a", 4}, {"a || b || c || d", 7},
  };
  for (const auto& [text, offset] : cases) {
    INFO(text);
    CHECK(offset_of(text) == offset);
  }
}

TEST_CASE("rules of the Gateway API") {
  const Case cases[] = {
      {"self.type != 'Cookie' || has(self.cookie)",
       R"(_||_(_!=_(self.type, "Cookie"), @has(self.cookie)))"},
      {"!(has(self.externalAuth) && self.type != 'ExternalAuth')",
       R"(!_(_&&_(@has(self.externalAuth), _!=_(self.type, "ExternalAuth"))))"},
      {"self.protocol == 'GRPC' ? has(self.grpc) : true",
       R"(_?_:_(_==_(self.protocol, "GRPC"), @has(self.grpc), true))"},
      {"self.all(l1, !has(l1.name) || self.exists_one(l2, has(l2.name) && l1.name == l2.name))",
       "@all(self, l1, _||_(!_(@has(l1.name)), @exists_one(self, l2, _&&_(@has(l2.name), "
       "_==_(l1.name, l2.name)))))"},
      {"size(self) == 0 || format.dns1123Label().validate(self) == null",
       "_||_(_==_(size(self), 0), _==_(format.dns1123Label().validate(self), null))"},
      {"!has(p1.__namespace__) || p1.__namespace__ == ''",
       R"(_||_(!_(@has(p1.__namespace__)), _==_(p1.__namespace__, "")))"},
  };
  check_trees(cases);
}

}  // namespace
}  // namespace gatefold::cel
