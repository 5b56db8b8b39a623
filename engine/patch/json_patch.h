// JSON Patch (RFC 6902) as Kubernetes' servers apply it (spec R9.3): negative indexes count from
// the end, a missing `value` is null, a missing member of an object is null to `test` and `copy`
// and is added by `replace`, and nothing but `replace` and `test` is done to the root.
#pragma once

#include <string_view>

#include "schema/status.h"
#include "schema/value.h"

namespace gatefold::engine {

// What Go's decoder calls a value in its errors.
std::string_view go_kind(const Value& value);

// Whether `patch` has the form of one, null being an empty list and an operation without members:
// kBadRequest where it is no list of objects, or `op`, `path` or `from` is no text;
// kRequestEntityTooLarge above 10,000 operations.
Result<void> check_json_patch(const Value& patch);

// All operations or none. Any that fails is kInvalid with Kubernetes' fixed text, which does not
// say why; so are a result that nests deeper than kNestingMax, copies of more than 3 MiB and lists
// that are moved along too often.
Result<Value> apply_json_patch(const Value& document, const Value& patch);

}  // namespace gatefold::engine
