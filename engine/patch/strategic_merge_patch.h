// Strategic merge patch: a merge patch that merges lists by key where the schema says so (spec
// R9.5).
#pragma once

#include "schema/schema_node.h"
#include "schema/status.h"
#include "schema/value.h"

namespace gatefold::engine {

// Understands `$patch`, `$retainKeys`, `$setElementOrder/<list>` and
// `$deleteFromPrimitiveList/<list>`. The lists of metadata (finalizers, ownerReferences) merge
// whatever the schema says. Fails as Kubernetes' servers do: kBadRequest where $retainKeys has the
// wrong form, kInvalid with their fixed text where lists that merge hold lists, and kUnknown (500)
// for all else, such as an item without its merge key or a directive that they don't know.
Result<Value> apply_strategic_merge_patch(const Value& document, const Value& patch,
                                          const SchemaNode& schema);

}  // namespace gatefold::engine
