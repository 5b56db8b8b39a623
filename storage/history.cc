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

using Version = Snapshot::Pin::Version;

Result<PastObject> load(const Snapshot::Pin& pin, ObjectKey key, Version version) {
  auto body = pin.body(version.revision);
  if (!body) return std::unexpected(std::move(body.error()));
  const auto splice_at = find_splice(*body);
  return PastObject{std::move(key), version.revision, version.type, std::move(version.schema_id),
                    splice_at,      std::move(*body)};
}

struct Walk {
  const Snapshot::Pin& pin;
  KeyRange range;  // of keys of objects
  Revision revision;
  const Snapshot::PastVisitor& visit;

  // False: the visitor has enough.
  Result<bool> show(std::string_view object, Version version) const {
    auto key = parse_object_key(object);
    if (!key) return corruption(fmt::format("the key {} can't be read", object));
    auto past = load(pin, std::move(*key), std::move(version));
    if (!past) return std::unexpected(std::move(past.error()));
    return visit(*past);
  }
  Result<bool> show_at(std::string_view object) const {
    auto version = pin.version_at(object, revision);
    if (!version) return std::unexpected(std::move(version.error()));
    if (!*version) return true;
    return show(object, std::move(**version));
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
          show(object, {key->revision, value->type, std::string(value->schema_id)});
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
    auto key = parse_object_key(rows.key());
    if (!row || !key) return corruption("a row of current can't be read");
    Result<bool> goes_on = true;
    if (row->revision > revision) {
      goes_on = show_at(rows.key());
    } else {
      goes_on =
          visit(PastObject{std::move(*key), row->revision, row->type, std::string(row->schema_id),
                           row->splice_at, std::string(row->body)});
    }
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
  auto version = pin_->version_at(object_key(key), revision);
  if (!version) return std::unexpected(std::move(version.error()));
  if (!*version) return std::nullopt;
  auto past = load(*pin_, key, std::move(**version));
  if (!past) return std::unexpected(std::move(past.error()));
  return std::move(*past);
}

Result<void> Snapshot::scan_at(std::string_view resource, std::string_view name_space,
                               std::optional<ObjectKey> after, Revision revision,
                               const PastVisitor& visit) const {
  Walk walk{*pin_, current_range(resource, name_space, after), revision, visit};
  const auto deleted = deleted_since(*pin_, resource, revision, head_.revision);
  if (!deleted) return std::unexpected(deleted.error());
  if (*deleted) return walk.by_current(**deleted);
  // Behind all versions of the object that is left out.
  if (after) walk.range.from = std::max(walk.range.from, object_key(*after) + '\1');
  return walk.by_versions();
}

}  // namespace gatefold::storage
