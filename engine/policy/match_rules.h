// What the rules of a policy or binding may look like.
#pragma once

#include <string>

#include "schema/field_error.h"
#include "schema/value.h"

namespace gatefold::engine {

// Of a MatchResources, at `field`.
void check_match_resources(const Value& match, const std::string& field, FieldErrors& errors);

}  // namespace gatefold::engine
