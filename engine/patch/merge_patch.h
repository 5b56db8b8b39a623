// JSON Merge Patch (RFC 7386) as Kubernetes' servers apply it (spec R9.4).
#pragma once

#include "schema/status.h"
#include "schema/value.h"

namespace gatefold::engine {

// kBadRequest where `patch` is no object.
Result<void> check_merge_patch(const Value& patch);

// Members that are null in the patch go away, objects merge, all else is replaced. What is new has
// no null members, those of objects in lists included; a list that replaces an object stays as it
// is. Never fails.
Value apply_merge_patch(Value document, const Value& patch);

}  // namespace gatefold::engine
