// ValidatingAdmissionPolicies and their bindings, read and compiled once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/policy/match_resources.h"
#include "schema/cel/cel.h"
#include "schema/value.h"

namespace gatefold::engine {

// Each sees those before it, which takes its time.
inline constexpr std::size_t kPolicyVariablesMax = 256;

// An expression of a policy. Without a program `fault` says why in the compiler's words.
struct PolicyExpression {
  std::string name;  // of a variable or condition, the key of an annotation
  std::string text;
  std::shared_ptr<const cel::Program> program;
  std::string fault;
};

struct PolicyValidation {
  PolicyExpression expression;
  std::optional<PolicyExpression> message_expression;
  std::string message;
  std::string reason;
};

struct ParamKind {
  std::string group;
  std::string version;
  std::string kind;
};

// Immutable; any number of threads may judge with it at once.
struct AdmissionPolicy {
  std::string name;
  std::int64_t generation = 0;  // of the object that it was read from
  bool ignores_failures = false;
  std::optional<ParamKind> param_kind;
  MatchResources constraints;
  cel::Environment environment;             // of validations and annotations
  std::vector<PolicyExpression> variables;  // in the order in which they see each other
  std::vector<PolicyExpression> conditions;
  std::vector<PolicyValidation> validations;
  std::vector<PolicyExpression> annotations;
};
using AdmissionPolicyPtr = std::shared_ptr<const AdmissionPolicy>;

// Never fails: what can't be compiled is a fault, which fails when it is evaluated.
AdmissionPolicyPtr compile_policy(const Value& object);

struct ParamReference {
  std::string name;        // empty: by selector
  std::string name_space;  // empty: that of the write
  LabelSelector selector;
  bool denies_without = false;  // parameterNotFoundAction: Deny
};

struct PolicyBinding {
  std::string name;
  std::string policy;
  std::optional<ParamReference> params;
  std::optional<MatchResources> match;
  std::vector<std::string> actions;  // Deny, Warn, Audit
};
using PolicyBindingPtr = std::shared_ptr<const PolicyBinding>;

PolicyBindingPtr read_binding(const Value& object);

}  // namespace gatefold::engine
