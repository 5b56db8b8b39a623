#include "storage/failures.h"

#include <fmt/format.h>
#include <rocksdb/status.h>

namespace gatefold::storage {

std::unexpected<Status> corruption(std::string_view what) {
  return failure(Reason::kInternalError, fmt::format("corruption: {}", what));
}

std::unexpected<Status> disk_failure(const rocksdb::Status& status) {
  if (status.IsCorruption()) return corruption(status.ToString());
  return failure(Reason::kInternalError, fmt::format("storage: {}", status.ToString()));
}

Result<void> check(const rocksdb::Status& status) {
  if (!status.ok()) return disk_failure(status);
  return {};
}

std::unexpected<Status> not_folded() {
  return unavailable("the derived rows must be folded anew: run gatefold rebuild");
}

}  // namespace gatefold::storage
