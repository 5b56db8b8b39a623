#include "api/documents.h"

namespace gatefold::api {

Documents::Rendered& Documents::of(const Catalog& catalog) {
  if (rendered_.fingerprint != catalog.fingerprint()) {
    rendered_ = {};
    rendered_.fingerprint = catalog.fingerprint();
  }
  return rendered_;
}

std::shared_ptr<const Document> Documents::aggregated(const Catalog& catalog, bool is_core,
                                                      AggregatedVersion version) {
  const std::scoped_lock lock(mutex_);
  auto& slot = of(catalog).aggregated[is_core ? 0 : 1][version == AggregatedVersion::kV2 ? 0 : 1];
  if (slot == nullptr) {
    slot = std::make_shared<const Document>(is_core ? aggregated_core(catalog, version)
                                                    : aggregated_groups(catalog, version));
  }
  return slot;
}

std::shared_ptr<const OpenApiV3> Documents::openapi_v3(const Catalog& catalog) {
  const std::scoped_lock lock(mutex_);
  auto& slot = of(catalog).v3;
  if (slot == nullptr) slot = std::make_shared<const OpenApiV3>(render_openapi_v3(catalog));
  return slot;
}

std::shared_ptr<const OpenApiV2> Documents::openapi_v2(const Catalog& catalog) {
  const std::scoped_lock lock(mutex_);
  auto& slot = of(catalog).v2;
  if (slot == nullptr) slot = std::make_shared<const OpenApiV2>(render_openapi_v2(catalog));
  return slot;
}

}  // namespace gatefold::api
