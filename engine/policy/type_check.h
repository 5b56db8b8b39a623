// Whether a policy's expressions fit the types of what they look at: warnings for its status
// (k8s.io/apiserver/pkg/admission/plugin/policy/validating, TypeChecker). They refuse nothing.
#pragma once

#include "schema/catalog.h"
#include "schema/value.h"

namespace gatefold::engine {

// `[{fieldRef, warning}]`. At most ten kinds are asked, those that rules name without a star.
JsonArray type_warnings(const Value& policy, const Catalog& catalog);

}  // namespace gatefold::engine
