#include "storage/verify_rows.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "storage/digest.h"
#include "storage/failures.h"
#include "storage/fold.h"
#include "storage/sightings.h"

namespace gatefold::storage {

void RowProof::run() {
  read_current();
  for (const auto& family : kFamilies) {
    if (family.is_derived) compare_count(family.family);
  }
  read_bodies();
  read_sightings();
}

// By the rows of versions that the log bears out, and by the event that the current row names: one
// of the two may be damaged.
RowProof::Newest RowProof::newest(std::string_view object, Revision row_revision) {
  const auto is_of = [&](const std::optional<DecodedRecord>& record) {
    return record && object_key(record->event.key) == object;
  };
  Newest found;
  Rows versions(pin_.database(), Family::kVersions, pin_.snapshot(), version_prefix(object),
                prefix_end(version_prefix(object)));
  for (; versions.valid() && found.revision.number == 0; versions.next()) {
    const auto key = parse_version_key(versions.key());
    if (!key) continue;
    if (findings_.blames_record(key->revision)) found.is_known = false;
    auto record = record_at(pin_, key->revision);
    if (!is_of(record)) continue;
    found.revision = key->revision;
    found.record = std::move(record);
  }
  if (const auto status = versions.status(); !status) {
    findings_.add_failure(pin_.database(), row_revision, {}, Family::kVersions, status.error());
    found.is_known = false;
  }
  if (row_revision > found.revision && row_revision <= head_.revision) {
    if (findings_.blames_record(row_revision)) found.is_known = false;
    if (auto record = record_at(pin_, row_revision); is_of(record)) {
      found.revision = row_revision;
      found.record = std::move(record);
    }
  }
  if (found.record && found.record->event.type == EventType::kDeleted) found.record.reset();
  return found;
}

// Current rows: each is what its event folds to, and that event is its object's last one.
void RowProof::read_current() {
  Rows rows(pin_.database(), Family::kCurrent, pin_.snapshot(), "", "", /*fill_cache=*/false);
  std::uint64_t count = 0;
  std::string looked_until;
  for (; rows.valid(); rows.next(), ++count) {
    check_current(rows.key(), rows.value());
    looked_until = rows.key();
  }
  const auto status = rows.status();
  if (status && count == count_live()) return;
  find_missing(looked_until);
  if (!status) {
    findings_.add_failure(pin_.database(), {}, {}, Family::kCurrent, status.error());
  }
}

// An object is there when its newest version is no deletion: the event that made it may have been
// dropped. That the versions are what the log says was looked at before.
std::uint64_t RowProof::count_live() const {
  Rows rows(pin_.database(), Family::kVersions, pin_.snapshot(), "", "", /*fill_cache=*/false);
  std::string object;
  std::uint64_t count = 0;
  for (; rows.valid(); rows.next()) {
    const auto key = parse_version_key(rows.key());
    const auto value = parse_version(rows.value());
    if (!key || !value || key->object == object) continue;
    object = key->object;
    if (value->type != EventType::kDeleted) ++count;
  }
  return count;
}

// Objects that are there by their versions, and whose row is not. Those behind `looked_until` were
// not looked at.
void RowProof::find_missing(const std::string& looked_until) {
  Rows rows(pin_.database(), Family::kVersions, pin_.snapshot(), "", "", /*fill_cache=*/false);
  std::string object;
  for (; rows.valid(); rows.next()) {
    const auto key = parse_version_key(rows.key());
    if (!key || key->object == object) continue;
    object = key->object;
    find_missing(object, object <= looked_until);
  }
}

void RowProof::find_missing(const std::string& object, bool was_looked_at) {
  rocksdb::PinnableSlice bytes;
  const auto found = pin_.read(Family::kCurrent, object, bytes);
  if (found && *found) {
    if (!was_looked_at) check_current(object, view(bytes));
    return;
  }
  const auto last = newest(object, {});
  if (!last.is_known) index_is_known_ = false;
  if (!last.is_known || !last.record) return;
  if (found) {
    findings_.add(last.revision, Family::kCurrent, fmt::format("the row of {} is missing", object));
  } else {
    findings_.add_failure(pin_.database(), last.revision, {}, Family::kCurrent, found.error());
  }
  expect_index(*last.record);
}

void RowProof::check_current(std::string_view object, std::string_view value) {
  auto key = parse_object_key(object);
  // Unlike a list, this does not trust the envelope.
  const auto row = key ? decode_current_row(std::move(*key), value)
                       : Result<StoredObject>(corruption("the key can't be read"));
  const auto last = newest(object, row ? row->revision : Revision{});
  if (!last.is_known) {
    index_is_known_ = false;
    return;
  }
  if (!last.record) {
    findings_.add(last.revision.number != 0 ? last.revision
                  : row                     ? row->revision
                                            : Revision{},
                  Family::kCurrent,
                  last.revision.number == 0
                      ? fmt::format("there is a row of {}, which no event made", object)
                      : fmt::format("there is a row of {}, which was deleted", object));
    return;
  }
  if (!row) {
    findings_.add(last.revision, Family::kCurrent,
                  fmt::format("the row of {} can't be read", object));
  } else if (row->revision != last.revision) {
    findings_.add(last.revision, Family::kCurrent,
                  fmt::format("{} is not at its last version but at revision {}", object,
                              row->revision.number));
  } else {
    check_folded(*last.record, *row, value);
  }
  expect_index(*last.record);
}

void RowProof::check_folded(const DecodedRecord& newest, const StoredObject& row,
                            std::string_view value) {
  const auto object = object_key(newest.event.key);
  const auto revision = newest.event.revision;
  const auto frame = pin_.frame_revision(revision);
  // Where content or frame are not known, the rest of the row can be compared.
  const auto body = content(revision, row);
  const FoldInput input{newest.event, body ? std::string_view(*body) : std::string_view(row.body),
                        newest.splice_at, frame ? *frame : row.frame_revision};
  for (const auto& change : fold(input, nullptr)) {
    if (change.family != Family::kCurrent) continue;
    if (change.key == object && change.value == value) return;
  }
  findings_.add(revision, Family::kCurrent,
                fmt::format("the row of {} differs from what its event folds to", object));
}

// Of the body that the row should have; nothing where what is damaged was named.
std::optional<std::string> RowProof::content(Revision revision, const StoredObject& row) {
  rocksdb::PinnableSlice bytes;
  const auto stored = pin_.body_row(revision, bytes);
  if (!stored) return std::nullopt;
  if (stored->gap != BodyGap::kNone) {
    if (!findings_.blames(revision)) {
      findings_.add(revision, Family::kBodies,
                    "the content is gone, though it is that of a current version");
    }
    return sha256(row.body) == gap_digest(*stored) ? std::nullopt : std::optional<std::string>("");
  }
  if (findings_.blames(revision) || findings_.blames(stored->frame_revision)) return std::nullopt;
  auto body = pin_.body(revision);
  return body ? std::optional(std::move(*body)) : std::nullopt;
}

void RowProof::expect_index(const DecodedRecord& newest) {
  for (const auto& change : fold({newest.event, "", 0, {}}, nullptr)) {
    if (change.family == Family::kIndex && change.key.front() != 'c' && change.value) {
      log_.expect(newest.event.revision, change.family, change.key, *change.value);
    }
  }
}

void RowProof::compare_count(Family family) {
  Rows rows(pin_.database(), family, pin_.snapshot(), "", "", /*fill_cache=*/false);
  std::uint64_t count = 0;
  for (; rows.valid(); rows.next()) ++count;
  rows_ += count;
  if (const auto status = rows.status(); !status) {
    findings_.add_failure(pin_.database(), {}, {}, family, status.error());
    return;
  }
  // Otherwise nobody knows how many there should be.
  if (!log_.is_whole() || (family == Family::kIndex && !index_is_known_)) return;
  const auto expected = family == Family::kCurrent ? count : log_.expected(family);
  if (count == expected) return;
  find_extra(family);
  if (findings_.count(family) > 0) return;
  findings_.add({}, family, fmt::format("there are {} rows, the log folds to {}", count, expected));
}

void RowProof::find_extra(Family family) {
  Rows rows(pin_.database(), family, pin_.snapshot(), "", "", /*fill_cache=*/false);
  for (; rows.valid(); rows.next()) {
    Revision revision;
    if (is_folded(family, rows.key(), revision)) continue;
    findings_.add(revision, family, "there is a row that no event folds to");
  }
}

// `revision` becomes the one that the row is about, where it says one.
bool RowProof::is_folded(Family family, std::string_view key, Revision& revision) {
  if (family == Family::kVersions) {
    const auto parsed = parse_version_key(key);
    if (!parsed) return false;
    revision = parsed->revision;
  } else if (family == Family::kTransitions) {
    const auto parsed = parse_place(key);
    if (!parsed) return false;
    revision = parsed->revision;
  } else if (!key.starts_with('c')) {
    return is_index_row_folded(key, revision);
  } else if (key.size() > sizeof(std::uint64_t)) {
    revision = {read_u64(key.substr(key.size() - sizeof(std::uint64_t)))};
  }
  const auto record = record_at(pin_, revision);
  if (!record) return false;
  const auto folded = lasting_rows(record->event);
  return std::ranges::any_of(
      folded, [&](const RowChange& row) { return row.family == family && row.key == key; });
}

bool RowProof::is_index_row_folded(std::string_view key, Revision& revision) {
  const auto last = newest(object_of_index_key(key), {});
  revision = last.revision;
  if (!last.record) return !last.is_known;
  const auto folded = fold({last.record->event, "", 0, {}}, nullptr);
  return std::ranges::any_of(folded, [&](const RowChange& row) {
    return row.family == Family::kIndex && row.key == key && row.value;
  });
}

// Each event has a body, and no other row is there; content that was redacted is told of.
void RowProof::read_bodies() {
  const auto lineage = read_lineage(pin_.database());
  Rows rows(pin_.database(), Family::kBodies, pin_.snapshot(), "", "", /*fill_cache=*/false);
  std::uint64_t count = 0;
  for (; rows.valid(); rows.next(), ++count) {
    const auto revision = parse_revision_key(rows.key());
    const auto row = revision ? parse_body_row(*revision, rows.value()) : std::nullopt;
    if (row && row->gap == BodyGap::kRedacted) {
      check_told(*revision, lineage ? *lineage : std::vector<Ancestor>());
    }
  }
  if (const auto status = rows.status(); !status) {
    findings_.add_failure(pin_.database(), {}, {}, Family::kBodies, status.error());
    return;
  }
  if (!log_.is_whole() || count == log_.events()) return;
  Rows again(pin_.database(), Family::kBodies, pin_.snapshot(), "", "", /*fill_cache=*/false);
  for (; again.valid(); again.next()) {
    const auto revision = parse_revision_key(again.key());
    if (revision && record_at(pin_, *revision)) continue;
    findings_.add(revision.value_or(Revision{}), Family::kBodies, "there is a body of no event");
  }
}

void RowProof::check_told(Revision revision, const std::vector<Ancestor>& lineage) {
  if (!log_.is_whole() || findings_.blames(revision) || log_.is_redaction_told(revision)) return;
  // The event may be one that a fork has left behind.
  const bool is_of_fork = std::ranges::any_of(lineage, [&](const Ancestor& ancestor) {
    return ancestor.last == ancestor.head && revision <= ancestor.last;
  });
  if (is_of_fork) return;
  findings_.add(revision, Family::kBodies,
                "the content is gone, but no event tells that it was redacted");
}

// Nothing else says what they should be.
void RowProof::read_sightings() {
  Rows rows(pin_.database(), Family::kSightings, pin_.snapshot(), "", "", /*fill_cache=*/false);
  for (; rows.valid(); rows.next()) {
    const auto key = parse_sighting_key(rows.key());
    const auto value = parse_sighting(rows.value());
    const bool is_plausible = key && value && parse_object_key(key->object) && value->count > 0 &&
                              value->first <= value->last;
    if (is_plausible) continue;
    findings_.add(
        {}, Family::kSightings,
        key ? fmt::format("a row of {} can't be read", key->object) : "a row can't be read");
  }
  if (const auto status = rows.status(); !status) {
    findings_.add_failure(pin_.database(), {}, {}, Family::kSightings, status.error());
  }
}

}  // namespace gatefold::storage
