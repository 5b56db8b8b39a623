#include "storage/fold_batch.h"

#include "storage/failures.h"

namespace gatefold::storage {

Result<std::optional<PriorRow>> FoldBatch::prior(const std::string& object) const {
  if (const auto found = touched_.find(object); found != touched_.end()) return found->second;
  rocksdb::PinnableSlice row;
  const auto status = database_.db().Get(rocksdb::ReadOptions(), database_.family(Family::kCurrent),
                                         slice(object), &row);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return disk_failure(status);
  auto decoded = decode_prior_row(view(row));
  if (!decoded) return std::unexpected(std::move(decoded.error()));
  return std::move(*decoded);
}

Result<void> FoldBatch::add(const FoldInput& input) {
  auto object = object_key(input.event.key);
  auto before = prior(object);
  if (!before) return std::unexpected(std::move(before.error()));
  for (const auto& change : fold(input, *before ? &**before : nullptr)) {
    auto* const family = database_.family(change.family);
    const auto status = change.value ? batch_.Put(family, slice(change.key), slice(*change.value))
                                     : batch_.Delete(family, slice(change.key));
    if (!status.ok()) return disk_failure(status);
  }
  touched_[std::move(object)] = prior_after(input.event);
  return {};
}

}  // namespace gatefold::storage
