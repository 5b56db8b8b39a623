// Namespaces: what keeps them, and their phase (spec R21.1, R21.7).
#pragma once

#include <string_view>

#include "schema/field_error.h"
#include "schema/value.h"

namespace gatefold::engine {

// The label that says its name.
void default_namespace(Value& object);
void complete_namespace(std::string_view subresource, const Value* old_object, Value& object);
void validate_namespace(std::string_view subresource, const Value& object, const Value* old_object,
                        FieldErrors& errors);

}  // namespace gatefold::engine
