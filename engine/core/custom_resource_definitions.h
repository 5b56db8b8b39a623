// CustomResourceDefinitions: what is filled in, and how one ends (spec R19.2, R19.8).
#pragma once

#include <string_view>

#include "engine/world.h"
#include "schema/value.h"

namespace gatefold::engine {

void complete_definition(std::string_view subresource, const Value* old_object, Value& object);

// On the way out it waits for its objects: a finalizer, and the condition Terminating.
void begin_definition_removal(const Stamp& stamp, Value& object);

}  // namespace gatefold::engine
