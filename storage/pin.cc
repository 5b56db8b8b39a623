#include "storage/pin.h"

#include <fmt/format.h>

#include "storage/failures.h"
#include "storage/fold.h"
#include "storage/frames.h"

namespace gatefold::storage {
namespace {

std::unexpected<Status> no_body(Revision revision) {
  return corruption(
      fmt::format("the body of revision {} is missing or can't be read", revision.number));
}

}  // namespace

Result<bool> Snapshot::Pin::read(Family family, std::string_view key,
                                 rocksdb::PinnableSlice& value) const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot_;
  const auto status = database_->db().Get(options, database_->family(family), slice(key), &value);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return disk_failure(status);
  return true;
}

Result<std::string> Snapshot::Pin::frame_body(Revision revision) const {
  rocksdb::PinnableSlice bytes;
  const auto found = read(Family::kBodies, revision_key(revision), bytes);
  if (!found) return std::unexpected(found.error());
  const auto row = *found ? parse_body_row(revision, view(bytes)) : std::nullopt;
  if (!row || row->frame_revision != revision) return no_body(revision);
  return decompress(row->stored, row->size, {});
}

Result<std::string> Snapshot::Pin::body(Revision revision) const {
  rocksdb::PinnableSlice bytes;
  const auto found = read(Family::kBodies, revision_key(revision), bytes);
  if (!found) return std::unexpected(found.error());
  const auto row = *found ? parse_body_row(revision, view(bytes)) : std::nullopt;
  if (!row) return no_body(revision);
  if (row->frame_revision == revision) return decompress(row->stored, row->size, {});
  const auto frame = frame_body(row->frame_revision);
  if (!frame) return frame;
  return decompress(row->stored, row->size, *frame);
}

Result<Revision> Snapshot::Pin::frame_revision(Revision revision) const {
  rocksdb::PinnableSlice bytes;
  const auto found = read(Family::kBodies, revision_key(revision), bytes);
  if (!found) return std::unexpected(found.error());
  const auto row = *found ? parse_body_row(revision, view(bytes)) : std::nullopt;
  if (!row) return no_body(revision);
  return row->frame_revision;
}

Result<std::optional<Snapshot::Pin::Version>> Snapshot::Pin::version_at(std::string_view object,
                                                                        Revision revision) const {
  auto last = last_version(object, revision);
  if (last && *last && (*last)->type == EventType::kDeleted) return std::nullopt;
  return last;
}

Result<std::optional<Snapshot::Pin::Version>> Snapshot::Pin::last_version(std::string_view object,
                                                                          Revision revision) const {
  const auto prefix = version_prefix(object);
  const Rows rows(*database_, Family::kVersions, snapshot_, version_key(object, revision),
                  prefix_end(prefix));
  if (!rows.valid()) {
    if (auto status = rows.status(); !status) return std::unexpected(std::move(status.error()));
    return std::nullopt;
  }
  const auto key = parse_version_key(rows.key());
  const auto value = parse_version(rows.value());
  if (!key || !value) return corruption(fmt::format("a version of {} can't be read", object));
  return Version{key->revision, value->type, std::string(value->schema_id)};
}

}  // namespace gatefold::storage
