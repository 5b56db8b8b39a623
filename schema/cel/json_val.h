// Objects of the input: which members a schema lets expressions see.
#pragma once

#include <string_view>

#include "schema/cel/val.h"

namespace gatefold::cel {

// Whether `map`, of the input, is an object with declared fields: their names are escaped, and null
// is as good as absent.
bool has_fields(const Val& map);

// The schema of a member of a map of the input that has a schema; nullptr: it is not accessible.
const SchemaNode* schema_of_member(const Val& map, std::string_view name);

// select_field where `schema` is known to be that of the field `name` of an object with fields.
bool find_declared(Arena& arena, const Val& object, std::string_view name, const SchemaNode& schema,
                   Val& out);

}  // namespace gatefold::cel
