// From facts to the objects that they hold for.
#include "storage/failures.h"
#include "storage/pin.h"

namespace gatefold::storage {
namespace {

Result<void> walk(const Snapshot::Pin& pin, std::string from, std::string until,
                  const Snapshot::KeyVisitor& visit) {
  Rows rows(pin.database(), Family::kIndex, pin.snapshot(), std::move(from), std::move(until));
  for (; rows.valid(); rows.next()) {
    const auto key = parse_object_key(object_of_index_key(rows.key()));
    if (!key) return corruption("a row of the index can't be read");
    if (!visit(*key)) return {};
  }
  return rows.status();
}

}  // namespace

Result<void> Snapshot::deleting(const std::optional<ObjectKey>& after,
                                const KeyVisitor& visit) const {
  auto from = std::string(kDeletingPrefix);
  // The next key in the order of bytes.
  if (after) from = deleting_key(object_key(*after)).append(1, '\0');
  return walk(*pin_, std::move(from), prefix_end(kDeletingPrefix), visit);
}

Result<void> Snapshot::dependents(const Uid& owner, const KeyVisitor& visit) const {
  const auto prefix = owner_prefix(owner);
  return walk(*pin_, prefix, prefix_end(prefix), visit);
}

Result<void> Snapshot::expired(Time now, const KeyVisitor& visit) const {
  return walk(*pin_, std::string(kExpiryPrefix), expiry_bound(now), visit);
}

}  // namespace gatefold::storage
