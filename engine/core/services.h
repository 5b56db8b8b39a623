// Services: ports, addresses and what follows from their type (spec R23.1). Addresses and node
// ports are drawn by chance and not compared with those of other Services: nothing here routes
// traffic.
#pragma once

#include <string_view>

#include "engine/world.h"
#include "schema/field_error.h"
#include "schema/value.h"

namespace gatefold::engine {

void complete_service(std::string_view subresource, const Value* old_object, const Stamp& stamp,
                      Value& object);
void validate_service(const Value& object, const Value* old_object, FieldErrors& errors);

}  // namespace gatefold::engine
