// The state as it was: `current` corrected by what changed since, or the index of versions.
#include <set>

#include <fmt/format.h>

#include "storage/failures.h"
#include "storage/fold.h"
#include "storage/pin.h"

namespace gatefold::storage {
namespace {

// Up to so many changes since the revision, a list starts from `current`; behind that, from
// `versions`.
constexpr std::size_t kCorrectionsMax = 4096;

struct Walk {
  const Snapshot::Pin& pin;
  KeyRange range;           // of keys of objects
  std::size_t skipped = 0;  // bytes of a key before the namespace
  Revision revision;
  const Snapshot::RowVisitor& visit;

  // False: the visitor has enough.
  Result<bool> show(std::string_view object, const CurrentRow& row) const {
    const auto slash = object.find('/', skipped);
    if (slash == std::string_view::npos) {
      return corruption(fmt::format("the key {} can't be read", object));
    }
    return visit({object.substr(skipped, slash - skipped), object.substr(slash + 1), row.revision,
                  row.schema_id, row.splice_at, row.body, row.envelope});
  }
  Result<bool> show(std::string_view object, const Version& version) const {
    const auto body = pin.body(version.revision);
    if (!body) return std::unexpected(body.error());
    return show(object, {version.revision, version.type, version.schema_id, find_splice(*body),
                         *body, nullptr});
  }
  Result<bool> show_at(std::string_view object) const {
    auto version = pin.version_at(object, revision);
    if (!version) return std::unexpected(std::move(version.error()));
    if (!*version) return true;
    return show(object, **version);
  }

  Result<void> by_versions() const;
  Result<void> by_current(const std::set<std::string>& deleted) const;
};

Result<void> Walk::by_versions() const {
  Rows rows(pin.database(), Family::kVersions, pin.snapshot(), range.from, range.until);
  while (rows.valid()) {
    auto key = parse_version_key(rows.key());
    if (!key) return corruption("a row of versions can't be read");
    const std::string object(key->object);
    if (key->revision > revision) rows.seek(version_key(object, revision));
    if (!rows.valid()) break;
    key = parse_version_key(rows.key());
    if (!key || key->object != object) continue;  // it was created later
    const auto value = parse_version(rows.value());
    if (!value) return corruption("a row of versions can't be read");
    if (value->type != EventType::kDeleted) {
      const auto goes_on =
          show(object, Version{key->revision, value->type, std::string(value->schema_id)});
      if (!goes_on) return std::unexpected(goes_on.error());
      if (!*goes_on) return {};
    }
    rows.seek(object +
              '\1');  // names have no control characters: behind all of the object's versions
  }
  return rows.status();
}

// Objects that are there now and those that were deleted since, in the order of their keys.
Result<void> Walk::by_current(const std::set<std::string>& deleted) const {
  auto gone = deleted.lower_bound(range.from);
  const auto is_before = [&](std::string_view key) {
    return gone != deleted.end() && *gone < range.until && std::string_view(*gone) < key;
  };
  Rows rows(pin.database(), Family::kCurrent, pin.snapshot(), range.from, range.until);
  EnvelopeScratch scratch;
  for (; rows.valid(); rows.next()) {
    for (; is_before(rows.key()); ++gone) {
      const auto goes_on = show_at(*gone);
      if (!goes_on) return std::unexpected(goes_on.error());
      if (!*goes_on) return {};
    }
    if (gone != deleted.end() && *gone == rows.key()) ++gone;  // created again
    const auto row = parse_current_row(rows.value(), scratch);
    if (!row) return corruption("a row of current can't be read");
    const auto goes_on = row->revision > revision ? show_at(rows.key()) : show(rows.key(), *row);
    if (!goes_on) return std::unexpected(goes_on.error());
    if (!*goes_on) return {};
  }
  if (auto status = rows.status(); !status) return status;
  for (; gone != deleted.end() && *gone < range.until; ++gone) {
    const auto goes_on = show_at(*gone);
    if (!goes_on) return std::unexpected(goes_on.error());
    if (!*goes_on) return {};
  }
  return {};
}

// Objects of `resource` that were deleted in (after, head]; nothing where there were too many
// changes.
Result<std::optional<std::set<std::string>>> deleted_since(const Snapshot::Pin& pin,
                                                           std::string_view resource,
                                                           Revision after, Revision head) {
  std::set<std::string> deleted;
  std::size_t seen = 0;
  Rows rows(pin.database(), Family::kIndex, pin.snapshot(), change_key(resource, after.next()),
            change_key(resource, head.next()));
  for (; rows.valid(); rows.next()) {
    if (++seen > kCorrectionsMax) return std::nullopt;
    const auto change = parse_change(rows.value());
    if (!change) return corruption("a row of the index of changes can't be read");
    if (change->type == EventType::kDeleted) {
      deleted.insert(resource_prefix(resource).append(change->object));
    }
  }
  if (auto status = rows.status(); !status) return std::unexpected(std::move(status.error()));
  return deleted;
}

}  // namespace

Result<std::optional<PastObject>> Snapshot::object_at(const ObjectKey& key,
                                                      Revision revision) const {
  revision = std::min(revision, head_.revision);
  if (auto kept = pin_->check_kept(key.resource, revision); !kept) {
    return std::unexpected(std::move(kept.error()));
  }
  const auto object = object_key(key);
  // What it is now tells nothing of an object that has changed since, which most are that are asked
  // for as of then.
  if (revision == newest_) {
    rocksdb::PinnableSlice bytes;
    const auto found = pin_->read(Family::kCurrent, object, bytes);
    if (!found) return std::unexpected(found.error());
    if (!*found) return std::nullopt;
    EnvelopeScratch scratch;
    const auto row = parse_current_row(view(bytes), scratch);
    if (!row) return corruption(fmt::format("the current row of {} can't be read", object));
    return PastObject{key,
                      row->revision,
                      row->type,
                      std::string(row->schema_id),
                      row->splice_at,
                      std::string(row->body)};
  }
  auto version = pin_->remembered_version(key, revision);
  if (!version) return std::unexpected(std::move(version.error()));
  if (!*version) return std::nullopt;
  auto body = pin_->body((*version)->revision);
  if (!body) return std::unexpected(std::move(body.error()));
  const auto splice_at = find_splice(*body);
  return PastObject{
      key,       (*version)->revision, (*version)->type, std::move((*version)->schema_id),
      splice_at, std::move(*body)};
}

Result<void> Snapshot::scan_at(std::string_view resource, std::string_view name_space,
                               std::optional<ObjectKey> after, Revision revision,
                               const RowVisitor& visit) const {
  revision = std::min(revision, head_.revision);
  if (auto kept = pin_->check_kept(resource, revision); !kept) return kept;
  Walk walk{*pin_, current_range(resource, name_space, after), resource.size() + 1, revision,
            visit};
  const auto deleted = deleted_since(*pin_, resource, revision, newest_);
  if (!deleted) return std::unexpected(deleted.error());
  if (*deleted) return walk.by_current(**deleted);
  // Behind all versions of the object that is left out.
  if (after) walk.range.from = std::max(walk.range.from, object_key(*after) + '\1');
  return walk.by_versions();
}

Result<std::optional<StoredObject>> Snapshot::past_object(const ObjectKey& key) const {
  auto past = object_at(key, head_.revision);
  if (!past) return std::unexpected(std::move(past.error()));
  if (!*past) return std::nullopt;
  auto recorded = event((*past)->revision);
  if (!recorded) return std::unexpected(std::move(recorded.error()));
  const auto frame = pin_->frame_revision((*past)->revision);
  if (!frame) return std::unexpected(frame.error());
  auto& its = **recorded;
  return StoredObject{.key = key,
                      .revision = its.revision,
                      .uid = its.uid,
                      .labels = std::move(its.labels),
                      .fields = std::move(its.fields),
                      .owner_uids = std::move(its.owner_uids),
                      .schema_id = std::move(its.schema_id),
                      .frame_revision = *frame,
                      .splice_at = (*past)->splice_at,
                      .deleting = its.deleting,
                      .expiry = its.expiry,
                      .body = std::move((*past)->body)};
}

// The newest version comes first, so that this goes backwards.
Result<void> Snapshot::versions(const ObjectKey& key, Revision after, Revision until,
                                const VersionVisitor& visit) const {
  until = std::min(until, head_.revision);
  if (after >= until) return {};
  const auto object = object_key(key);
  Rows rows(pin_->database(), Family::kVersions, pin_->snapshot(), version_key(object, until),
            version_key(object, after));
  for (rows.seek_to_last(); rows.valid(); rows.previous()) {
    const auto at = parse_version_key(rows.key());
    const auto value = parse_version(rows.value());
    if (!at || !value) return corruption(fmt::format("a version of {} can't be read", object));
    if (!visit(at->revision, value->type)) return {};
  }
  return rows.status();
}

// Events' times never go back. Rows that are not kept are passed over.
Result<Revision> Snapshot::revision_at(Time time) const {
  Rows rows(pin_->database(), Family::kLog, pin_->snapshot(), "",
            revision_key(head_.revision.next()));
  Revision found;
  auto last = head_.revision;
  while (found < last) {
    const Revision middle{found.number + (last.number - found.number + 1) / 2};
    rows.seek(revision_key(middle));
    // Numbers that were passed over have a seal beside that of what was dropped.
    while (rows.valid() && parse_seal(rows.value())) rows.next();
    bool is_later = true;
    Revision revision = middle;
    if (rows.valid()) {
      const auto at = parse_revision_key(rows.key());
      const auto row = parse_log_row(rows.value());
      const auto its_time = row ? record_time(row->record) : std::nullopt;
      if (!at || !its_time) return corruption("a row of the log can't be read");
      revision = *at;
      is_later = *its_time > time;
    } else if (auto status = rows.status(); !status) {
      return std::unexpected(std::move(status.error()));
    }
    if (is_later) {
      last.number = middle.number - 1;
    } else {
      found = revision;
    }
  }
  return found;
}

Result<std::shared_ptr<const Snapshot>> Snapshot::at(const Moment& moment) const {
  const auto* asked = std::get_if<Revision>(&moment);
  auto found = asked == nullptr ? revision_at(std::get<Time>(moment)) : Result<Revision>(*asked);
  if (!found) return std::unexpected(std::move(found.error()));
  if (found->number == 0) {
    return bad_request(asked == nullptr ? fmt::format("nothing had happened at {}",
                                                      format_nanos(std::get<Time>(moment)))
                                        : "revisions are counted from 1 on");
  }
  if (*found > head_.revision) {
    return bad_request(fmt::format("there is no revision {}: the last one is {}", found->number,
                                   head_.revision.number));
  }
  if (asked != nullptr) {
    if (auto given = check_given(*asked); !given) return std::unexpected(std::move(given.error()));
  }
  const auto head = *found == head_.revision ? head_ : Head{*found, {}, {}};
  return std::shared_ptr<const Snapshot>(new Snapshot(pin_, head, newest_));
}

Result<std::optional<Head>> Snapshot::last_kept() const {
  if (!is_past()) return head_;
  Rows rows(pin_->database(), Family::kLog, pin_->snapshot(), "",
            revision_key(head_.revision.next()));
  rows.seek_to_last();
  if (!rows.valid() || rows.key() != revision_key(head_.revision)) {
    if (auto status = rows.status(); !status) return std::unexpected(std::move(status.error()));
    const auto dropped = pin_->sealed(head_.revision);
    if (!dropped) return std::unexpected(dropped.error());
    if (!*dropped) {
      return corruption(fmt::format("the log has no row {}", head_.revision.number));
    }
  }
  while (rows.valid() && parse_seal(rows.value())) rows.previous();
  if (auto status = rows.status(); !status) return std::unexpected(std::move(status.error()));
  if (!rows.valid()) return std::nullopt;
  const auto revision = parse_revision_key(rows.key());
  const auto row = parse_log_row(rows.value());
  const auto time = row ? record_time(row->record) : std::nullopt;
  if (!revision || !time) return corruption("a row of the log can't be read");
  return Head{*revision, row->chain, *time};
}

// Not read where a moment is looked for: it would cost a read of the past as much as the object.
Result<Head> Snapshot::read_head() const {
  const auto kept = last_kept();
  if (!kept) return std::unexpected(kept.error());
  if (!*kept) return head_;
  return Head{head_.revision, (*kept)->chain, (*kept)->time};
}

}  // namespace gatefold::storage
