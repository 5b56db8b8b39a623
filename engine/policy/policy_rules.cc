#include "engine/policy/policy_rules.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/policy/admission_policy.h"
#include "engine/policy/match_rules.h"
#include "schema/meta.h"
#include "schema/names.h"
#include "schema/selector.h"
#include "schema/utf8.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kOrigin = "policy";
constexpr std::size_t kConditionsMax = 64;
constexpr std::size_t kAnnotationsMax = 20;
constexpr std::size_t kAnnotationExpressionBytesMax = 5'120;

// Where complaints go.
class Report {
 public:
  explicit Report(FieldErrors& errors) : errors_(errors) {}
  void need(std::string field, std::string_view what = "") {
    errors_.push_back(required(std::move(field), what, std::string(kOrigin)));
  }
  void complain(std::string field, const Value& value, std::string_view what) {
    errors_.push_back(invalid_value(std::move(field), value, what, std::string(kOrigin)));
  }
  void complain(const std::string& field, const Value& value,
                const std::vector<std::string>& complaints) {
    for (const auto& complaint : complaints) complain(field, value, complaint);
  }
  void refuse(std::string field, const Value& value, const std::vector<std::string>& supported) {
    errors_.push_back(not_supported(std::move(field), value, supported, std::string(kOrigin)));
  }
  void repeat(std::string field, const Value& value) {
    errors_.push_back(duplicate(std::move(field), value, std::string(kOrigin)));
  }
  void forbid(std::string field, std::string_view what) {
    errors_.push_back(forbidden_field(std::move(field), what, std::string(kOrigin)));
  }
  void compiled(std::string field, const PolicyExpression& expression) {
    if (expression.program == nullptr) {
      complain(std::move(field), Value(expression.text), expression.fault);
    }
  }
  FieldErrors& errors() { return errors_; }

 private:
  FieldErrors& errors_;
};

void check_word(std::string_view word, std::string field, const std::vector<std::string>& supported,
                Report& report) {
  if (std::ranges::find(supported, word) == supported.end()) {
    report.refuse(std::move(field), Value(word), supported);
  }
}

void check_param_kind(const Value& param_kind, const std::string& field, Report& report) {
  const auto api_version = string_at(param_kind, {"apiVersion"});
  const auto here = field + ".apiVersion";
  const auto slash = api_version.find('/');
  if (api_version.empty()) {
    report.need(here);
  } else if (slash != api_version.rfind('/')) {
    report.complain(here, Value(api_version),
                    fmt::format("unexpected GroupVersion string: {}", api_version));
  } else {
    const bool has_group = slash != std::string_view::npos;
    const auto group = has_group ? api_version.substr(0, slash) : std::string_view{};
    const auto version = has_group ? api_version.substr(slash + 1) : api_version;
    const auto joined = [](const std::vector<std::string>& complaints) {
      return fmt::format("{}", fmt::join(complaints, ","));
    };
    if (!group.empty()) {
      const auto complaints = check_dns1123_subdomain(group);
      if (!complaints.empty()) report.complain(here, Value(group), joined(complaints));
    }
    if (version.empty()) {
      report.complain(here, Value(api_version), "version must be specified");
    } else if (const auto complaints = check_name(NameRule::kDns1035Label, version);
               !complaints.empty()) {
      report.complain(here, Value(version), joined(complaints));
    }
  }
  std::string kind(string_at(param_kind, {"kind"}));
  if (kind.empty()) {
    report.need(field + ".kind");
    return;
  }
  const Value written(kind);
  std::ranges::transform(kind, kind.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto complaints = check_name(NameRule::kDns1035Label, kind);
  if (!complaints.empty()) {
    report.complain(field + ".kind", written,
                    fmt::format("may have mixed case, but should otherwise match: {}",
                                fmt::join(complaints, ",")));
  }
}

void check_conditions(const AdmissionPolicy& policy, Report& report) {
  const auto& conditions = policy.conditions;
  const std::string field = "spec.matchConditions";
  if (conditions.size() > kConditionsMax) {
    report.errors().push_back(
        too_many(field, conditions.size(), kConditionsMax, std::string(kOrigin)));
  }
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const auto& condition = conditions[i];
    const auto here = fmt::format("{}[{}]", field, i);
    if (trimmed(condition.text).empty()) {
      report.need(here + ".expression");
    } else {
      report.compiled(here + ".expression", condition);
    }
    if (condition.name.empty()) {
      report.need(here + ".name");
    } else {
      report.complain(here + ".name", Value(condition.name), check_qualified_name(condition.name));
    }
  }
}

// As expressions write names.
bool is_identifier(std::string_view name) {
  static constexpr std::string_view kReserved[] = {
      "true",     "false",   "null",      "in",       "as",  "break",  "const",
      "continue", "else",    "for",       "function", "if",  "import", "let",
      "loop",     "package", "namespace", "return",   "var", "void",   "while"};
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return is_letter(name.front()) &&
         std::ranges::all_of(name,
                             [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); }) &&
         std::ranges::find(kReserved, name) == std::ranges::end(kReserved);
}

void check_variables(const Value& object, const AdmissionPolicy& policy, Report& report) {
  const auto count = list_at(object, {"spec", "variables"}).size();
  if (count > kPolicyVariablesMax) {
    report.errors().push_back(
        too_many("spec.variables", count, kPolicyVariablesMax, std::string(kOrigin)));
  }
  for (std::size_t i = 0; i < policy.variables.size(); ++i) {
    const auto& variable = policy.variables[i];
    const auto here = fmt::format("spec.variables[{}]", i);
    if (trimmed(variable.name).empty()) {
      report.need(here + ".name", "name is not specified");
    } else if (!is_identifier(variable.name)) {
      report.complain(here + ".name", Value(variable.name), "name is not a valid CEL identifier");
    }
    if (trimmed(variable.text).empty()) {
      report.need(here + ".expression", "expression is not specified");
    } else {
      report.compiled(here + ".expression", variable);
    }
  }
}

bool has_line_break(std::string_view text) {
  return text.find_first_of("\n\r") != std::string_view::npos;
}

void check_validation(const PolicyValidation& validation, const std::string& field,
                      Report& report) {
  static const std::vector<std::string> kReasons = {"Forbidden", "Invalid",
                                                    "RequestEntityTooLarge"};
  if (trimmed(validation.expression.text).empty()) {
    report.need(field + ".expression", "expression is not specified");
  } else {
    report.compiled(field + ".expression", validation.expression);
  }
  if (const auto& message = validation.message_expression) {
    if (trimmed(message->text).empty()) {
      report.complain(field + ".messageExpression", Value(message->text),
                      "must be non-empty if specified");
    } else {
      report.compiled(field + ".messageExpression", *message);
    }
  }
  const auto message = trimmed(validation.message);
  if (!validation.message.empty() && message.empty()) {
    report.complain(field + ".message", Value(validation.message),
                    "message must be non-empty if specified");
  } else if (has_line_break(message)) {
    report.complain(field + ".message", Value(validation.message),
                    "message must not contain line breaks");
  }
  if (!validation.reason.empty())
    check_word(validation.reason, field + ".reason", kReasons, report);
}

void check_annotations(const Value& object, const AdmissionPolicy& policy, Report& report) {
  const std::string field = "spec.auditAnnotations";
  if (policy.annotations.size() > kAnnotationsMax) {
    report.complain(field, *find_path(object, {"spec", "auditAnnotations"}),
                    fmt::format("must not have more than {} auditAnnotations", kAnnotationsMax));
  }
  std::set<std::string_view> keys;
  for (std::size_t i = 0; i < policy.annotations.size(); ++i) {
    const auto& annotation = policy.annotations[i];
    const auto here = fmt::format("{}[{}]", field, i);
    const auto key = fmt::format("{}/{}", policy.name, annotation.name);
    report.complain(here + ".key", Value(key), check_qualified_name(key));
    const auto text = trimmed(annotation.text);
    if (text.empty()) {
      report.need(here + ".valueExpression", "valueExpression is not specified");
    } else if (text.size() > kAnnotationExpressionBytesMax) {
      report.need(here + ".valueExpression",
                  fmt::format("must not exceed {} bytes in length", kAnnotationExpressionBytesMax));
    } else {
      report.compiled(here + ".valueExpression", annotation);
    }
    if (!keys.insert(annotation.name).second) {
      report.repeat(here + ".key", Value(annotation.name));
    }
  }
}

bool same_at(const Value& object, const Value& old_object, std::string_view key) {
  const auto* now = find_path(object, {"spec", key});
  const auto* before = find_path(old_object, {"spec", key});
  return (now == nullptr) == (before == nullptr) && (now == nullptr || *now == *before);
}

}  // namespace

FieldErrors validate_policy(const Value& object, const Value* old_object) {
  static const std::vector<std::string> kFailurePolicies = {"Fail", "Ignore"};
  FieldErrors errors;
  Report report(errors);
  const auto policy = compile_policy(object);
  check_word(string_at(object, {"spec", "failurePolicy"}), "spec.failurePolicy", kFailurePolicies,
             report);
  if (const auto* param_kind = find_path(object, {"spec", "paramKind"})) {
    check_param_kind(*param_kind, "spec.paramKind", report);
  }
  if (const auto* constraints = find_path(object, {"spec", "matchConstraints"})) {
    check_match_resources(*constraints, "spec.matchConstraints", errors);
    // Without a rule nothing would say of what type objects are.
    if (policy->constraints.rules.empty()) report.need("spec.matchConstraints.resourceRules");
  } else {
    report.need("spec.matchConstraints");
  }
  const bool conditions_stay = old_object != nullptr && same_at(object, *old_object, "paramKind") &&
                               same_at(object, *old_object, "matchConditions");
  if (!conditions_stay) check_conditions(*policy, report);
  check_variables(object, *policy, report);
  if (policy->validations.empty() && policy->annotations.empty()) {
    for (const auto* field : {"spec.validations", "spec.auditAnnotations"}) {
      report.need(field, "validations or auditAnnotations must contain at least one item");
    }
    return errors;
  }
  for (std::size_t i = 0; i < policy->validations.size(); ++i) {
    check_validation(policy->validations[i], fmt::format("spec.validations[{}]", i), report);
  }
  check_annotations(object, *policy, report);
  return errors;
}

FieldErrors validate_policy_status(const Value& object) {
  FieldErrors errors;
  Report report(errors);
  const auto& list = list_at(object, {"status", "typeChecking", "expressionWarnings"});
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto here = fmt::format("status.typeChecking.expressionWarnings[{}]", i);
    if (string_at(list[i], {"warning"}).empty()) report.need(here + ".warning");
    const auto path = trimmed(string_at(list[i], {"fieldRef"}));
    if (path.empty()) report.need(here + ".fieldRef");
  }
  return errors;
}

FieldErrors validate_policy_binding(const Value& object) {
  static const std::vector<std::string> kActions = {"Audit", "Deny", "Warn"};
  static const std::vector<std::string> kNotFoundActions = {"Deny", "Allow"};
  FieldErrors errors;
  Report report(errors);
  const auto binding = read_binding(object);
  if (binding->policy.empty()) {
    report.need("spec.policyName");
  } else {
    report.complain("spec.policyName", Value(binding->policy),
                    check_dns1123_subdomain(binding->policy));
  }
  if (const auto* params = find_path(object, {"spec", "paramRef"})) {
    const std::string field = "spec.paramRef";
    const auto& name = binding->params->name;
    const auto* selector = find(*params, "selector");
    if (!name.empty()) {
      report.complain(field + ".name", Value(name), check_name(NameRule::kPathSegment, name));
      if (selector != nullptr) {
        report.forbid(field + ".name", "name and selector are mutually exclusive");
      }
    }
    if (selector != nullptr) {
      append_errors(errors, validate_label_selector(*selector, field + ".selector"));
      if (!name.empty()) {
        report.forbid(field + ".selector", "name and selector are mutually exclusive");
      }
    }
    if (name.empty() && selector == nullptr) {
      report.need(field, "one of name or selector must be specified");
    }
    const auto action = string_at(*params, {"parameterNotFoundAction"});
    if (action.empty()) {
      report.need(field + ".parameterNotFoundAction");
    } else {
      check_word(action, field + ".parameterNotFoundAction", kNotFoundActions, report);
    }
  }
  if (const auto* match = find_path(object, {"spec", "matchResources"})) {
    // Kubernetes' own spelling.
    check_match_resources(*match, "spec.matchResouces", errors);
  }
  const auto& actions = binding->actions;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    check_word(actions[i], fmt::format("spec.validationActions[{}]", i), kActions, report);
  }
  const auto has = [&](std::string_view action) {
    return std::ranges::find(actions, action) != actions.end();
  };
  if (has("Deny") && has("Warn")) {
    report.complain("spec.validationActions", *find_path(object, {"spec", "validationActions"}),
                    "must not contain both Deny and Warn (repeating the same validation failure "
                    "information in the API response and headers serves no purpose)");
  }
  if (actions.empty()) {
    report.need("spec.validationActions", "at least one validation action is required");
  }
  return errors;
}

}  // namespace gatefold::engine
