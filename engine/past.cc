#include "engine/past.h"

#include <algorithm>

#include "engine/core_kinds.h"
#include "engine/definitions.h"
#include "engine/limits.h"

namespace gatefold::engine {

Result<CatalogPtr> PastViews::catalog_at(const View& now, const storage::Snapshot& then) {
  if (then.head().revision >= now.catalog_since) return now.catalog;
  auto since = then.last_change(kDefinitions);
  if (!since) return std::unexpected(since.error());
  // A change that was dropped leaves no trace: what is cached of before the horizon is another.
  const auto horizon = then.horizon(kDefinitions);
  if (then.head().revision >= horizon) since = std::max(*since, horizon);
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find(catalogs_, *since, &std::pair<Revision, CatalogPtr>::first);
  if (found != catalogs_.end()) {
    std::rotate(catalogs_.begin(), found, found + 1);
    return catalogs_.front().second;
  }
  Definitions definitions(core_catalog());
  if (auto loaded = definitions.load(then); !loaded) {
    return std::unexpected(std::move(loaded.error()));
  }
  if (catalogs_.size() == kPastCatalogsMax) catalogs_.pop_back();
  catalogs_.emplace_front(*since, definitions.catalog());
  return definitions.catalog();
}

Result<ViewPtr> PastViews::at(const View& now, const Moment& moment) {
  auto then = now.snapshot->at(moment);
  if (!then) return std::unexpected(std::move(then.error()));
  auto catalog = catalog_at(now, **then);
  if (!catalog) return std::unexpected(std::move(catalog.error()));
  auto view = std::make_shared<View>();
  view->head = (*then)->head();
  view->snapshot = std::move(*then);
  view->catalog = std::move(*catalog);
  view->catalog_since = std::min(now.catalog_since, view->head.revision);
  static const auto kNoPolicies = std::make_shared<const PolicySet>();
  static const auto kNoServices = std::make_shared<const ServiceAllocations>();
  view->policies = kNoPolicies;
  view->services = kNoServices;
  view->tokens = now.tokens;
  view->incarnation = now.incarnation;
  return view;
}

}  // namespace gatefold::engine
