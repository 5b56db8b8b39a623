// What a policy says of one write.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/policy/admission_policy.h"
#include "schema/value.h"

namespace gatefold::engine {

// nullptr: null, for the expression.
struct PolicyInput {
  const Value* object = nullptr;
  const Value* old_object = nullptr;
  const Value* name_space = nullptr;
  const Value* request = nullptr;
  const Value* params = nullptr;
};

struct PolicyFindings {
  struct Denial {
    std::size_t validation = 0;  // its place among the policy's
    std::string message;
    std::string reason;  // of the Status: Invalid, Forbidden or RequestEntityTooLarge
  };
  struct Annotation {
    std::string key;
    std::string value;
  };
  std::vector<Denial> denials;
  std::vector<Annotation> annotations;
  std::vector<std::string> annotation_errors;  // each refuses the write, whatever a binding says
};

// Bounded by the budgets of Kubernetes (R19.30): 2,500,000 for the conditions, 10,000,000 for the
// validations with their messages, as many for the annotations, 1,000,000 for one expression. What
// fails denies, or is left out where the policy ignores failures.
PolicyFindings judge_policy(const AdmissionPolicy& policy, const PolicyInput& input);

}  // namespace gatefold::engine
