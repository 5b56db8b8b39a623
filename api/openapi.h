// OpenAPI documents of a catalog (spec R3.3 to R3.7). Pure; the caller keeps them for as long as
// the kinds are the same.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "api/document.h"
#include "schema/catalog.h"

namespace gatefold::api {

// GET /openapi/v3 and GET /openapi/v3/<key>, where key is `api/v1` or `apis/<group>/<version>`. The
// index names each document by its digest, `?hash=<etag>`: clients keep what they have once read by
// it for ever.
struct OpenApiV3 {
  Document index;
  std::map<std::string, Document, std::less<>> documents;
};
OpenApiV3 render_openapi_v3(const Catalog& catalog);

// GET /openapi/v2, as JSON and as gnostic's protobuf message.
struct OpenApiV2 {
  Document json;
  Document protobuf;
};
OpenApiV2 render_openapi_v2(const Catalog& catalog);

}  // namespace gatefold::api
