#include "schema/cel/check.h"

#include "schema/cel/plan.h"
#include "tests/schema/cel/checked.h"

namespace gatefold::cel::test {
namespace {

NodePtr parsed(std::string_view expression) {
  auto root = parse(expression);
  REQUIRE(root);
  return std::move(*root);
}

CheckedExpression sound(Node& root) {
  auto result = check(root, {.variables = variables()});
  REQUIRE(result);
  return std::move(*result);
}

TEST_CASE("variables have the first slots, in their order") {
  struct Row {
    std::string_view expression;
    std::uint32_t slots;
    std::vector<std::size_t> uses;
  };
  const Row rows[] = {
      {"1", 9, {}},
      {"n == 1", 9, {3}},
      {"self.spec.a == n", 9, {0, 3}},
      {"has(old.spec)", 9, {1}},
      {"l.all(x, x > 0)", 10, {6}},
      {"l.all(n, n > 0)", 10, {6}},
      {"l.all(x, l.all(y, x == y)) && l.exists(z, z > 0)", 11, {6}},
      {"l.transformList(i, x, l.all(j, y, i == j))", 13, {6}},
      {"o.optMap(x, x + n)", 10, {3, 8}},
      {"int", 9, {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.expression);
    const auto root = parsed(row.expression);
    const auto result = sound(*root);
    CHECK(result.slots == row.slots);
    REQUIRE(result.uses.size() == 9);
    for (std::size_t i = 0; i < result.uses.size(); ++i) {
      CAPTURE(i);
      CHECK(result.uses[i] == (std::ranges::find(row.uses, i) != row.uses.end()));
    }
  }
}

TEST_CASE("an inner variable hides an outer one") {
  const auto root = parsed("l.all(n, l.all(n, n > 0))");
  sound(*root);
  const auto& outer = std::get<Comprehension>(root->what);
  const auto& inner = std::get<Comprehension>(outer.condition->what);
  const auto& call = std::get<Call>(inner.condition->what);
  CHECK(outer.slot == 9);
  CHECK(inner.slot == 10);
  CHECK(std::get<Ident>(call.arguments[0]->what).slot == 10);
}

TEST_CASE("a call keeps the overloads that its arguments allow") {
  struct Row {
    std::string_view expression;
    std::size_t overloads;
  };
  const Row rows[] = {
      {"1 + 1", 1},      {"1 < 2u", 1},         {"n == 1", 1},       {"size('a')", 1},
      {"'a'.size()", 1}, {"optional.of(1)", 1}, {"s.split(',')", 1},
  };
  for (const auto& row : rows) {
    CAPTURE(row.expression);
    const auto root = parsed(row.expression);
    sound(*root);
    CHECK(std::get<Call>(root->what).overloads.size() == row.overloads);
  }
  const auto root = parsed("any + 1");
  sound(*root);
  CHECK(std::get<Call>(root->what).overloads.size() == 1);
  const auto open = parsed("any.size()");
  sound(*open);
  CHECK(std::get<Call>(open->what).overloads.size() == 4);
}

TEST_CASE("a namespace becomes part of the function's name") {
  const auto root = parsed("optional.none()");
  sound(*root);
  const auto& call = std::get<Call>(root->what);
  CHECK(call.function == "optional.none");
  CHECK(call.target == nullptr);
}

TEST_CASE("a name of a type becomes a value") {
  struct Row {
    std::string_view expression;
    std::string_view name;
  };
  const Row rows[] = {{"int", "int"},
                      {"list", "list"},
                      {"net.IP", "net.IP"},
                      {"null_type", "null_type"},
                      {".google.protobuf.Duration", "google.protobuf.Duration"}};
  for (const auto& row : rows) {
    CAPTURE(row.expression);
    const auto root = parsed(row.expression);
    sound(*root);
    const auto* literal = std::get_if<Literal>(&root->what);
    REQUIRE(literal != nullptr);
    REQUIRE(literal->val.kind == ValKind::kType);
    CHECK(literal->val.type->name == row.name);
  }
}

TEST_CASE("fields know their names without escapes") {
  const auto root = parsed("self.spec.x__dash__y");
  sound(*root);
  CHECK(std::get<Select>(root->what).unescaped == "x-y");
}

TEST_CASE("literals have their values") {
  struct Row {
    std::string_view expression;
    ValKind kind;
  };
  const Row rows[] = {
      {"null", ValKind::kNull},      {"true", ValKind::kBool},  {"1", ValKind::kInt},
      {"1u", ValKind::kUint},        {"1.5", ValKind::kDouble}, {"'text'", ValKind::kString},
      {"b'bytes'", ValKind::kBytes},
  };
  for (const auto& row : rows) {
    CAPTURE(row.expression);
    const auto root = parsed(row.expression);
    sound(*root);
    CHECK(std::get<Literal>(root->what).val.kind == row.kind);
  }
}

TEST_CASE("constant patterns are compiled once") {
  struct Row {
    std::string_view expression;
    bool is_compiled;
  };
  const Row rows[] = {
      {"s.matches('a+')", true},    {"matches(s, 'a+')", true}, {"s.find('a+')", true},
      {"s.findAll('a+', 2)", true}, {"s.matches(s)", false},    {"s.contains('a')", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.expression);
    const auto root = parsed(row.expression);
    sound(*root);
    Arena constants;
    CHECK_FALSE(plan(*root, constants));
    CHECK((std::get<Call>(root->what).pattern != nullptr) == row.is_compiled);
  }
  CHECK(checked("s.matches('[')") == "11: invalid matches argument");
  for (const std::string_view expression : {"s.find('[')", "matches(s, '[')"}) {
    const auto root = parsed(expression);
    sound(*root);
    Arena constants;
    CHECK(plan(*root, constants) == "error parsing regexp: missing closing ]: `[`");
  }
}

TEST_CASE("types of all nodes are settled") {
  const auto root = parsed("[].map(x, [x])");
  sound(*root);
  const auto& comprehension = std::get<Comprehension>(root->what);
  CHECK(to_string(*comprehension.range->type) == "list(dyn)");
  CHECK(to_string(*comprehension.transform->type) == "list(dyn)");
}

TEST_CASE("issues print one by one") {
  const std::string expression = "zz +\n yy";
  const auto root = parsed(expression);
  const auto result = check(*root, {.variables = variables()});
  REQUIRE_FALSE(result);
  CHECK(to_string(result.error(), expression) ==
        "ERROR: <input>:1:1: undeclared reference to 'zz' (in container '')\n | zz +\n | ^\n"
        "ERROR: <input>:2:2: undeclared reference to 'yy' (in container '')\n |  yy\n | .^");
}

TEST_CASE("no more than a hundred issues are printed") {
  std::string expression = "[zz";
  for (int i = 0; i < 119; ++i) expression += ", zz";
  expression += "]";
  const auto root = parsed(expression);
  const auto result = check(*root, {.variables = variables()});
  REQUIRE_FALSE(result);
  CHECK(result.error().issues.size() == 100);
  CHECK(to_string(result.error(), expression).ends_with("\n20 more errors were truncated"));
}

TEST_CASE("patterns have a bound together") {
  std::string expression = "[s.matches('((a{1,30}){1,30}){1,5}')";
  for (int i = 0; i < 199; ++i) expression += ", s.matches('((a{1,30}){1,30}){1,5}')";
  expression += "]";
  CHECK(checked(expression).contains("invalid matches argument"));
}

TEST_CASE("types that double with each level end with an error") {
  std::string expression = "[{'a': 1}]";
  std::string end;
  for (int i = 0; i < 40; ++i) {
    const auto name = fmt::format("v{}", i);
    expression += fmt::format(".all({0}, [{{{0}: {0}}}]", name);
    end += ")";
  }
  expression += ".all(x, true)" + end;
  CHECK(checked(expression).ends_with("the expression's types are too large"));
}

}  // namespace
}  // namespace gatefold::cel::test
