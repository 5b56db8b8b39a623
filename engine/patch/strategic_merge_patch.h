// Strategic merge patch: a merge patch that merges lists by key where the schema says so (spec
// R9.5).
#pragma once

#include "schema/schema_node.h"
#include "schema/status.h"
#include "schema/value.h"

namespace gatefold::engine {

// Understands `$patch`, `$retainKeys`, `$setElementOrder/<list>` and
// `$deleteFromPrimitiveList/<list>`. The lists of metadata (finalizers, ownerReferences) merge
// whatever the schema says. kBadRequest where an item lacks its merge key or a directive has the
// wrong form, kInvalid where an item of a list that merges is a list.
Result<Value> apply_strategic_merge_patch(const Value& document, const Value& patch,
                                          const SchemaNode& schema);

}  // namespace gatefold::engine
