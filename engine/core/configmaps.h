// ConfigMaps (spec R23.3).
#pragma once

#include "schema/field_error.h"
#include "schema/value.h"

namespace gatefold::engine {

void validate_config_map(const Value& object, const Value* old_object, FieldErrors& errors);

}  // namespace gatefold::engine
