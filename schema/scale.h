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

// The Scale of `object`, which is of a version with a scale subresource: its name, uid, revision
// and time, its replicas and their selector. kInternalError where a path leads to a value of
// another type or spec.replicas is absent; kBadRequest for a core kind's selector that makes no
// sense.
Result<Value> scale_of(const Kind& kind, const KindVersion& version, const Value& object);
// The same for a write to begin with: replicas that are absent are the least number of 32 bits.
Result<Value> scale_to_change(const Kind& kind, const KindVersion& version, const Value& object);
// Sets the replicas of `object` to those that the decoded `scale` says, to 0 where it says none.
// kBadRequest where nobody has set the number that scale_to_change() made up.
Result<void> put_scale(const KindVersion& version, const Value& scale, Value& object);

}  // namespace gatefold
