// Views of the past: the same objects, kinds and versions of kinds as at that time.
#pragma once

#include <deque>
#include <mutex>
#include <utility>

#include "engine/view.h"
#include "schema/moment.h"

namespace gatefold::engine {

// Any thread.
class PastViews {
 public:
  // `now` as of an earlier moment. What is decided with alone (policies, what Services have) is not
  // there: nothing is decided in the past. Fails as Snapshot::at() does.
  Result<ViewPtr> at(const View& now, const Moment& moment);

 private:
  Result<CatalogPtr> catalog_at(const View& now, const storage::Snapshot& then);

  std::mutex mutex_;
  // By the revision since which they held; the one that was used last comes first. Guarded by
  // mutex_.
  std::deque<std::pair<Revision, CatalogPtr>> catalogs_;
};

}  // namespace gatefold::engine
