// Namespaces: what keeps them, and their phase (spec R21.1, R21.7).
#pragma once

#include <string_view>

#include "schema/value.h"

namespace gatefold::engine {

void complete_namespace(std::string_view subresource, const Value* old_object, Value& object);

}  // namespace gatefold::engine
