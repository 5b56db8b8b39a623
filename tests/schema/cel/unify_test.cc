#include "schema/cel/unify.h"

#include <catch2/catch.hpp>

namespace gatefold::cel {
namespace {

// Written as in signatures; single capital letters are parameters.
TypePtr type(std::string_view text) {
  const auto signature = "f() " + std::string(text);
  return parse_signature({.signature = signature, .function = nullptr}).result;
}

TEST_CASE("types agree or don't") {
  struct Row {
    std::string_view a;
    std::string_view b;
    bool agrees;
  };
  const Row rows[] = {
      {"int", "int", true},
      {"int", "uint", false},
      {"int", "dyn", true},
      {"dyn", "list(int)", true},
      {"list(int)", "list(int)", true},
      {"list(int)", "list(string)", false},
      {"list(int)", "list(dyn)", true},
      {"list(int)", "map(int, int)", false},
      {"map(string, int)", "map(dyn, int)", true},
      {"map(string, int)", "map(string, bool)", false},
      {"type(int)", "type(string)", true},
      {"type(int)", "int", false},
      {"optional(int)", "optional(int)", true},
      {"optional(int)", "optional(string)", false},
      {"optional(int)", "int", false},
      {"ip", "ip", true},
      {"ip", "cidr", false},
      {"null", "null", true},
      {"null", "timestamp", true},
      {"duration", "null", true},
      {"null", "ip", true},
      {"null", "optional(int)", true},
      {"null", "string", false},
      {"null", "int", false},
      {"list(int)", "null", false},
      {"null", "map(string, int)", false},
      {"null", "dyn", true},
      {"int", "A", true},
      {"A", "A", true},
      {"A", "B", true},
      {"A", "list(A)", false},
      {"list(A)", "list(int)", true},
      {"map(A, A)", "map(int, string)", false},
      {"map(A, A)", "map(int, dyn)", true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.a, row.b);
    Substitution substitution;
    CHECK(substitution.assign(type(row.a), type(row.b)) == row.agrees);
    CHECK_FALSE(substitution.is_exhausted());
  }
}

TEST_CASE("parameters stand for what they were given") {
  Substitution substitution;
  CHECK(substitution.assign(type("int"), type("A")));
  CHECK(to_string(*substitution.apply(type("map(A, B)"), false)) == "map(int, B)");
  CHECK(to_string(*substitution.apply(type("map(A, B)"), true)) == "map(int, dyn)");
  CHECK_FALSE(substitution.assign(type("string"), type("A")));
  CHECK(substitution.assign(type("B"), type("list(A)")));
  CHECK(to_string(*substitution.apply(type("optional(B)"), false)) == "optional_type(list(int))");
}

TEST_CASE("the more general type wins") {
  Substitution substitution;
  CHECK(substitution.assign(type("int"), type("A")));
  CHECK(substitution.assign(type("dyn"), type("A")));
  CHECK(to_string(*substitution.apply(type("A"), false)) == "dyn");
  CHECK(to_string(*most_general(type("list(int)"), type("list(dyn)"))) == "list(dyn)");
  CHECK(to_string(*most_general(type("null"), type("timestamp"))) == "timestamp");
}

TEST_CASE("nothing is bound where types don't agree") {
  Substitution substitution;
  const std::vector<TypePtr> arguments = {type("int"), type("string")};
  const std::vector<TypePtr> wanted = {type("A"), type("A")};
  CHECK_FALSE(substitution.assign_all(arguments, wanted));
  CHECK(to_string(*substitution.apply(type("A"), false)) == "A");
  CHECK_FALSE(substitution.assign_all(arguments, std::span(wanted).first(1)));
}

TEST_CASE("each use of an overload has parameters of its own") {
  Substitution substitution;
  const auto overload =
      parse_signature({.signature = "f(list(A), A, int) map(A, B)", .function = nullptr});
  std::vector<std::string> shown;
  for (int i = 0; i < 2; ++i) {
    for (const auto& each : substitution.instantiate(overload)) shown.push_back(to_string(*each));
  }
  CHECK(shown == std::vector<std::string>{"list(_var0)", "_var0", "int", "map(_var0, _var1)",
                                          "list(_var2)", "_var2", "int", "map(_var2, _var3)"});
}

TEST_CASE("types that grow without end are noticed") {
  SECTION("as trees") {
    Substitution substitution;
    auto large = type("int");
    for (int i = 0; i < 50; ++i) large = map_type(large, large);
    substitution.measure(*large);
    CHECK(substitution.is_exhausted());
  }
  SECTION("through parameters") {
    Substitution substitution;
    auto before = substitution.fresh();
    for (int i = 0; i < 50; ++i) {
      auto next = substitution.fresh();
      substitution.assign(next, map_type(before, before));
      before = next;
    }
    substitution.apply(before, false);
    CHECK(substitution.is_exhausted());
  }
  SECTION("as chains") {
    Substitution substitution;
    const auto first = substitution.fresh();
    auto before = first;
    for (int i = 0; i < 10'000; ++i) {
      auto next = substitution.fresh();
      substitution.assign(list_type(before), next);
      before = next;
    }
    substitution.apply(before, true);
    CHECK(substitution.is_exhausted());
  }
}

}  // namespace
}  // namespace gatefold::cel
