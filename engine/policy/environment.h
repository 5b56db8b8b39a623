// What the expressions of a policy may name: its environment of CEL, as Kubernetes declares it
// (k8s.io/apiserver/pkg/admission/plugin/cel).
#pragma once

#include <cstddef>
#include <vector>

#include "schema/cel/cel.h"

namespace gatefold::engine {

// The places of variables. `params` is there for all policies, and hidden where there is none.
enum PolicyVariable : std::size_t {
  kObject,
  kOldObject,
  kNamespaceObject,
  kRequest,
  kParams,
  kAuthorizer,
  kRequestAuthorizer,
  kPolicyVariables,  // the first of `variables`
};

// Those that every policy has. Schemas live as long as the program.
cel::Environment policy_environment(bool has_params);

}  // namespace gatefold::engine
