// The ledger of transitions: rows that point into the log.
#include <fmt/format.h>

#include "storage/failures.h"
#include "storage/pin.h"

namespace gatefold::storage {
namespace {

enum class Direction { kForwards, kBackwards };

Result<void> walk(const Snapshot& snapshot, const Snapshot::Pin& pin, std::string from,
                  std::string until, const Snapshot::LedgerVisitor& visit,
                  Direction direction = Direction::kForwards) {
  Rows rows(pin.database(), Family::kTransitions, pin.snapshot(), std::move(from),
            std::move(until));
  const bool is_backwards = direction == Direction::kBackwards;
  if (is_backwards) rows.seek_to_last();
  std::optional<Event> event;
  for (; rows.valid(); is_backwards ? rows.previous() : rows.next()) {
    const auto place = parse_place(rows.key());
    if (!place) return corruption("a row of transitions can't be read");
    if (!event || event->revision != place->revision) {
      auto read = snapshot.event(place->revision);
      if (!read) return std::unexpected(std::move(read.error()));
      event = std::move(*read);
    }
    if (!event || place->ordinal >= event->transitions.size()) {
      return corruption(
          fmt::format("revision {} has no transition {}", place->revision.number, place->ordinal));
    }
    const LedgerEntry entry{event->revision, event->time,  event->key,
                            event->uid,      event->actor, event->transitions[place->ordinal]};
    if (!visit(entry)) return {};
  }
  return rows.status();
}

}  // namespace

Result<void> Snapshot::timeline(const ObjectKey& key, const LedgerVisitor& visit,
                                Revision after) const {
  const auto object = object_key(key);
  return walk(*this, *pin_, timeline_key(object, after.next(), 0),
              timeline_key(object, std::max(after, head_.revision).next(), 0), visit);
}

Result<void> Snapshot::timeline_backwards(const ObjectKey& key, const LedgerVisitor& visit) const {
  const auto object = object_key(key);
  return walk(*this, *pin_, timeline_prefix(object), timeline_key(object, head_.revision.next(), 0),
              visit, Direction::kBackwards);
}

Result<void> Snapshot::transitions(std::string_view name_space, Revision after, Revision until,
                                   const LedgerVisitor& visit) const {
  until = std::min(until, head_.revision);
  if (after >= until) return {};
  return walk(*this, *pin_, home_key(name_space, after.next(), 0),
              home_key(name_space, until.next(), 0), visit);
}

Result<void> Snapshot::moved(std::string_view name_space, Revision after, Revision until,
                             const EventVisitor& visit) const {
  until = std::min(until, head_.revision);
  if (after >= until) return {};
  Rows rows(pin_->database(), Family::kTransitions, pin_->snapshot(),
            home_key(name_space, after.next(), 0), home_key(name_space, until.next(), 0));
  for (auto seen = after; rows.valid(); rows.next()) {
    const auto place = parse_place(rows.key());
    if (!place) return corruption("a row of transitions can't be read");
    if (place->revision == seen) continue;
    seen = place->revision;
    const auto read = event(seen);
    if (!read) return std::unexpected(read.error());
    if (!*read) return corruption(fmt::format("revision {} is no event", seen.number));
    if (!visit(**read)) return {};
  }
  return rows.status();
}

}  // namespace gatefold::storage
