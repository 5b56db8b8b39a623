// Requests that are about no resource: discovery, OpenAPI, version, health.
#pragma once

#include "api/pipeline.h"

namespace gatefold::api {

Reply serve_document(const Context& context, const Request& request);

}  // namespace gatefold::api
