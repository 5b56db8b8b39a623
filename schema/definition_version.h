// What a version of a definition says beside its schema: columns, selectable fields, scale (spec
// R19.4). Behind validate_definition().
#pragma once

#include <string>

#include "schema/field_error.h"
#include "schema/schema_node.h"
#include "schema/value.h"

namespace gatefold {

// `path` is where they stand: `spec.additionalPrinterColumns`.
FieldErrors validate_columns(const JsonArray& columns, const std::string& path);
// `schema` is nullptr where it can't be read, which its own errors say.
FieldErrors validate_selectable_fields(const JsonArray& fields, const SchemaNode* schema,
                                       const std::string& path);
FieldErrors validate_subresources(const Value& subresources, const std::string& path);
// Of the version at `path`.
FieldErrors validate_deprecation(const Value& version, const std::string& path);
// spec.conversion.
FieldErrors validate_conversion(const Value& conversion);

}  // namespace gatefold
