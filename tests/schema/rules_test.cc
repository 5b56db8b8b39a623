#include "schema/rules.h"

#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using test::json;
using test::texts;
using test::Texts;

// What a real server was given (spec, observed/crd-validation.txt), and some more.
constexpr std::string_view kSchema = R"yaml(
type: object
properties:
  spec:
    type: object
    properties:
      cel:
        type: object
        properties:
          a: {type: integer}
          b: {type: integer}
          im:
            type: string
            x-kubernetes-validations: [{rule: self == oldSelf, message: Value is immutable}]
        x-kubernetes-validations:
        - {rule: '!has(self.a) || !has(self.b) || self.a <= self.b', message: a must be <= b}
        - rule: '!has(self.a) || self.a != 13'
          messageExpression: "self.a == 13 ? 'a is 13' : 'x'"
          reason: FieldValueForbidden
          fieldPath: .a
        - {rule: '!has(self.a) || self.a != 14'}
        - {rule: '!has(self.b) || self.b != 15', message: need, reason: FieldValueRequired}
        - {rule: '!has(self.b) || self.b != 16', message: dup, reason: FieldValueDuplicate,
           fieldPath: .b}
        - {rule: '!has(self.b) || 100 / (self.b - 17) > -1000', message: div}
      opt:
        type: string
        x-kubernetes-validations:
        - rule: "oldSelf.hasValue() ? self == oldSelf.value() : self == 'init'"
          message: must start as init
          optionalOldSelf: true
      ios:
        x-kubernetes-int-or-string: true
        x-kubernetes-validations: [{rule: "self + 1 == 2", message: one}]
      labels:
        type: object
        additionalProperties:
          type: string
          x-kubernetes-validations: [{rule: "self != 'bad'", message: "bad value"}]
      list:
        type: array
        x-kubernetes-list-type: map
        x-kubernetes-list-map-keys: [name]
        items:
          type: object
          properties: {name: {type: string}, v: {type: integer}}
          x-kubernetes-validations:
          - {rule: "self.v >= oldSelf.v", message: never less}
          - {rule: "self.v < 100", message: small}
      atomic:
        type: array
        items: {type: integer, x-kubernetes-validations: [{rule: self < 10, message: digit}]}
      nothing:
        type: string
        nullable: true
        x-kubernetes-validations: [{rule: "self == 'x'", message: x}]
      all:
        type: string
        allOf: [{x-kubernetes-validations: [{rule: "self.size() > 1", message: two}]}]
      texts:
        type: integer
        x-kubernetes-validations:
        - {rule: "self != 1", message: own, messageExpression: "''"}
        - {rule: "self != 2", message: own, messageExpression: "'a\\nb'"}
        - {rule: "self != 3", message: own, messageExpression: "string(1 / (self - 3))"}
        - {rule: "self != 4", messageExpression: "'  is ' + string(self) + ' '"}
)yaml";

const Rules& rules() {
  static const RulesPtr compiled = Rules::compile(test::schema(kSchema));
  return *compiled;
}

RuleFindings judge(std::string_view spec, std::string_view old_spec = "") {
  const Value object(JsonObject{{"spec", json(spec)}});
  if (old_spec.empty()) return rules().check(object, nullptr);
  const Value old_object(JsonObject{{"spec", json(old_spec)}});
  return rules().check(object, &old_object);
}

TEST_CASE("rules of a schema compile") {
  CHECK(rules().faults().empty());
  CHECK(Rules::compile(test::schema("{type: object}")) == nullptr);
}

TEST_CASE("a rule that is broken is told in Kubernetes' words (R19.25, R19.28, R19.29)") {
  struct Row {
    std::string_view spec;
    Texts errors;
  };
  const Row rows[] = {
      {R"({"cel": {"a": 1, "b": 2}})", {}},
      {R"({"cel": {"a": 3, "b": 2}})", {R"(spec.cel: Invalid value: "object": a must be <= b)"}},
      {R"({"cel": {"a": 13}})", {"spec.cel.a: Forbidden: a is 13"}},
      {R"({"cel": {"a": 14}})",
       {R"(spec.cel: Invalid value: "object": failed rule: !has(self.a) || self.a != 14)"}},
      {R"({"cel": {"b": 15}})", {"spec.cel: Required value: need"}},
      {R"({"cel": {"b": 16}})", {R"(spec.cel.b: Duplicate value: "object")"}},
      {R"({"cel": {"b": 17}})",
       {R"(spec.cel: Invalid value: "object": division by zero evaluating rule: div)"}},
      {R"({"cel": {"im": "x"}})", {}},
      {R"({"opt": "other"})", {R"(spec.opt: Invalid value: "string": must start as init)"}},
      {R"({"opt": "init"})", {}},
      {R"({"ios": 1})", {}},
      {R"({"ios": "1"})",
       {R"(spec.ios: Invalid value: "": 'no such overload': call arguments did not match a supported operator, function or macro signature for rule: one)"}},
      {R"({"labels": {"a": "bad", "b": "good"}})",
       {R"(spec.labels[a]: Invalid value: "string": bad value)"}},
      {R"({"atomic": [1, 10]})", {R"(spec.atomic[1]: Invalid value: "integer": digit)"}},
      {R"({"nothing": null})", {}},
      {R"({"all": "x"})", {R"(spec.all: Invalid value: "string": two)"}},
      {R"({"texts": 1})", {R"(spec.texts: Invalid value: "integer": own)"}},
      {R"({"texts": 2})", {R"(spec.texts: Invalid value: "integer": own)"}},
      {R"({"texts": 3})", {R"(spec.texts: Invalid value: "integer": own)"}},
      {R"({"texts": 4})", {R"(spec.texts: Invalid value: "integer": is 4)"}},
  };
  for (const auto& row : rows) {
    INFO(row.spec);
    const auto findings = judge(row.spec);
    CHECK(texts(findings.errors) == row.errors);
    CHECK(findings.warnings.empty());
  }
}

TEST_CASE("rules of a transition look at what was there (R19.24, R19.27)") {
  struct Row {
    std::string_view spec;
    std::string_view old;
    Texts errors;
    Texts warnings;
  };
  const Row rows[] = {
      {R"({"cel": {"im": "y"}})",
       R"({"cel": {"im": "x"}})",
       {R"(spec.cel.im: Invalid value: "string": Value is immutable)"},
       {}},
      {R"({"cel": {"im": "y"}})", R"({"cel": {}})", {}, {}},
      {R"({"opt": "b"})",
       R"({"opt": "a"})",
       {R"(spec.opt: Invalid value: "string": must start as init)"},
       {}},
      {R"({"opt": "a"})", R"({"opt": "a"})", {}, {}},
      // By key, wherever it stands.
      {R"({"list": [{"name": "b", "v": 2}, {"name": "a", "v": 0}]})",
       R"({"list": [{"name": "a", "v": 1}, {"name": "b", "v": 2}]})",
       {R"(spec.list[1]: Invalid value: "object": never less)"},
       {}},
      // What was broken before and is left alone is a warning (R19.24).
      {R"({"cel": {"a": 3, "b": 2}, "atomic": [1]})",
       R"({"cel": {"a": 3, "b": 2}})",
       {},
       {R"(spec.cel: Invalid value: "object": a must be <= b)"}},
      {R"({"list": [{"name": "a", "v": 100}, {"name": "b", "v": 101}]})",
       R"({"list": [{"name": "a", "v": 100}]})",
       {R"(spec.list[1]: Invalid value: "object": small)"},
       {R"(spec.list[0]: Invalid value: "object": small)"}},
      // Without its key an item has no past, and the list is not what it was.
      {R"({"list": [{"v": 100}]})",
       R"({"list": [{"v": 100}]})",
       {R"(spec.list[0]: Invalid value: "object": small)"},
       {}},
      // Items of atomic lists have no past of their own: the list has.
      {R"({"atomic": [10]})",
       R"({"atomic": [10]})",
       {},
       {R"(spec.atomic[0]: Invalid value: "integer": digit)"}},
      {R"({"atomic": [10, 1]})",
       R"({"atomic": [10]})",
       {R"(spec.atomic[0]: Invalid value: "integer": digit)"},
       {}},
      // A rule of allOf is forgiven for its parent's sake only.
      {R"({"all": "x", "atomic": [1]})",
       R"({"all": "x"})",
       {R"(spec.all: Invalid value: "string": two)"},
       {}},
  };
  for (const auto& row : rows) {
    INFO(row.spec << " after " << row.old);
    const auto findings = judge(row.spec, row.old);
    CHECK(texts(findings.errors) == row.errors);
    CHECK(findings.warnings == row.warnings);
  }
}

TEST_CASE("a check ends when its budget is gone (R19.29, R19.30)") {
  const Value object(JsonObject{{"spec", json(R"({"atomic": [10, 10, 10, 10], "texts": 4})")}});
  const auto findings = rules().check(object, nullptr, 10);
  REQUIRE_FALSE(findings.errors.empty());
  const auto last = texts(findings.errors).back();
  CHECK(
      last.ends_with("validation failed due to running out of cost budget, no further "
                     "validation rules will be run"));
  CHECK(findings.errors.size() == 5);  // and none of what stands behind
}

TEST_CASE("a rule that is too dear ends the check (R19.30)") {
  const auto schema = test::schema(R"yaml(
type: object
properties:
  a: {type: array, items: {type: integer}, x-kubernetes-validations: [
    {rule: "self.all(x, self.all(y, self.all(z, x + y + z >= 0)))", message: dear}]}
  b: {type: integer, x-kubernetes-validations: [{rule: self > 0, message: positive}]}
)yaml");
  const auto compiled = Rules::compile(schema);
  JsonArray many;
  for (int i = 0; i < 200; ++i) many.emplace_back(i);
  const Value object(JsonObject{{"a", std::move(many)}, {"b", 0}});
  CHECK(
      texts(compiled->check(object, nullptr).errors) ==
      Texts{
          R"(a: Invalid value: "array": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: dear)"});
}

TEST_CASE("a rule that can't be compiled is an error of what it would have judged") {
  const auto compiled = Rules::compile(test::schema(R"(
type: object
properties:
  a: {type: integer, x-kubernetes-validations: [{rule: self.zz == 1}]}
)"));
  REQUIRE(compiled != nullptr);
  CHECK(compiled->faults().size() == 1);
  CHECK(compiled->check(json("{}"), nullptr).errors.empty());
  const auto errors = texts(compiled->check(json(R"({"a": 1})"), nullptr).errors);
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].starts_with(
      R"(a: Invalid value: "integer": rule compile error: compilation failed: ERROR: <input>:1:5:)"));
}

TEST_CASE("rules at the root see metadata's name and no more (R19.26)") {
  const auto compiled = Rules::compile(test::schema(R"(
type: object
properties: {spec: {type: object}}
x-kubernetes-validations: [{rule: "self.metadata.name == 'only'", message: one name}]
)"));
  CHECK(compiled->faults().empty());
  CHECK(compiled->check(json(R"({"metadata": {"name": "only"}})"), nullptr).errors.empty());
  CHECK(texts(compiled->check(json(R"({"metadata": {"name": "x"}})"), nullptr).errors) ==
        Texts{R"(<nil>: Invalid value: "object": one name)"});
  CHECK(Rules::compile(test::schema(R"yaml(
type: object
x-kubernetes-validations: [{rule: "has(self.metadata.labels)"
  }]
)yaml"))
            ->faults()
            .size() == 1);
}

TEST_CASE("rules run from the top, a node's own before those of allOf (R19.33)") {
  const auto compiled = Rules::compile(test::schema(R"(
type: object
x-kubernetes-validations: [{rule: 'false', message: own}]
allOf: [{x-kubernetes-validations: [{rule: 'false', message: all of}]}]
properties:
  a: {type: string, x-kubernetes-validations: [{rule: 'false', message: child}]}
  b: {type: string, nullable: true, x-kubernetes-validations: [{rule: 'false', message: null}]}
)"));
  REQUIRE(compiled->faults().empty());
  CHECK(texts(compiled->check(json(R"({"a": "", "b": null})"), nullptr).errors) ==
        Texts{R"(<nil>: Invalid value: "object": own)", R"(<nil>: Invalid value: "object": all of)",
              R"(a: Invalid value: "string": child)"});
}

TEST_CASE("rules wait until an object has the right form (R19.20)") {
  const Value one(1);
  CHECK_FALSE(rules_may_run({required("f", "", "")}));
  CHECK_FALSE(rules_may_run({invalid_type("f", one, "", "")}));
  CHECK_FALSE(rules_may_run({not_supported("f", one, {}, "")}));
  CHECK_FALSE(rules_may_run({too_long("f", 1, "")}));
  CHECK_FALSE(rules_may_run({too_many("f", 2, 1, "")}));
  CHECK(rules_may_run({invalid_value("f", one, "", ""), duplicate("f", one, "")}));
  CHECK(rules_may_run({}));
  CHECK(texts({rules_skipped()}) ==
        Texts{"<nil>: Invalid value: \"null\": some validation rules were not checked because the "
              "object was invalid; correct the existing errors to complete validation"});
}

}  // namespace
}  // namespace gatefold
