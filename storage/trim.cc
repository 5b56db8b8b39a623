#include "storage/trim.h"

#include <algorithm>

#include <fmt/format.h>

#include "storage/failures.h"
#include "storage/fold.h"
#include "storage/lineage.h"

namespace gatefold::storage {
namespace {

// A step that counts versions drops no more of one object, and goes to no other behind so many.
constexpr std::size_t kDropsMax = 2048;
// Nor where it has gone over so many versions.
constexpr std::size_t kVersionsMax = 4096;

std::unexpected<Status> no_record(Revision revision) {
  return corruption(fmt::format("the log has no record {}", revision.number));
}

}  // namespace

Result<bool> Trim::records(const KeepLimits& limits, Time now) {
  return walk(What::kRecords, limits, now);
}

Result<bool> Trim::bodies(const KeepLimits& limits, Time now) {
  return walk(What::kBodies, limits, now);
}

Result<bool> Trim::walk(What what, const KeepLimits& limits, Time now) {
  if (limits.age_ns == 0 && limits.bytes == 0) return false;
  left_.clear();
  auto& done = what == What::kRecords ? kept_.records_done : kept_.bodies_done;
  const auto prefix = change_prefix(resource_);
  // The last event stays: the log ends with it.
  Rows changes(pin_.database(), Family::kIndex, pin_.snapshot(), change_key(resource_, done.next()),
               change_key(resource_, head_));
  for (std::size_t i = 0; changes.valid(); changes.next(), ++i) {
    const auto revision = parse_revision_key(changes.key().substr(prefix.size()));
    const auto change = parse_change(changes.value());
    if (!revision || !change) return corruption("a row of the index of changes can't be read");
    const auto due = is_due(*revision, limits, now);
    if (!due) return due;
    if (!*due) return false;
    if (i == kTrimChangesMax) return true;
    const auto object = resource_prefix(resource_).append(change->object);
    if (auto replaced = replace(what, object, *revision, change->type); !replaced) {
      return std::unexpected(std::move(replaced.error()));
    }
    done = *revision;
  }
  if (auto status = changes.status(); !status) return std::unexpected(std::move(status.error()));
  return false;
}

Result<bool> Trim::is_due(Revision revision, const KeepLimits& limits, Time now) const {
  if (limits.bytes != 0 && kept_.bytes > limits.bytes) return true;
  if (limits.age_ns == 0) return false;
  rocksdb::PinnableSlice bytes;
  const auto found = pin_.read(Family::kLog, revision_key(revision), bytes);
  if (!found) return found;
  const auto row = *found ? parse_log_row(view(bytes)) : std::nullopt;
  const auto time = row ? record_time(row->record) : std::nullopt;
  if (!time) return no_record(revision);
  return time->ns <= now.ns - limits.age_ns;
}

// The object changed: what it was before goes, but for the frame of what it is now.
Result<void> Trim::replace(What what, const std::string& object, Revision revision,
                           EventType type) {
  Left now{revision, {}};
  if (type == EventType::kDeleted) {
    now.version = {};
  } else {
    const auto frame = pin_.frame_revision(revision);
    if (!frame) return std::unexpected(frame.error());
    now.frame = *frame;
  }
  std::vector<Revision> before;
  if (const auto found = left_.find(object); found != left_.end()) {
    before.push_back(found->second.version);
    if (found->second.frame != found->second.version) before.push_back(found->second.frame);
  } else {
    auto read =
        what == What::kRecords ? records_before(object, revision) : bodies_before(object, revision);
    if (!read) return std::unexpected(std::move(read.error()));
    before = std::move(*read);
  }
  if (now.version.number == 0) before.push_back(revision);
  bool has_dropped = false;
  for (const auto old : before) {
    if (old.number == 0 || old == now.frame) continue;
    if (auto dropped = drop(what, old); !dropped) return dropped;
    has_dropped = true;
  }
  if (has_dropped) kept_.horizon = std::max(kept_.horizon, revision);
  left_[object] = now;
  return {};
}

// The version before this one and its frame. Earlier steps have dropped all else; that is not gone
// over again, since dropped rows cost as much as others until they are compacted: last_version()
// would, to see whether there is one more.
Result<std::vector<Revision>> Trim::records_before(std::string_view object,
                                                   Revision revision) const {
  Rows versions(pin_.database(), Family::kVersions, pin_.snapshot(),
                version_key(object, {revision.number - 1}), prefix_end(version_prefix(object)));
  if (!versions.valid()) {
    if (auto status = versions.status(); !status) return std::unexpected(std::move(status.error()));
    return std::vector<Revision>{};
  }
  const auto key = parse_version_key(versions.key());
  if (!key) return corruption("a row of versions can't be read");
  const auto frame = pin_.frame_revision(key->revision);
  if (!frame) return std::unexpected(frame.error());
  std::vector<Revision> found{key->revision};
  if (*frame != key->revision) found.push_back(*frame);
  return found;
}

// Versions before this one whose body is there, and their frames.
Result<std::vector<Revision>> Trim::bodies_before(std::string_view object,
                                                  Revision revision) const {
  std::vector<Revision> found;
  const auto add = [&found](Revision body) {
    if (std::ranges::find(found, body) == found.end()) found.push_back(body);
  };
  Rows versions(pin_.database(), Family::kVersions, pin_.snapshot(),
                version_key(object, {revision.number - 1}), prefix_end(version_prefix(object)));
  for (; versions.valid(); versions.next()) {
    const auto key = parse_version_key(versions.key());
    if (!key) return corruption("a row of versions can't be read");
    rocksdb::PinnableSlice bytes;
    const auto row = pin_.body_row(key->revision, bytes);
    if (!row) return std::unexpected(row.error());
    // All before it were looked at, when it was; but a frame may have outlived them.
    if (row->gap == BodyGap::kTrimmed) return found;
    add(row->frame_revision);
    add(key->revision);
  }
  if (auto status = versions.status(); !status) return std::unexpected(std::move(status.error()));
  return found;
}

Result<bool> Trim::versions(std::uint64_t count_max, Revision& counted) {
  if (count_max == 0) return false;
  left_.clear();
  std::uint64_t visited = 0;
  const auto prefix = change_prefix(resource_);
  Rows changes(pin_.database(), Family::kIndex, pin_.snapshot(),
               change_key(resource_, counted.next()), change_key(resource_, head_.next()));
  for (std::size_t i = 0; changes.valid(); changes.next(), ++i) {
    if (i == kTrimChangesMax || visited >= kVersionsMax || dropped_.size() >= kDropsMax) {
      return true;
    }
    const auto revision = parse_revision_key(changes.key().substr(prefix.size()));
    const auto change = parse_change(changes.value());
    if (!revision || !change) return corruption("a row of the index of changes can't be read");
    const auto object = resource_prefix(resource_).append(change->object);
    if (left_.try_emplace(object).second) {
      const auto oldest = nth_version(object, count_max, visited);
      if (!oldest) return std::unexpected(oldest.error());
      if (oldest->number != 0) {
        const auto is_done = replace_all(object, *oldest);
        if (!is_done || !*is_done) return is_done ? Result<bool>(true) : is_done;
      }
    }
    counted = *revision;
  }
  if (auto status = changes.status(); !status) return std::unexpected(std::move(status.error()));
  return false;
}

// The n-th newest version; 0 where there are no more.
Result<Revision> Trim::nth_version(std::string_view object, std::uint64_t n,
                                   std::uint64_t& visited) const {
  Rows versions(pin_.database(), Family::kVersions, pin_.snapshot(), version_prefix(object),
                prefix_end(version_prefix(object)));
  for (std::uint64_t i = 1; versions.valid() && i < n; ++i, ++visited) versions.next();
  if (!versions.valid()) {
    if (auto status = versions.status(); !status) return std::unexpected(status.error());
    return Revision{};
  }
  const auto key = parse_version_key(versions.key());
  if (!key) return corruption("a row of versions can't be read");
  return key->revision;
}

// All before the version go, but for its frame. False: there are too many for one step.
Result<bool> Trim::replace_all(const std::string& object, Revision version) {
  const auto frame = pin_.frame_revision(version);
  if (!frame) return std::unexpected(frame.error());
  Rows versions(pin_.database(), Family::kVersions, pin_.snapshot(),
                version_key(object, {version.number - 1}), prefix_end(version_prefix(object)));
  std::size_t drops = 0;
  // Oldest first, so that a step costs what it drops and not what there is.
  for (versions.seek_to_last(); versions.valid(); versions.previous()) {
    const auto key = parse_version_key(versions.key());
    if (!key) return corruption("a row of versions can't be read");
    if (key->revision == *frame) continue;
    if (drops++ == kDropsMax) return false;
    kept_.horizon = std::max(kept_.horizon, version);
    if (auto dropped = drop_record(key->revision); !dropped) {
      return std::unexpected(std::move(dropped.error()));
    }
  }
  if (auto status = versions.status(); !status) return std::unexpected(std::move(status.error()));
  return true;
}

Result<void> Trim::drop(What what, Revision revision) {
  return what == What::kRecords ? drop_record(revision) : drop_body(revision);
}

void Trim::note_dropped(std::size_t bytes_before, std::size_t bytes_after) {
  kept_.bytes += bytes_after;  // of a small body, the digest is larger
  kept_.bytes -= std::min<std::uint64_t>(kept_.bytes, bytes_before);
  kept_.dropped_bytes += bytes_before - std::min(bytes_before, bytes_after);
}

Result<void> Trim::drop_record(Revision revision) {
  if (dropped_.contains(revision)) return {};
  const auto key = revision_key(revision);
  rocksdb::PinnableSlice bytes;
  const auto found = pin_.read(Family::kLog, key, bytes);
  if (!found) return std::unexpected(found.error());
  const auto row = *found ? parse_log_row(view(bytes)) : std::nullopt;
  if (!row) return no_record(revision);
  const auto record = decode_record(row->record);
  if (!record) return std::unexpected(record.error());
  rocksdb::PinnableSlice body;
  if (const auto read = pin_.read(Family::kBodies, key, body); !read) {
    return std::unexpected(read.error());
  }
  const auto& database = pin_.database();
  batch_.Delete(database.family(Family::kLog), key);
  batch_.Delete(database.family(Family::kBodies), key);
  for (const auto& derived : lasting_rows(record->event)) {
    batch_.Delete(database.family(derived.family), derived.key);
  }
  note_dropped(bytes.size() + body.size(), 0);
  kept_.events -= std::min<std::uint64_t>(kept_.events, 1);
  ++kept_.dropped_events;
  kept_.last_dropped = std::max(kept_.last_dropped, revision);
  dropped_.emplace(revision, row->chain);
  return {};
}

Result<void> Trim::drop_body(Revision revision) {
  rocksdb::PinnableSlice bytes;
  const auto row = pin_.body_row(revision, bytes);
  if (!row && row.error().reason == Reason::kExpired) return {};
  if (!row) return std::unexpected(row.error());
  if (row->gap != BodyGap::kNone) return {};
  const auto digest = pin_.body_digest(revision);
  if (!digest) return std::unexpected(digest.error());
  const auto gap = encode_body_gap(revision, row->frame_revision, BodyGap::kTrimmed, *digest);
  batch_.Put(pin_.database().family(Family::kBodies), revision_key(revision), gap);
  note_dropped(bytes.size(), gap.size());
  return {};
}

// A seal that begins with `first`, or goes on from the one before it.
Result<Seal> Trim::begin_seal(Revision first) {
  if (first.number == 1) return Seal{first, {}, {}};
  const Revision previous{first.number - 1};
  const auto key = revision_key(previous);
  rocksdb::PinnableSlice bytes;
  const auto found = pin_.read(Family::kLog, key, bytes);
  if (!found) return std::unexpected(found.error());
  if (auto seal = *found ? parse_seal(view(bytes)) : std::nullopt) {
    if (is_epoch(*seal, previous)) return Seal{first, seal->after, {}};
    batch_.Delete(pin_.database().family(Family::kLog), key);
    return *seal;
  }
  const auto row = *found ? parse_log_row(view(bytes)) : std::nullopt;
  if (!row) return no_record(previous);
  return Seal{first, row->chain, {}};
}

// Runs of dropped records, with the seals that lie beside and between them, become one seal each.
// Numbers that were passed over stay a seal of their own: they were never dropped.
Result<void> Trim::seal() {
  if (dropped_.empty()) return {};
  auto* const log = pin_.database().family(Family::kLog);
  // What earlier steps have dropped is not gone over again.
  Rows rows(pin_.database(), Family::kLog, pin_.snapshot(), revision_key(dropped_.begin()->first),
            "");
  for (auto next = dropped_.begin(); next != dropped_.end();) {
    auto seal = begin_seal(next->first);
    if (!seal) return std::unexpected(seal.error());
    auto last = next->first;
    for (;;) {
      if (next != dropped_.end() && next->first == last) {
        seal->after = next->second;
        ++next;
      }
      if (next != dropped_.end() && next->first == last.next()) {
        last = last.next();
        continue;
      }
      rows.seek(revision_key(last.next()));
      const auto behind = rows.valid() ? parse_seal(rows.value()) : std::nullopt;
      const auto end = behind ? parse_revision_key(rows.key()) : std::nullopt;
      if (!end || behind->first != last.next() || is_epoch(*behind, *end)) break;
      batch_.Delete(log, revision_key(*end));
      seal->after = behind->after;
      last = *end;
      if (next == dropped_.end() || next->first != last.next()) break;
      last = last.next();
    }
    batch_.Put(log, revision_key(last), encode_seal(*seal));
  }
  if (auto status = rows.status(); !status) return status;
  return {};
}

Result<void> Trim::finish() {
  if (auto sealed = seal(); !sealed) return sealed;
  batch_.Put(pin_.database().family(Family::kMeta), kept_key(resource_), encode_kept(kept_));
  return {};
}

}  // namespace gatefold::storage
