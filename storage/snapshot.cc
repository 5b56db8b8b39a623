#include "storage/snapshot.h"

#include <algorithm>

#include "storage/failures.h"
#include "storage/pin.h"

namespace gatefold::storage {

KeyRange current_range(std::string_view resource, std::string_view name_space,
                       const std::optional<ObjectKey>& after) {
  const auto prefix =
      name_space.empty() ? resource_prefix(resource) : namespace_prefix(resource, name_space);
  KeyRange range{prefix, prefix_end(prefix)};
  if (after) range.from = std::clamp(object_key(*after) + '\0', range.from, range.until);
  return range;
}

Snapshot::Snapshot(std::shared_ptr<const Pin> pin, Head head)
    : pin_(std::move(pin)), head_(head), newest_(head.revision) {}
Snapshot::Snapshot(std::shared_ptr<const Pin> pin, Head head, Revision newest)
    : pin_(std::move(pin)), head_(head), newest_(newest) {}
Snapshot::~Snapshot() = default;

Result<std::optional<StoredObject>> Snapshot::get(const ObjectKey& key) const {
  if (is_past()) return past_object(key);
  rocksdb::PinnableSlice row;
  const auto found = pin_->read(Family::kCurrent, object_key(key), row);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::nullopt;
  auto object = decode_current_row(key, view(row));
  if (!object) return std::unexpected(std::move(object.error()));
  return std::move(*object);
}

Result<Frame> Snapshot::frame_of(const StoredObject& object) const {
  if (object.frame_revision == object.revision) {
    return Frame{object.revision, std::make_shared<const std::string>(object.body)};
  }
  auto body = pin_->body(object.frame_revision);
  if (!body) return std::unexpected(std::move(body.error()));
  return Frame{object.frame_revision, std::make_shared<const std::string>(std::move(*body))};
}

Result<void> Snapshot::scan(std::string_view resource, std::string_view name_space,
                            std::optional<ObjectKey> after, const RowVisitor& visit) const {
  if (is_past()) return scan_at(resource, name_space, std::move(after), head_.revision, visit);
  auto range = current_range(resource, name_space, after);
  const auto skipped = resource.size() + 1;
  Rows rows(pin_->database(), Family::kCurrent, pin_->snapshot(), std::move(range.from),
            std::move(range.until));
  EnvelopeScratch scratch;
  for (; rows.valid(); rows.next()) {
    const auto key = rows.key();
    const auto row = parse_current_row(rows.value(), scratch);
    const auto slash = key.find('/', skipped);
    if (!row || slash == std::string_view::npos) {
      return corruption("the current row of " + std::string(key) + " can't be read");
    }
    const RowView seen{key.substr(skipped, slash - skipped),
                       key.substr(slash + 1),
                       row->revision,
                       row->schema_id,
                       row->splice_at,
                       row->body,
                       row->envelope};
    if (!visit(seen)) return {};
  }
  return rows.status();
}

Result<std::size_t> Snapshot::count(std::string_view resource, std::string_view name_space,
                                    std::optional<ObjectKey> after, std::size_t count_max) const {
  auto range = current_range(resource, name_space, after);
  Rows rows(pin_->database(), Family::kCurrent, pin_->snapshot(), std::move(range.from),
            std::move(range.until));
  std::size_t counted = 0;
  for (; rows.valid() && counted < count_max; rows.next()) ++counted;
  if (auto status = rows.status(); !status) return std::unexpected(std::move(status.error()));
  return counted;
}

}  // namespace gatefold::storage
