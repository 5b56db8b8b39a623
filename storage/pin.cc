#include "storage/pin.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "storage/digest.h"
#include "storage/failures.h"
#include "storage/fold.h"
#include "storage/frames.h"

namespace gatefold::storage {
namespace {

// Read with the one that is asked for, while the iterator is there: finding it costs as much as
// some hundred steps.
constexpr std::size_t kVersionsAhead = 64;

std::unexpected<Status> no_body(Revision revision) {
  return corruption(
      fmt::format("the body of revision {} is missing or can't be read", revision.number));
}

std::unexpected<Status> no_longer_kept(Revision revision, const Snapshot::Pin::Sealed& sealed) {
  return failure(Reason::kExpired,
                 fmt::format("revision {} is no longer kept: {} to {} were dropped",
                             revision.number, sealed.seal.first.number, sealed.last.number));
}

}  // namespace

Result<bool> Snapshot::Pin::read(Family family, std::string_view key,
                                 rocksdb::PinnableSlice& value) const {
  if (!database_->has(family)) return not_folded();
  rocksdb::ReadOptions options;
  options.snapshot = snapshot_;
  const auto status = database_->db().Get(options, database_->family(family), slice(key), &value);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return disk_failure(status);
  return true;
}

Result<BodyRow> Snapshot::Pin::body_row(Revision revision, rocksdb::PinnableSlice& bytes) const {
  const auto found = read(Family::kBodies, revision_key(revision), bytes);
  if (!found) return std::unexpected(found.error());
  if (!*found) {
    const auto dropped = sealed(revision);
    if (!dropped) return std::unexpected(dropped.error());
    if (*dropped) return no_longer_kept(revision, **dropped);
    return no_body(revision);
  }
  auto row = parse_body_row(revision, view(bytes));
  if (!row) return no_body(revision);
  return *row;
}

Result<std::shared_ptr<const std::string>> Snapshot::Pin::frame_body(Revision revision) const {
  if (auto cached = database_->frames().find(revision.number)) return cached;
  rocksdb::PinnableSlice bytes;
  const auto row = body_row(revision, bytes);
  if (!row) return std::unexpected(row.error());
  if (row->frame_revision != revision || row->gap != BodyGap::kNone) return no_body(revision);
  auto body = decompress(row->stored, row->size, {});
  if (!body) return std::unexpected(std::move(body.error()));
  auto frame = std::make_shared<const std::string>(std::move(*body));
  database_->frames().put(revision.number, frame, frame->size());
  return frame;
}

Result<std::string> Snapshot::Pin::body(Revision revision) const {
  rocksdb::PinnableSlice bytes;
  const auto row = body_row(revision, bytes);
  if (!row) return std::unexpected(row.error());
  if (row->gap == BodyGap::kRedacted) {
    return failure(Reason::kExpired,
                   fmt::format("the content of revision {} was redacted", revision.number));
  }
  if (row->gap == BodyGap::kTrimmed) {
    return failure(Reason::kExpired,
                   fmt::format("the content of revision {} is no longer kept", revision.number));
  }
  if (row->frame_revision == revision) return decompress(row->stored, row->size, {});
  const auto frame = frame_body(row->frame_revision);
  if (!frame) return std::unexpected(frame.error());
  return decompress(row->stored, row->size, **frame);
}

Result<Digest> Snapshot::Pin::body_digest(Revision revision) const {
  rocksdb::PinnableSlice bytes;
  const auto row = body_row(revision, bytes);
  if (!row) return std::unexpected(row.error());
  if (row->gap != BodyGap::kNone) return gap_digest(*row);
  const auto whole = body(revision);
  if (!whole) return std::unexpected(whole.error());
  return sha256(*whole);
}

Result<Revision> Snapshot::Pin::frame_revision(Revision revision) const {
  rocksdb::PinnableSlice bytes;
  const auto row = body_row(revision, bytes);
  if (!row) return std::unexpected(row.error());
  return row->frame_revision;
}

Result<std::optional<Snapshot::Pin::Sealed>> Snapshot::Pin::sealed(Revision revision) const {
  const Rows rows(*database_, Family::kLog, snapshot_, revision_key(revision), "");
  if (!rows.valid()) {
    if (auto status = rows.status(); !status) return std::unexpected(std::move(status.error()));
    return std::nullopt;
  }
  const auto last = parse_revision_key(rows.key());
  const auto seal = parse_seal(rows.value());
  if (!last || !seal || seal->first > revision) return std::nullopt;
  return Sealed{*seal, *last};
}

Horizon Snapshot::Pin::horizons(std::string_view resource) const {
  if (horizons_ == nullptr) return {};
  const auto found = horizons_->find(resource);
  return found == horizons_->end() ? Horizon{} : found->second;
}

Revision Snapshot::Pin::records_horizon(
    Revision after, const std::function<bool(std::string_view)>& is_meant) const {
  Revision latest = after;
  if (horizons_ == nullptr) return latest;
  for (const auto& [resource, horizon] : *horizons_) {
    if (horizon.records > latest && is_meant(resource)) latest = horizon.records;
  }
  return latest;
}

Result<void> Snapshot::Pin::check_kept(std::string_view resource, Revision revision) const {
  const auto oldest = horizon(resource);
  if (revision >= oldest) return {};
  return failure(
      Reason::kExpired,
      fmt::format("revision {} of {} is no longer kept: the oldest that can be read is {}",
                  revision.number, resource, oldest.number));
}

Result<Snapshot::Pin::VersionRun> Snapshot::Pin::versions_before(std::string_view object,
                                                                 Revision revision,
                                                                 std::size_t count_max) const {
  VersionRun run;
  const auto prefix = version_prefix(object);
  Rows rows(*database_, Family::kVersions, snapshot_, version_key(object, revision),
            prefix_end(prefix));
  for (; rows.valid() && run.newest_first.size() < count_max; rows.next()) {
    const auto key = parse_version_key(rows.key());
    const auto value = parse_version(rows.value());
    if (!key || !value) return corruption(fmt::format("a version of {} can't be read", object));
    run.newest_first.push_back({key->revision, value->type, std::string(value->schema_id)});
  }
  const auto status = rows.status();
  // What was read before the disk failed is true.
  if (!status && run.newest_first.empty()) return std::unexpected(status.error());
  run.is_all = status && !rows.valid();
  return run;
}

Result<std::optional<Version>> Snapshot::Pin::last_version(std::string_view object,
                                                           Revision revision) const {
  auto run = versions_before(object, revision, 1);
  if (!run) return std::unexpected(std::move(run.error()));
  if (run->newest_first.empty()) return std::nullopt;
  return std::move(run->newest_first.front());
}

Result<std::optional<Version>> Snapshot::Pin::version_at(std::string_view object,
                                                         Revision revision) const {
  auto last = last_version(object, revision);
  if (last && *last && (*last)->type == EventType::kDeleted) return std::nullopt;
  return last;
}

// Between the versions before the horizon others may have been dropped, which Snapshots that are
// older than the trimming still show: of these only the last is kept in mind.
Result<std::optional<Version>> Snapshot::Pin::remembered_version(const ObjectKey& key,
                                                                 Revision revision) const {
  const auto object = object_key(key);
  const auto known = database_->versions().find(object);
  auto found = known ? known->find(revision) : std::nullopt;
  if (!found) {
    auto run = versions_before(object, revision, kVersionsAhead);
    if (!run) return std::unexpected(std::move(run.error()));
    auto& versions = run->newest_first;
    found = versions.empty() ? VersionMarks::Newest() : VersionMarks::Newest(versions.front());
    const auto oldest = horizon(key.resource);
    const auto last = std::ranges::find_if(
        versions, [&](const Version& version) { return version.revision <= oldest; });
    const bool reaches_horizon = last != versions.end();
    if (reaches_horizon) versions.erase(std::next(last), versions.end());
    auto learnt = std::make_shared<const VersionMarks>(
        (known ? *known : VersionMarks())
            .with(revision, versions,
                  run->is_all && !reaches_horizon ? std::optional(oldest) : std::nullopt));
    const auto bytes = object.size() + learnt->bytes();
    database_->versions().put(object, std::move(learnt), bytes);
  }
  if (*found && (*found)->type == EventType::kDeleted) return std::nullopt;
  return std::move(*found);
}

}  // namespace gatefold::storage
