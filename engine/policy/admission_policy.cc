#include "engine/policy/admission_policy.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/policy/environment.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kBool[] = {"bool"};
constexpr std::string_view kString[] = {"string"};
constexpr std::string_view kStringOrNull[] = {"string", "null_type"};

// `types` are those that the expression may have; none: any.
PolicyExpression compile(std::string_view name, std::string_view text,
                         const cel::Environment& environment,
                         std::span<const std::string_view> types) {
  PolicyExpression out{.name = std::string(name), .text = std::string(text), .program = nullptr};
  auto program = cel::Program::compile(text, environment, cel::ResultType::kAny);
  if (!program) {
    out.fault = std::move(program.error());
    return out;
  }
  const auto type = (*program)->result_type();
  if (!types.empty() && std::ranges::find(types, type) == types.end()) {
    out.fault =
        types.size() == 1
            ? fmt::format("must evaluate to {} but got {}", types.front(), type)
            : fmt::format("must evaluate to one of [{}] but got {}", fmt::join(types, " "), type);
    return out;
  }
  out.program = std::move(*program);
  return out;
}

std::optional<ParamKind> param_kind_of(const Value& object) {
  const auto* document = find_path(object, {"spec", "paramKind"});
  if (document == nullptr) return std::nullopt;
  const auto api_version = string_at(*document, {"apiVersion"});
  const auto slash = api_version.find('/');
  const bool is_core = slash == std::string_view::npos;
  return ParamKind{.group = std::string(is_core ? "" : api_version.substr(0, slash)),
                   .version = std::string(is_core ? api_version : api_version.substr(slash + 1)),
                   .kind = std::string(string_at(*document, {"kind"}))};
}

void hide(cel::Environment& environment, std::size_t first, std::size_t last) {
  for (auto i = first; i < last; ++i) environment.variables[i].is_hidden = true;
}

void compile_variables(const Value& object, AdmissionPolicy& policy) {
  for (const auto& variable : list_at(object, {"spec", "variables"})) {
    if (policy.variables.size() == kPolicyVariablesMax) return;
    auto compiled = compile(string_at(variable, {"name"}), string_at(variable, {"expression"}),
                            policy.environment, {});
    policy.environment.variables.push_back({.name = "variables." + compiled.name,
                                            .program = compiled.program,
                                            .fault = compiled.fault});
    policy.variables.push_back(std::move(compiled));
  }
}

// Conditions see no variables; messages no authorizer.
void compile_conditions(const Value& object, AdmissionPolicy& policy) {
  auto environment = policy.environment;
  hide(environment, kPolicyVariables, environment.variables.size());
  for (const auto& condition : list_at(object, {"spec", "matchConditions"})) {
    policy.conditions.push_back(compile(string_at(condition, {"name"}),
                                        string_at(condition, {"expression"}), environment, kBool));
  }
}

void compile_validations(const Value& object, AdmissionPolicy& policy) {
  auto environment = policy.environment;
  hide(environment, kAuthorizer, kPolicyVariables);
  for (const auto& validation : list_at(object, {"spec", "validations"})) {
    PolicyValidation out{
        .expression = compile("", string_at(validation, {"expression"}), policy.environment, kBool),
        .message_expression = std::nullopt,
        .message = std::string(string_at(validation, {"message"})),
        .reason = std::string(string_at(validation, {"reason"}))};
    const auto message = string_at(validation, {"messageExpression"});
    if (!message.empty()) out.message_expression = compile("", message, environment, kString);
    policy.validations.push_back(std::move(out));
  }
}

}  // namespace

AdmissionPolicyPtr compile_policy(const Value& object) {
  auto policy = std::make_shared<AdmissionPolicy>();
  policy->name = name_of(object);
  policy->generation = integer_at(object, {"metadata", "generation"}, 0);
  policy->ignores_failures = string_at(object, {"spec", "failurePolicy"}) == "Ignore";
  policy->param_kind = param_kind_of(object);
  if (const auto* constraints = find_path(object, {"spec", "matchConstraints"})) {
    policy->constraints = match_resources_of(*constraints);
  }
  policy->environment = policy_environment(policy->param_kind.has_value());
  compile_variables(object, *policy);
  compile_conditions(object, *policy);
  compile_validations(object, *policy);
  for (const auto& annotation : list_at(object, {"spec", "auditAnnotations"})) {
    policy->annotations.push_back(compile(string_at(annotation, {"key"}),
                                          string_at(annotation, {"valueExpression"}),
                                          policy->environment, kStringOrNull));
  }
  return policy;
}

PolicyBindingPtr read_binding(const Value& object) {
  auto binding = std::make_shared<PolicyBinding>();
  binding->name = name_of(object);
  binding->policy = string_at(object, {"spec", "policyName"});
  if (const auto* params = find_path(object, {"spec", "paramRef"})) {
    const auto* selector = find(*params, "selector");
    binding->params = ParamReference{
        .name = std::string(string_at(*params, {"name"})),
        .name_space = std::string(string_at(*params, {"namespace"})),
        .selector = selector == nullptr ? LabelSelector{} : label_selector_of(*selector),
        .denies_without = string_at(*params, {"parameterNotFoundAction"}) == "Deny"};
  }
  if (const auto* match = find_path(object, {"spec", "matchResources"})) {
    binding->match = match_resources_of(*match);
  }
  binding->actions = texts_at(object, {"spec", "validationActions"});
  return binding;
}

}  // namespace gatefold::engine
