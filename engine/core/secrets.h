// Secrets: stringData, types and the entries that they need (spec R23.2).
#pragma once

#include "schema/field_error.h"
#include "schema/value.h"

namespace gatefold::engine {

void complete_secret(Value& object);
void validate_secret(const Value& object, const Value* old_object, FieldErrors& errors);

}  // namespace gatefold::engine
