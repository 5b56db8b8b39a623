#include "engine/policy/judge_policy.h"

#include <algorithm>
#include <array>
#include <expected>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/policy/environment.h"
#include "schema/utf8.h"

namespace gatefold::engine {
namespace {

constexpr std::uint64_t kConditionsCostMax = 2'500'000;
constexpr std::size_t kMessageBytesMax = 5'120;
constexpr std::string_view kOutOfBudget =
    "validation failed due to running out of cost budget, no further validation rules will be run";
constexpr std::string_view kInvalid = "Invalid";

// Expressions over the same values, with one budget.
class Session {
 public:
  Session(const AdmissionPolicy& policy, const PolicyInput& input, std::uint64_t budget)
      : values_(values_of(policy, input)),
        activation_(policy.environment, values_),
        budget_(budget) {}

  bool is_spent() const { return is_spent_; }

  // The value, or what is wrong in Kubernetes' words. After is_spent() nothing else is evaluated.
  std::expected<Value, std::string> evaluate(const PolicyExpression& expression) {
    if (expression.program == nullptr) {
      return std::unexpected("compilation error: " + expression.fault);
    }
    auto answer = activation_.evaluate(*expression.program, cel::kExpressionCostMax);
    if (answer.cost > budget_) {
      is_spent_ = true;
      return std::unexpected(std::string(kOutOfBudget));
    }
    budget_ -= answer.cost;
    if (answer.value) return std::move(*answer.value);
    return std::unexpected(fmt::format("expression '{}' resulted in error: {}", expression.text,
                                       answer.value.error()));
  }

 private:
  static std::vector<const Value*> values_of(const AdmissionPolicy& policy,
                                             const PolicyInput& input) {
    std::vector<const Value*> values(policy.environment.variables.size());
    values[kObject] = input.object;
    values[kOldObject] = input.old_object;
    values[kNamespaceObject] = input.name_space;
    values[kRequest] = input.request;
    values[kParams] = input.params;
    return values;
  }

  const std::vector<const Value*> values_;
  cel::Activation activation_;
  std::uint64_t budget_;
  bool is_spent_ = false;
};

bool is_true(const Value& value) {
  return value.is_bool() && value.get_bool();
}

// Whether all conditions hold; the error is what they failed with, unless one is false anyway.
std::expected<bool, std::string> conditions_hold(const AdmissionPolicy& policy, PolicyInput input) {
  if (policy.conditions.empty()) return true;
  // Kubernetes shows conditions no namespace.
  input.name_space = nullptr;
  Session session(policy, input, kConditionsCostMax);
  std::vector<std::string> errors;
  for (const auto& condition : policy.conditions) {
    const auto value = session.evaluate(condition);
    if (session.is_spent()) return std::unexpected(value.error());
    if (!value) {
      errors.push_back(value.error());
    } else if (!is_true(*value)) {
      return false;
    }
  }
  if (errors.empty()) return true;
  if (errors.size() == 1) return std::unexpected(std::move(errors.front()));
  return std::unexpected(fmt::format("[{}]", fmt::join(errors, ", ")));
}

// Nothing where it is no text that can stand in an answer.
std::optional<std::string> computed_message(const PolicyValidation& validation, Session& session) {
  if (!validation.message_expression) return std::nullopt;
  const auto value = session.evaluate(*validation.message_expression);
  if (!value || !value->is_string()) return std::nullopt;
  const auto text = trimmed(value->get_string());
  const bool is_fit =
      !text.empty() && text.size() <= kMessageBytesMax && text.find('\n') == std::string_view::npos;
  return is_fit ? std::optional<std::string>(text) : std::nullopt;
}

std::string message_of(const PolicyValidation& validation, Session& session) {
  if (auto computed = computed_message(validation, session)) return *computed;
  if (session.is_spent()) return fmt::format("failed messageExpression: {}", kOutOfBudget);
  const auto written = trimmed(validation.message);
  if (!written.empty()) return std::string(written);
  return fmt::format("failed expression: {}", trimmed(validation.expression.text));
}

void run_validations(const AdmissionPolicy& policy, const PolicyInput& input,
                     PolicyFindings& findings) {
  Session session(policy, input, cel::kObjectCostMax);
  const auto fail = [&](std::size_t place, std::string message) {
    if (policy.ignores_failures) return;
    findings.denials.push_back({place, std::move(message), std::string(kInvalid)});
  };
  for (std::size_t i = 0; i < policy.validations.size(); ++i) {
    const auto& validation = policy.validations[i];
    const auto value = session.evaluate(validation.expression);
    if (session.is_spent()) {
      // What was decided before counts for nothing, as in Kubernetes.
      findings.denials.clear();
      fail(0, value.error());
      return;
    }
    if (!value) {
      fail(i, value.error());
    } else if (!is_true(*value)) {
      findings.denials.push_back(
          {i, message_of(validation, session),
           validation.reason.empty() ? std::string(kInvalid) : validation.reason});
    }
  }
}

void run_annotations(const AdmissionPolicy& policy, const PolicyInput& input,
                     PolicyFindings& findings) {
  if (policy.annotations.empty()) return;
  Session session(policy, input, cel::kObjectCostMax);
  for (const auto& annotation : policy.annotations) {
    const auto value = session.evaluate(annotation);
    if (!value) {
      if (!policy.ignores_failures) findings.annotation_errors.push_back(value.error());
      if (session.is_spent()) return;
      continue;
    }
    if (!value->is_string()) continue;
    const auto text = trimmed(value->get_string());
    if (!text.empty()) findings.annotations.push_back({annotation.name, std::string(text)});
  }
}

}  // namespace

PolicyFindings judge_policy(const AdmissionPolicy& policy, const PolicyInput& input) {
  PolicyFindings findings;
  const auto hold = conditions_hold(policy, input);
  if (!hold) {
    if (!policy.ignores_failures) {
      findings.denials.push_back({0, hold.error(), std::string(kInvalid)});
    }
    return findings;
  }
  if (!*hold) return findings;
  run_validations(policy, input, findings);
  run_annotations(policy, input, findings);
  return findings;
}

}  // namespace gatefold::engine
