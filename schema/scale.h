// What a scale subresource asks of the objects of its kind (R13.6, R19.21).
#pragma once

#include "schema/field_error.h"
#include "schema/kind.h"
#include "schema/value.h"

namespace gatefold {

// Numbers of replicas that are none, negative or beyond 32 bits, in the spec (writes to the object)
// or in the status, with the selector that is no text (writes to /status). What is absent is fine.
FieldErrors validate_scale_spec(const ScalePaths& scale, const Value& object);
FieldErrors validate_scale_status(const ScalePaths& scale, const Value& object);

}  // namespace gatefold
