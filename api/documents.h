// Discovery and OpenAPI documents of the catalog in force, rendered when somebody asks for the
// first time.
#pragma once

#include <memory>
#include <mutex>

#include "api/discovery.h"
#include "api/openapi.h"
#include "schema/catalog.h"

namespace gatefold::api {

// Any thread. What is handed out stays as it is; a new catalog gives new documents.
class Documents {
 public:
  std::shared_ptr<const Document> aggregated(const Catalog& catalog, bool is_core,
                                             AggregatedVersion version);
  std::shared_ptr<const OpenApiV3> openapi_v3(const Catalog& catalog);
  std::shared_ptr<const OpenApiV2> openapi_v2(const Catalog& catalog);

 private:
  struct Rendered {
    std::string fingerprint;
    std::shared_ptr<const Document> aggregated[2][2];
    std::shared_ptr<const OpenApiV3> v3;
    std::shared_ptr<const OpenApiV2> v2;
  };
  Rendered& of(const Catalog& catalog);

  std::mutex mutex_;
  Rendered rendered_;  // guarded by mutex_
};

}  // namespace gatefold::api
