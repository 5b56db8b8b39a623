// JSON Patch (RFC 6902), with what Kubernetes' servers do beyond it: negative indexes count from
// the end, and `test` of a missing member against null holds (spec R9.3).
#pragma once

#include "schema/status.h"
#include "schema/value.h"

namespace gatefold::engine {

// Whether `patch` has the form of one: kBadRequest where it is no list of objects,
// kRequestEntityTooLarge above 10,000 operations.
Result<void> check_json_patch(const Value& patch);

// All operations or none. Any that fails is kInvalid with Kubernetes' fixed text, which does not
// say why; so are a result that nests deeper than kNestingMax, copies of more than 3 MiB and lists
// that are moved along too often.
Result<Value> apply_json_patch(const Value& document, const Value& patch);

}  // namespace gatefold::engine
