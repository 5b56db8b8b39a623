// Validation of a value against a structural schema (spec R19.19 to R19.24).
#pragma once

#include "schema/field_error.h"
#include "schema/schema_node.h"
#include "schema/value.h"

namespace gatefold {

struct StructuralOptions {
  std::size_t errors_max = 100;  // further errors are not looked for
};

// Required members first, then errors in order of the members' names; texts as R19.19. `old_value`,
// when there is one, ratchets: errors below a value that is_unchanged() are dropped
// (R19.24). `path` is the field of `value`, "" at the root; texts speak of fields below `value`
// alone (R13.4: `status.a: Invalid value: 0: a in body should be ...`).
FieldErrors validate_structural(const SchemaNode& schema, const Value& value,
                                const Value* old_value = nullptr, std::string_view path = "",
                                StructuralOptions options = {});

// An error of a value as one of what stands at `path`.
void put_below(std::string_view path, FieldError& error);

// Uniqueness in lists of type set and map (R19.18). Not called where the old object already broke
// it.
FieldErrors validate_list_types(const SchemaNode& schema, const Value& value,
                                std::string_view path = "");

}  // namespace gatefold
