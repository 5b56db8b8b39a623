// Reading the log, alone and by the index of changes.
#include <fmt/format.h>

#include "storage/failures.h"
#include "storage/fold.h"
#include "storage/pin.h"

namespace gatefold::storage {
namespace {

// Stepping over a few rows is cheaper than seeking.
constexpr std::uint64_t kStepsMax = 8;

Result<Event> decode_log_row(std::string_view bytes, Revision revision) {
  const auto row = parse_log_row(bytes);
  if (!row) return corruption(fmt::format("the log row {} is too short", revision.number));
  auto decoded = decode_record(row->record);
  if (!decoded) return std::unexpected(std::move(decoded.error()));
  if (decoded->event.revision != revision) {
    return corruption(fmt::format("the log row {} holds a record of revision {}", revision.number,
                                  decoded->event.revision.number));
  }
  return std::move(decoded->event);
}

std::unexpected<Status> no_row(Revision revision) {
  return corruption(fmt::format("the log has no row {}", revision.number));
}

}  // namespace

Result<std::optional<Event>> Snapshot::event(Revision revision) const {
  if (revision.number == 0 || revision > head_.revision) return std::nullopt;
  rocksdb::PinnableSlice row;
  const auto found = pin_->read(Family::kLog, revision_key(revision), row);
  if (!found) return std::unexpected(found.error());
  if (!*found || parse_seal(view(row))) {
    const auto dropped = pin_->sealed(revision);
    if (!dropped) return std::unexpected(dropped.error());
    if (!*dropped) return no_row(revision);
    return failure(
        Reason::kExpired,
        fmt::format("revision {} is no longer kept: {} to {} were dropped", revision.number,
                    (*dropped)->seal.first.number, (*dropped)->last.number));
  }
  auto event = decode_log_row(view(row), revision);
  if (!event) return std::unexpected(std::move(event.error()));
  return std::move(*event);
}

Result<std::string> Snapshot::body(Revision revision) const {
  if (revision.number == 0 || revision > head_.revision) {
    return failure(Reason::kNotFound, fmt::format("there is no revision {}", revision.number));
  }
  return pin_->body(revision);
}

Result<void> Snapshot::events(Revision after, Revision until, const EventVisitor& visit) const {
  until = std::min(until, head_.revision);
  if (after >= until) return {};
  // A seal may begin before the range and end behind it.
  Rows rows(pin_->database(), Family::kLog, pin_->snapshot(), revision_key(after.next()), "",
            /*fill_cache=*/false);
  for (auto revision = after.next(); revision <= until; revision = revision.next(), rows.next()) {
    if (!rows.valid()) {
      if (auto status = rows.status(); !status) return status;
      return no_row(revision);
    }
    if (const auto seal = parse_seal(rows.value())) {
      const auto last = parse_revision_key(rows.key());
      if (!last || seal->first > revision) return no_row(revision);
      revision = *last;
      continue;
    }
    if (rows.key() != revision_key(revision)) return no_row(revision);
    const auto event = decode_log_row(rows.value(), revision);
    if (!event) return std::unexpected(event.error());
    if (!visit(*event)) return {};
  }
  return {};
}

Result<void> Snapshot::outlines(Revision after, Revision until, const OutlineVisitor& visit) const {
  until = std::min(until, head_.revision);
  if (after >= until) return {};
  // As in events().
  Rows rows(pin_->database(), Family::kLog, pin_->snapshot(), revision_key(after.next()), "",
            /*fill_cache=*/false);
  RecordScratch scratch;
  for (auto revision = after.next(); revision <= until; revision = revision.next(), rows.next()) {
    if (!rows.valid()) {
      if (auto status = rows.status(); !status) return status;
      return no_row(revision);
    }
    const auto row = parse_log_row(rows.value());
    if (!row) {
      const auto seal = parse_seal(rows.value());
      if (!seal) return corruption(fmt::format("the log row {} is too short", revision.number));
      const auto last = parse_revision_key(rows.key());
      if (!last || seal->first > revision) return no_row(revision);
      revision = *last;
      continue;
    }
    const auto outline = outline_record(row->record, scratch);
    if (outline.revision != revision) return no_row(revision);
    if (!visit(outline)) return {};
  }
  return {};
}

Result<void> Snapshot::changes(std::string_view resource, Revision after, Revision until,
                               const EventVisitor& visit) const {
  until = std::min(until, head_.revision);
  if (after >= until) return {};
  const auto prefix = change_prefix(resource);
  Rows places(pin_->database(), Family::kIndex, pin_->snapshot(),
              change_key(resource, after.next()), change_key(resource, until.next()));
  if (!places.valid()) return places.status();
  Rows rows(pin_->database(), Family::kLog, pin_->snapshot(), revision_key(after.next()),
            revision_key(until.next()));
  auto at = after.next();
  for (; places.valid(); places.next()) {
    const auto revision = parse_revision_key(places.key().substr(prefix.size()));
    if (!revision) return corruption("a row of the index of changes can't be read");
    if (revision->number - at.number > kStepsMax) rows.seek(revision_key(*revision));
    while (rows.valid() && rows.key() < revision_key(*revision)) rows.next();
    if (!rows.valid()) {
      if (auto status = rows.status(); !status) return status;
      return no_row(*revision);
    }
    if (rows.key() != revision_key(*revision)) return no_row(*revision);
    at = *revision;
    const auto event = decode_log_row(rows.value(), *revision);
    if (!event) return std::unexpected(event.error());
    if (!visit(*event)) return {};
  }
  return places.status();
}

Result<Revision> Snapshot::last_change(std::string_view resource) const {
  const auto prefix = change_prefix(resource);
  Rows places(pin_->database(), Family::kIndex, pin_->snapshot(), prefix,
              change_key(resource, head_.revision.next()));
  places.seek_to_last();
  if (!places.valid()) {
    if (auto status = places.status(); !status) return std::unexpected(std::move(status.error()));
    return Revision{};
  }
  const auto revision = parse_revision_key(places.key().substr(prefix.size()));
  if (!revision) return corruption("a row of the index of changes can't be read");
  return *revision;
}

Revision Snapshot::horizon(std::string_view resource) const {
  return pin_->horizon(resource);
}

Revision Snapshot::records_horizon(std::string_view resource) const {
  return pin_->horizons(resource).records;
}

Revision Snapshot::records_horizon(Revision after,
                                   const std::function<bool(std::string_view)>& is_meant) const {
  return pin_->records_horizon(after, is_meant);
}

Result<KeptByResource> Snapshot::kept() const {
  return read_kept(pin_->database(), pin_->snapshot());
}

}  // namespace gatefold::storage
