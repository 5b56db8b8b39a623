#include <fmt/format.h>

#include "schema/definition.h"
#include "tests/schema/definitions.h"

namespace gatefold {
namespace {

using test::admitted;
using test::complaints;
using test::foos_of_property;
using test::foos_of_schema;
using test::Texts;

const std::string kRoot = "spec.validation.openAPIV3Schema";

struct Row {
  std::string_view title;
  Value definition;
  Texts complaints;
};

// At the root, beside an integer `a`.
Value with_rule(std::string_view rule) {
  return foos_of_schema(fmt::format(
      "{{type: object, properties: {{a: {{type: integer}}}}, x-kubernetes-validations: [{}]}}",
      rule));
}

std::string go_rule(std::string_view rule) {
  return fmt::format(
      "apiextensions.ValidationRule{{Rule:\"{}\", Message:\"\", MessageExpression:\"\", "
      "Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:\"\", "
      "OptionalOldSelf:(*bool)(nil)}}",
      rule);
}

const std::string kRule = kRoot + ".x-kubernetes-validations[0]";

std::vector<Row> rows_of_texts() {
  return {
      {"cel empty",
       with_rule("{rule: ''}"),
       {kRule + ".rule: Required value: rule is not specified"}},
      {"cel bad fieldPath",
       with_rule("{rule: 'true', fieldPath: .zz}"),
       {kRule + ".fieldPath: Invalid value: \".zz\": fieldPath must be a valid path"}},
      {"cel bad reason",
       with_rule("{rule: 'true', reason: Foo}"),
       {kRule + ".reason: Unsupported value: \"Foo\": supported values: \"FieldValueDuplicate\", "
                "\"FieldValueForbidden\", \"FieldValueInvalid\", \"FieldValueRequired\""}},
      {"cel newline message",
       with_rule("{rule: 'true', message: \"a\\nb\"}"),
       {kRule + ".message: Invalid value: \"a\\nb\": message must not contain line breaks"}},
  };
}

std::vector<Row> rows_of_compiler() {
  return {
      {"cel compile",
       with_rule("{rule: self.zz == 1}"),
       {kRule + ".rule: Invalid value: " + go_rule("self.zz == 1") +
        ": compilation failed: ERROR: <input>:1:5: undefined field 'zz'\n | self.zz == 1\n | "
        "....^"}},
      {"cel nonbool",
       with_rule("{rule: self.a}"),
       {kRule + ".rule: Invalid value: " + go_rule("self.a") +
        ": cel expression must evaluate to a bool"}},
      // A real server tells what follows from it as well; here the first error is the only one.
      {"cel syntax",
       with_rule("{rule: self.a ===}"),
       {kRule + ".rule: Invalid value: " + go_rule("self.a ===") +
        ": compilation failed: ERROR: <input>:1:10: Syntax error: token recognition error at: "
        "'='\n | self.a ===\n | .........^"}},
  };
}

constexpr std::string_view kExpensive =
    "{type: array, items: {type: string}, x-kubernetes-validations: [{rule: 'self.all(x, "
    "self.all(y, x != y))'}]}";

// What a real server says of it, the schema standing at `root`.
Texts refused_for_cost(const std::string& root) {
  const std::string budget =
      " exceeds budget by factor of more than 100x (try simplifying the rule, or adding maxItems, "
      "maxProperties, and maxLength where arrays, maps, and strings are declared)";
  const auto rule = root + ".properties[a].x-kubernetes-validations[0].rule: Forbidden: ";
  return {rule + "estimated rule cost" + budget,
          rule +
              "contributed to estimated rule cost total exceeding cost limit for entire "
              "OpenAPIv3 schema",
          root +
              ": Forbidden: x-kubernetes-validations estimated rule cost total for entire "
              "OpenAPIv3 schema" +
              budget};
}

std::vector<Row> rows_of_costs() {
  return {{"cel cost", foos_of_property(kExpensive), refused_for_cost(kRoot)}};
}

void check_rows(const std::vector<Row>& rows) {
  const auto& transcript = test::observed_lifecycle();
  for (const auto& row : rows) {
    const auto definition = admitted(row.definition);
    const auto errors = validate_definition(definition, nullptr);
    INFO(row.title);
    CHECK(test::texts(errors) == row.complaints);
    if (transcript.empty()) continue;
    const auto message = test::refusal(definition, errors);
    INFO(message);
    CHECK(transcript.contains(message));
  }
}

TEST_CASE("the texts of rules are judged as a real server judged them (R19.25, R19.31)") {
  check_rows(rows_of_texts());
}

TEST_CASE("rules are compiled as a real server compiled them (R19.31)") {
  check_rows(rows_of_compiler());
}

TEST_CASE("rules are refused for their cost as a real server refused them (R19.30)") {
  check_rows(rows_of_costs());
}

// Versions v1, stored, and v2, whose property `a` has these schemas.
Value foos_of_versions(std::string_view first, std::string_view second) {
  const auto version = [](std::string_view name, bool is_stored, std::string_view schema) {
    return fmt::format(
        "{{name: {}, served: true, storage: {}, schema: {{openAPIV3Schema: {{type: object, "
        "properties: {{a: {}}}}}}}}}",
        name, is_stored, schema);
  };
  return test::foos(fmt::format("{{versions: [{}, {}]}}", version("v1", true, first),
                                version("v2", false, second)));
}

TEST_CASE("each version's rules have a budget of their own (R19.30)") {
  const std::string root = "spec.versions[1].schema.openAPIV3Schema";
  CHECK(complaints(foos_of_versions("{type: string}", kExpensive)) == refused_for_cost(root));
}

TEST_CASE("a schema that a version has already is not refused for what it costs") {
  const auto check = [](const Value& definition, const Value& old) {
    const auto before = admitted(old);
    return test::texts(validate_definition(admitted(definition, &before), &before));
  };
  const auto one = foos_of_property(kExpensive);
  CHECK(check(one, one) == Texts{});
  CHECK(check(one, foos_of_property("{type: string}")) == refused_for_cost(kRoot));
  const auto two = foos_of_versions("{type: string}", kExpensive);
  CHECK(check(two, two) == Texts{});
  // Of another version it was admitted.
  CHECK(check(two, foos_of_versions(kExpensive, "{type: string}")) ==
        refused_for_cost("spec.versions[1].schema.openAPIV3Schema"));
}

TEST_CASE("texts of rules are there or not, and of one line (R19.31)") {
  const auto of_rule = [](std::string_view rule) { return complaints(with_rule(rule)); };
  CHECK(of_rule("{rule: 'true', message: ' '}") ==
        Texts{kRule + ".message: Invalid value: \" \": message must be non-empty if specified"});
  CHECK(of_rule("{rule: \"true ||\\n true\"}") ==
        Texts{kRule + ".message: Required value: message must be specified if rule contains line "
                      "breaks"});
  CHECK(of_rule("{rule: 'true', messageExpression: ' '}") ==
        Texts{kRule + ".messageExpression: Required value: messageExpression must be non-empty if "
                      "specified"});
  CHECK(of_rule("{rule: 'true', fieldPath: \" \"}") ==
        Texts{kRule + ".fieldPath: Invalid value: \" \": fieldPath must be non-empty if specified",
              kRule + ".fieldPath: Invalid value: \" \": fieldPath must be a valid path"});
}

TEST_CASE("rules may be wherever the spine is") {
  CHECK(complaints(foos_of_property(
            "{type: object, additionalProperties: {type: array, maxItems: 3, items: {type: string, "
            "maxLength: 9, x-kubernetes-validations: [{rule: 'self != \"\"'}]}}}")) == Texts{});
  CHECK(complaints(with_rule("{rule: self.metadata.name == 'x'}")) == Texts{});
}

TEST_CASE("a rule on what has no past may not look at it (R19.27)") {
  const std::string items = kRoot + ".properties[a].items";
  const auto of_items = [](std::string_view list) {
    return complaints(foos_of_property(fmt::format(
        "{{type: array, {}, items: {{type: object, required: [k], properties: {{k: {{type: "
        "string}}}}, x-kubernetes-validations: [{{rule: self == oldSelf}}]}}}}",
        list)));
  };
  CHECK(of_items("x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k]") == Texts{});
  CHECK(of_items("x-kubernetes-list-type: atomic") ==
        Texts{items +
              ".x-kubernetes-validations[0].rule: Invalid value: \"self == oldSelf\": oldSelf "
              "cannot be used on the uncorrelatable portion of the schema within " +
              kRoot + ".properties[a]"});
  CHECK(complaints(with_rule("{rule: 'true', optionalOldSelf: true}")) ==
        Texts{kRule +
              ".optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used "
              "in rule"});
}

TEST_CASE("messages are expressions of texts (R19.25)") {
  const auto of_message = [](std::string_view message) {
    return complaints(with_rule(fmt::format("{{rule: 'true', messageExpression: {}}}", message)));
  };
  CHECK(of_message("string(self.a)") == Texts{});
  const auto wrong_type = of_message("self.a");
  REQUIRE(wrong_type.size() == 1);
  CHECK(wrong_type[0].starts_with(kRule + ".messageExpression: Invalid value: "
                                          "apiextensions.ValidationRule{Rule:\"true\", "));
  CHECK(wrong_type[0].ends_with("}: messageExpression must evaluate to a string"));
  const auto broken = of_message("self.zz");
  REQUIRE(broken.size() == 1);
  CHECK(broken[0].contains("}: messageExpression compilation failed: ERROR: <input>:1:5: "));
}

TEST_CASE("defaults keep the rules") {
  const auto of_default = [](std::string_view value) {
    return complaints(foos_of_property(fmt::format(
        "{{type: integer, default: {}, x-kubernetes-validations: [{{rule: self > 1, message: "
        "more}}]}}",
        value)));
  };
  CHECK(of_default("2") == Texts{});
  CHECK(of_default("1") ==
        Texts{kRoot + ".properties[a].default: Invalid value: \"integer\": more"});
}

}  // namespace
}  // namespace gatefold
