// Fills in defaults (R19.14).
#pragma once

#include "schema/schema_node.h"
#include "schema/value.h"

namespace gatefold {

// A missing member, or a null one that is not nullable, gets a copy of its schema's default;
// recursion into what is present only. Returns whether anything changed.
bool apply_defaults(const SchemaNode& schema, Value& value);

}  // namespace gatefold
