#include "storage/rewrite.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "storage/failures.h"
#include "storage/fold.h"

namespace gatefold::storage {
namespace {

// Beyond it a batch ends at the next frame.
constexpr std::size_t kRewriteBatchBytesMax = std::size_t{4} << 20;

std::string name_of(const ObjectKey& key) {
  return key.name_space.empty() ? fmt::format("{} {}", key.resource, key.name)
                                : fmt::format("{} {}/{}", key.resource, key.name_space, key.name);
}

Result<void> ended_early() {
  return unavailable(
      "the content can't be read any more, but taking its bytes out of the files was broken off; "
      "redact once more");
}

}  // namespace

Result<std::vector<Revision>> plan_redaction(const Snapshot::Pin& pin,
                                             const RedactRequest& request) {
  const auto object = object_key(request.key);
  std::vector<Revision> revisions;
  std::vector<Revision> done_before;  // whose bytes may still be in the files
  bool is_newest = true;
  bool keeps_current = false;
  Rows rows(pin.database(), Family::kVersions, pin.snapshot(), version_prefix(object),
            prefix_end(version_prefix(object)));
  for (; rows.valid(); rows.next()) {
    const auto key = parse_version_key(rows.key());
    const auto value = parse_version(rows.value());
    if (!key || !value) return corruption("a row of versions can't be read");
    const bool is_current = is_newest && value->type != EventType::kDeleted;
    is_newest = false;
    const auto revision = key->revision;
    const bool is_wanted =
        request.all ||
        (revision >= request.from && (request.until.number == 0 || revision <= request.until));
    if (request.all && is_current) {
      keeps_current = true;
      continue;
    }
    if (!is_wanted) continue;
    if (is_current) {
      return failure(Reason::kConflict,
                     fmt::format("revision {} is the current version of {}, whose content can't be "
                                 "redacted: write a newer version, or delete the object first",
                                 revision.number, name_of(request.key)));
    }
    rocksdb::PinnableSlice bytes;
    const auto row = pin.body_row(revision, bytes);
    if (!row) return std::unexpected(row.error());
    if (row->gap == BodyGap::kNone) revisions.push_back(revision);
    if (row->gap == BodyGap::kRedacted) done_before.push_back(revision);
  }
  if (auto status = rows.status(); !status) return std::unexpected(std::move(status.error()));
  if (revisions.empty()) revisions = std::move(done_before);
  if (revisions.empty()) {
    return failure(Reason::kNotFound,
                   fmt::format("{} has no content to redact in the revisions that are asked for{}",
                               name_of(request.key),
                               keeps_current ? "; the current version's goes once there is a newer "
                                               "one, or the object is deleted"
                                             : ""));
  }
  std::ranges::sort(revisions);
  return revisions;
}

Result<void> Rewrite::read_versions() {
  has_read_ = true;
  const auto prefix = version_prefix(object_key(key_));
  Rows rows(pin_.database(), Family::kVersions, pin_.snapshot(), prefix, prefix_end(prefix));
  for (; rows.valid(); rows.next()) {
    const auto key = parse_version_key(rows.key());
    if (!key) return corruption("a row of versions can't be read");
    if (revisions_.empty() || key->revision < revisions_.front()) break;
    versions_.push_back(key->revision);
  }
  return rows.status();
}

Result<bool> Rewrite::next() {
  bytes_added_ = bytes_freed_ = 0;
  if (!has_read_) {
    if (auto read = read_versions(); !read) return std::unexpected(std::move(read.error()));
  }
  while (!versions_.empty()) {
    const auto revision = versions_.back();
    rocksdb::PinnableSlice bytes;
    const auto row = pin_.body_row(revision, bytes);
    if (!row) return std::unexpected(row.error());
    row_bytes_ = bytes.size();
    const bool is_boundary = row->frame_revision == revision;
    if (is_boundary && batch_.GetDataSize() > kRewriteBatchBytesMax) return true;
    const bool is_wanted = std::ranges::binary_search(revisions_, revision);
    const auto done =
        is_wanted && row->gap == BodyGap::kNone ? redact(revision, *row) : hang(revision, *row);
    if (!done) return std::unexpected(done.error());
    versions_.pop_back();
  }
  return false;
}

void Rewrite::put(Revision revision, const std::string& row) {
  batch_.Put(pin_.database().family(Family::kBodies), revision_key(revision), row);
  bytes_freed_ += row_bytes_;
  bytes_added_ += row.size();
}

// What retention is to take for the frame of a body that is gone.
Revision Rewrite::pointer(Revision revision, const BodyRow& row) const {
  if (row.frame_revision == revision || row.frame_revision != gone_) return row.frame_revision;
  return frame_.number == 0 ? revision : frame_;
}

Result<void> Rewrite::redact(Revision revision, const BodyRow& row) {
  const auto digest = pin_.body_digest(revision);
  if (!digest) return std::unexpected(digest.error());
  const auto frame = pointer(revision, row);
  if (row.frame_revision == revision) {
    gone_ = revision;
    frame_ = {};
    frame_body_.clear();
    frames_.push_back(revision);
  }
  put(revision, encode_body_gap(revision, frame, BodyGap::kRedacted, *digest));
  return {};
}

Result<void> Rewrite::hang(Revision revision, const BodyRow& row) {
  if (row.frame_revision == revision || row.frame_revision != gone_) return {};
  if (row.gap != BodyGap::kNone) {
    put(revision, encode_body_gap(revision, pointer(revision, row), row.gap, gap_digest(row)));
    return {};
  }
  auto body = pin_.body(revision);
  if (!body) return std::unexpected(std::move(body.error()));
  const auto stored = store_body(*body, frame_body_);
  const auto frame = stored.is_delta ? frame_ : revision;
  put(revision, encode_body_row(revision, {frame, body->size(), stored.bytes}));
  if (auto changed = change_current(revision, frame, *body); !changed) return changed;
  if (!stored.is_delta) {
    frame_ = revision;
    frame_body_ = std::move(*body);
  }
  return {};
}

// The current row names the frame that the next version is stored against.
Result<void> Rewrite::change_current(Revision revision, Revision frame, std::string_view body) {
  const auto key = object_key(key_);
  rocksdb::PinnableSlice bytes;
  const auto found = pin_.read(Family::kCurrent, key, bytes);
  if (!found) return std::unexpected(found.error());
  if (!*found) return {};
  EnvelopeScratch scratch;
  const auto current = parse_current_row(view(bytes), scratch);
  if (!current) return corruption("the current row of " + key + " can't be read");
  if (current->revision != revision) return {};
  rocksdb::PinnableSlice log_bytes;
  const auto has_record = pin_.read(Family::kLog, revision_key(revision), log_bytes);
  if (!has_record) return std::unexpected(has_record.error());
  const auto row = *has_record ? parse_log_row(view(log_bytes)) : std::nullopt;
  if (!row) return corruption(fmt::format("the log has no record {}", revision.number));
  const auto record = decode_record(row->record);
  if (!record) return std::unexpected(record.error());
  batch_.Put(pin_.database().family(Family::kCurrent), key,
             encode_current_row(record->event, frame, record->splice_at, body));
  return {};
}

Result<void> take_out(const Database& database, const ObjectKey& key,
                      std::span<const Revision> revisions, int wait_ms,
                      const std::stop_token& stop) {
  auto& db = database.db();
  const auto written = db.GetLatestSequenceNumber();
  for (int waited_ms = 0;; ++waited_ms) {
    std::uint64_t oldest = 0;
    db.GetIntProperty(rocksdb::DB::Properties::kOldestSnapshotSequence, &oldest);
    if (oldest == 0 || oldest >= written) break;
    if (stop.stop_requested()) return ended_early();
    if (waited_ms >= wait_ms) {
      return unavailable(
          "the content can't be read any more, but its bytes stay in the files while somebody "
          "reads "
          "an older state; redact once more");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::atomic<bool> is_canceled = false;
  const std::stop_callback cancel(stop, [&] { is_canceled = true; });
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  // Otherwise other compactions wait, and at length all writes.
  options.exclusive_manual_compaction = false;
  options.canceled = &is_canceled;
  const auto compact = [&](Family family, const std::string& from, const std::string& until) {
    const rocksdb::Slice first(from);
    const rocksdb::Slice last(until);
    const auto status = db.CompactRange(options, database.family(family), &first, &last);
    return is_canceled ? ended_early() : check(status);
  };
  if (!revisions.empty()) {
    if (auto done = compact(Family::kBodies, revision_key(revisions.front()),
                            revision_key({~std::uint64_t{0}}));
        !done) {
      return done;
    }
  }
  const auto object = object_key(key);
  return compact(Family::kCurrent, object, object + '\1');
}

}  // namespace gatefold::storage
