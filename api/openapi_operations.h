// The path operations of a kind as OpenAPI shows them.
#pragma once

#include "api/openapi_schema.h"

namespace gatefold::api {

// Adds the paths under which objects of this version are reached. kubectl learns from them which
// query parameters (R3.5) and which forms of patch the server takes.
void append_paths(JsonObject& paths, const Kind& kind, const KindVersion& version,
                  OpenApiDialect dialect);

}  // namespace gatefold::api
