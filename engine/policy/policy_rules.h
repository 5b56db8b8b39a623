// What ValidatingAdmissionPolicies and their bindings may look like, beyond their schema
// (kubernetes/pkg/apis/admissionregistration/validation).
#pragma once

#include "schema/field_error.h"
#include "schema/value.h"

namespace gatefold::engine {

// Conditions that an update leaves as they are, over the same kind of parameters, are not judged
// again.
FieldErrors validate_policy(const Value& object, const Value* old_object);
FieldErrors validate_policy_status(const Value& object);
FieldErrors validate_policy_binding(const Value& object);

}  // namespace gatefold::engine
