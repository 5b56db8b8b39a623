// From facts to the objects that they hold for.
#include "storage/failures.h"
#include "storage/pin.h"

namespace gatefold::storage {
namespace {

// The next one in the order of bytes.
std::string next_key(std::string key) {
  return key.append(1, '\0');
}

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

std::unexpected<Status> no_past() {
  return internal_error("the index is kept of now alone");
}

}  // namespace

Result<void> Snapshot::deleting(const std::optional<ObjectKey>& after,
                                const KeyVisitor& visit) const {
  if (is_past()) return no_past();
  auto from = std::string(kDeletingPrefix);
  if (after) from = next_key(deleting_key(object_key(*after)));
  return walk(*pin_, std::move(from), prefix_end(kDeletingPrefix), visit);
}

Result<void> Snapshot::dependents(const Uid& owner, const std::optional<ObjectKey>& after,
                                  const KeyVisitor& visit) const {
  if (is_past()) return no_past();
  const auto prefix = owner_prefix(owner);
  const auto from = after ? next_key(owner_key(owner, object_key(*after))) : prefix;
  return walk(*pin_, from, prefix_end(prefix), visit);
}

Result<void> Snapshot::dependences(const std::optional<Dependence>& after,
                                   const DependenceVisitor& visit) const {
  if (is_past()) return no_past();
  auto from = std::string(kOwnerPrefix);
  if (after) from = next_key(owner_key(after->owner, object_key(after->dependent)));
  Rows rows(pin_->database(), Family::kIndex, pin_->snapshot(), std::move(from),
            prefix_end(kOwnerPrefix));
  for (; rows.valid(); rows.next()) {
    const auto owner = owner_of_index_key(rows.key());
    const auto object = parse_object_key(object_of_index_key(rows.key()));
    if (!owner || !object) return corruption("a row of the index can't be read");
    if (!visit({*owner, *object})) return {};
  }
  return rows.status();
}

Result<void> Snapshot::expired(Time now, const KeyVisitor& visit) const {
  if (is_past()) return no_past();
  return walk(*pin_, std::string(kExpiryPrefix), expiry_bound(now), visit);
}

}  // namespace gatefold::storage
