// Composed variables, qualified names and authorizers: what admission policies need of expressions.
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "schema/cel/cel.h"
#include "schema/json.h"
#include "tests/schema/parsed.h"

namespace gatefold::cel {
namespace {

std::shared_ptr<const Program> compiled(std::string_view expression,
                                        const Environment& environment) {
  auto program = Program::compile(expression, environment, ResultType::kAny);
  if (!program) FAIL(expression << ": " << program.error());
  return *program;
}

std::string refusal(std::string_view expression, const Environment& environment) {
  const auto program = Program::compile(expression, environment, ResultType::kAny);
  REQUIRE_FALSE(program);
  const std::string_view issues = program.error();
  return std::string(issues.substr(0, issues.find('\n')));
}

// object: dyn, authorizer and its check, and composed variables as they come.
class Policy {
 public:
  Policy() {
    environment_.variables = {
        {.name = "object"},
        {.name = "authorizer", .opaque = "kubernetes.authorization.Authorizer"},
        {.name = "authorizer.requestResource", .opaque = "kubernetes.authorization.ResourceCheck"},
        {.name = "variables", .opaque = "kubernetes.variables"}};
    values_ = {&object_, nullptr, nullptr, nullptr};
  }

  void compose(const std::string& name, std::string_view expression) {
    auto program = Program::compile(expression, environment_, ResultType::kAny);
    Environment::Variable variable{.name = "variables." + name};
    if (program) {
      variable.program = std::move(*program);
    } else {
      variable.fault = std::move(program.error());
    }
    environment_.variables.push_back(std::move(variable));
    values_.push_back(nullptr);
  }

  Environment& environment() { return environment_; }
  std::span<const Value* const> values() const { return values_; }

  Program::Answer answer(std::string_view expression, std::uint64_t cost_max = kExpressionCostMax) {
    const auto program = compiled(expression, environment_);
    return Activation(environment_, values_).evaluate(*program, cost_max);
  }

  std::string said(std::string_view expression) {
    const auto result = answer(expression);
    return result.value ? to_json(*result.value) : "error: " + result.value.error();
  }

 private:
  Value object_ = gatefold::test::json(R"({"spec": {"replicas": 3, "name": "web"}})");
  Environment environment_;
  std::vector<const Value*> values_;
};

TEST_CASE("a composed variable has its program's value and type") {
  Policy policy;
  policy.compose("replicas", "int(object.spec.replicas)");
  policy.compose("twice", "variables.replicas * 2");
  CHECK(policy.said("variables.twice + 1") == "7");
  CHECK(policy.said("has(variables.twice)") == "true");
  CHECK(policy.said("variables.?twice.orValue(0)") == "6");
  CHECK(policy.said("[variables].map(v, v.twice)") == "[6]");
  CHECK(policy.said("dyn(variables)['twice']") == "6");
  CHECK(policy.said("dyn(variables).none") == "error: no such key: none");
  CHECK(policy.said("[{'twice': 1}].map(variables, variables.twice)") == "[1]");
  CHECK(refusal("variables.twice + 'a'", policy.environment()) ==
        "compilation failed: ERROR: <input>:1:17: found no matching overload for '_+_' applied to "
        "'(int, string)'");
  CHECK(refusal("variables.zz", policy.environment()) ==
        "compilation failed: ERROR: <input>:1:10: undefined field 'zz'");
  CHECK(refusal("has(variables.zz)", policy.environment()) ==
        "compilation failed: ERROR: <input>:1:4: undefined field 'zz'");
}

TEST_CASE("`variables` is there without composed variables where it is declared, and else with") {
  Environment environment;
  CHECK(refusal("variables.zz", environment) ==
        "compilation failed: ERROR: <input>:1:1: undeclared reference to 'variables' (in container "
        "'')");
  environment.variables = {{.name = "variables", .opaque = "kubernetes.variables"}};
  CHECK(refusal("variables.zz", environment) ==
        "compilation failed: ERROR: <input>:1:10: undefined field 'zz'");
  environment.variables = {{.name = "variables.a", .program = compiled("1", {})}};
  CHECK(Activation(environment, {}).evaluate(*compiled("variables.a", environment), 100).value ==
        Value(1));
}

TEST_CASE("a composed variable is evaluated once in an activation, and paid where that was") {
  Policy policy;
  policy.compose("size", "[object.spec.replicas, object.spec.replicas].map(i, i + 1).size()");
  REQUIRE(policy.environment().variables[4].program);
  const auto program = compiled("variables.size", policy.environment());
  const auto alone = Activation(policy.environment(), policy.values())
                         .evaluate(*policy.environment().variables[4].program, kExpressionCostMax);
  Activation activation(policy.environment(), policy.values());
  const auto first = activation.evaluate(*program, kExpressionCostMax);
  const auto second = activation.evaluate(*program, kExpressionCostMax);
  CHECK(first.value == Value(2));
  CHECK(second.value == Value(2));
  CHECK(second.cost == 2);
  CHECK(first.cost == alone.cost + 2);
  CHECK(activation.evaluate(*compiled("true || variables.size > 0", policy.environment()), 100)
            .cost == 0);
}

TEST_CASE("a composed variable that fails is an error, and absorbed like others") {
  Policy policy;
  policy.compose("gone", "object.gone");
  policy.compose("above", "variables.gone + 1");
  policy.compose("broken", "1 +");
  CHECK(policy.said("variables.gone") ==
        "error: composited variable \"gone\" fails to evaluate: no such key: gone");
  CHECK(policy.said("variables.above") ==
        "error: composited variable \"above\" fails to evaluate: composited variable \"gone\" "
        "fails to evaluate: no such key: gone");
  CHECK(policy.said("variables.broken.x")
            .starts_with("error: composited variable \"broken\" fails to compile: compilation "
                         "failed: ERROR: <input>:1:4: Syntax error"));
  CHECK(policy.said("variables.gone == 1 || true") == "true");
}

TEST_CASE("composed variables have budgets of their own, and one together") {
  Policy policy;
  policy.compose("list", "[1,2,3,4,5,6,7,8,9,10]");
  policy.compose("slow",
                 "variables.list.all(a, variables.list.all(b, variables.list.all(c, "
                 "variables.list.all(d, variables.list.all(e, a + b + c + d + e > 0)))))");
  const std::string_view spent = "operation cancelled: actual cost limit exceeded";
  CHECK(policy.said("variables.slow") ==
        "error: composited variable \"slow\" fails to evaluate: " + std::string(spent));
  CHECK(policy.answer("variables.slow || true").value == Value(true));
  CHECK(policy.answer("variables.list == [1]", 1).value.error() == spent);
  std::string all = "true";
  for (int i = 0; i < 12; ++i) {
    const auto name = "slow" + std::to_string(i);
    policy.compose(name,
                   "variables.list.all(a, variables.list.all(b, variables.list.all(c, "
                   "variables.list.all(d, variables.list.all(e, a + b + c + d + e > 0)))))");
    all += " || variables." + name;
  }
  const auto answer = policy.answer("(" + all.substr(8) + ")");
  CHECK(answer.value.error().find(spent) != std::string::npos);
  CHECK(answer.cost > kObjectCostMax);
  CHECK(answer.cost < kObjectCostMax + 2 * kExpressionCostMax);
}

TEST_CASE("what composed variables nest in is bounded") {
  Policy policy;
  policy.compose("v0", "[object]");
  for (int i = 1; i < 1000; ++i) {
    policy.compose("v" + std::to_string(i), "[variables.v" + std::to_string(i - 1) + "]");
  }
  CHECK(policy.said("variables.v300 == variables.v300") == "true");
  CHECK(policy.said("dyn(variables.v300) == dyn([1])") == "false");
  CHECK(policy.said("variables.v999")
            .ends_with("fails to compile: compilation failed: the variables nest too deep"));
}

TEST_CASE("types of composed variables are kept where they are simple") {
  Policy policy;
  policy.compose("ip", "ip('10.0.0.1')");
  policy.compose("list", "[ip('10.0.0.1')]");
  policy.compose("map", "{'a': [1]}");
  policy.compose("maybe", "optional.of(1)");
  const auto type = [&](std::string_view expression) {
    return std::string(compiled(expression, policy.environment())->result_type());
  };
  CHECK(type("variables.ip") == "dyn");
  CHECK(type("variables.list") == "list(dyn)");
  CHECK(type("variables.map") == "map(string, list(int))");
  CHECK(type("variables.maybe") == "dyn");
  CHECK(type("variables") == "kubernetes.variables");
  CHECK(type("null") == "null_type");
  CHECK(type("timestamp('2026-01-01T00:00:00Z')") == "google.protobuf.Timestamp");
  CHECK(type("optional.of(1)") == "optional_type(int)");
  CHECK(type("authorizer") == "kubernetes.authorization.Authorizer");
}

TEST_CASE("a program says what it uses") {
  Policy policy;
  policy.compose("a", "1");
  policy.compose("b", "object");
  const auto uses = [&](std::string_view expression) {
    const auto program = compiled(expression, policy.environment());
    std::string out;
    for (std::size_t i = 0; i < policy.environment().variables.size(); ++i) {
      out += program->uses(i) ? '1' : '0';
    }
    return out;
  };
  CHECK(uses("1") == "000000");
  CHECK(uses("object.a + variables.b") == "100001");
  CHECK(uses("authorizer.requestResource") == "001000");
  CHECK(uses("[variables].map(v, v.a)") == "000011");
}

TEST_CASE("the longest qualified name that is declared counts") {
  Environment environment;
  environment.variables = {{.name = "a"}, {.name = "a.b"}, {.name = "a.b.c"}};
  const auto a = gatefold::test::json(R"({"b": {"c": 1}, "x": 2})");
  const auto ab = gatefold::test::json(R"({"c": 3, "y": 4})");
  const auto abc = gatefold::test::json(R"({"z": 5})");
  const std::vector<const Value*> values = {&a, &ab, &abc};
  const auto said = [&](std::string_view expression) {
    const auto program = compiled(expression, environment);
    const auto answer = program->evaluate(values, 100);
    REQUIRE(answer.value);
    return std::to_string(answer.cost) + ": " + to_json(*answer.value);
  };
  CHECK(said("a.x") == "2: 2");
  CHECK(said("a.b.y") == "2: 4");
  CHECK(said("a.b.c.z") == "2: 5");
  CHECK(said(".a.b.c.z") == "2: 5");
  CHECK(said("a['b'].c") == "3: 1");
}

TEST_CASE("a plain variable has a schema for the checker, and JSON's value") {
  const auto schema = gatefold::test::schema(R"(
type: object
description: kubernetes.Thing
properties:
  namespace: {type: string}
  since: {type: string, format: date-time}
  anything: {x-kubernetes-int-or-string: true}
  a: {type: object, description: kubernetes.Part, properties: {x: {type: integer}}}
  b: {type: object, description: kubernetes.Part, properties: {x: {type: integer}}}
)");
  Environment environment;
  environment.variables = {{.name = "thing", .schema = schema.get(), .is_plain = true}};
  const auto value =
      gatefold::test::json(R"({"namespace": "n", "since": "2026-01-01T00:00:00Z", "anything": [1],
                                "a": {"x": 1}, "b": {"x": 1}})");
  const std::vector<const Value*> values = {&value};
  const auto said = [&](std::string_view expression) {
    const auto answer = compiled(expression, environment)->evaluate(values, 1000);
    return answer.value ? to_json(*answer.value) : "error: " + answer.value.error();
  };
  CHECK(said("thing.namespace") == "\"n\"");
  CHECK(said("thing.a == thing.b") == "true");
  CHECK(said("thing.anything[0]") == "1");
  CHECK(said("thing.since > timestamp('2026-01-01T00:00:00Z')") == "error: no such overload");
  CHECK(compiled("thing.since", environment)->result_type() == "google.protobuf.Timestamp");
  CHECK(compiled("[thing.a]", environment)->result_type() == "list(kubernetes.Part)");
  CHECK(refusal("thing.__namespace__", environment) ==
        "compilation failed: ERROR: <input>:1:6: undefined field '__namespace__'");
}

TEST_CASE("what is hidden can't be named, nor used by what was compiled before") {
  Policy policy;
  policy.compose("may", "authorizer.path('/x').check('get').allowed()");
  CHECK(policy.said("variables.may") == "true");
  auto hidden = policy.environment();
  hidden.variables[1].is_hidden = true;
  hidden.variables[2].is_hidden = true;
  CHECK(
      refusal("authorizer.group('x')", hidden) ==
      "compilation failed: ERROR: <input>:1:1: undeclared reference to 'authorizer' (in container "
      "'')");
  Activation activation(hidden, policy.values());
  CHECK(activation.evaluate(*compiled("variables.may", hidden), 100).value.error() ==
        "composited variable \"may\" fails to evaluate: no such attribute(s): authorizer");
  CHECK(activation.evaluate(*compiled("object.spec.replicas", hidden), 100).value == Value(3));
}

}  // namespace
}  // namespace gatefold::cel
