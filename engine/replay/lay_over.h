// What one version of an object changed in the one before, laid over an object that went its own
// way meanwhile. Pure.
#pragma once

#include "schema/schema_node.h"
#include "schema/value.h"

namespace gatefold::engine {

// `mine` with everything that differs between `before` and `after` as `after` has it; the rest
// stays. Where both changed one thing, `after` has it: it was written last. Items of lists are told
// apart by their identity (engine/tell/list_match.h); a list whose items have none is one thing.
// metadata.generation moves by as much as it moved from `before` to `after`. All three are objects;
// `schema` as in DiffOptions.
Value lay_over(const SchemaNode* schema, const Value& before, const Value& after,
               const Value& mine);

}  // namespace gatefold::engine
