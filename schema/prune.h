// Removes what a schema does not know (R19.13), and nulls that it does not allow (R19.15).
#pragma once

#include <string>
#include <vector>

#include "schema/schema_node.h"
#include "schema/value.h"

namespace gatefold {

// Deletes unknown members, recursively; answers with their paths (`spec.foo`,
// `spec.listeners[0].bar`), sorted. Resources, embedded ones too, keep apiVersion, kind and
// metadata (which is pruned by decode_metadata); `is_resource` says whether `object` is one.
std::vector<std::string> prune_unknown(const SchemaNode& schema, Value& object,
                                       bool is_resource = true);

// Drops members that are null, not nullable and without a default.
void drop_nulls(const SchemaNode& schema, Value& value);

}  // namespace gatefold
