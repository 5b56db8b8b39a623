// JSON Merge Patch (RFC 7386).
#pragma once

#include "schema/status.h"
#include "schema/value.h"

namespace gatefold::engine {

// Members that are null in the patch go away, objects merge, all else is replaced. Never fails.
Value apply_merge_patch(Value document, const Value& patch);

}  // namespace gatefold::engine
