#include "engine/replay/remains.h"

#include <algorithm>
#include <map>
#include <ranges>
#include <utility>

#include "engine/gap.h"
#include "engine/short_lived.h"
#include "storage/fork.h"

namespace gatefold::engine {
namespace {

using storage::EventType;

// A restored backup passes over as many numbers as there are microseconds since the one before:
// among fewer than these there is no such jump.
constexpr std::uint64_t kJumpMin = 10'000;

// The last number that is passed over counts as one that was given, for who asks for events behind
// it.
Result<bool> was_given(const storage::Snapshot& history, Revision revision) {
  for (const auto number : {revision.number, revision.number - 1}) {
    if (number == 0) continue;
    auto given = history.check_given({number});
    if (!given && given.error().reason == Reason::kExpired) return false;
    if (!given) return std::unexpected(std::move(given.error()));
  }
  return true;
}

// Counts those numbers of a run that were given. A jump is longer than what was dropped on both
// sides of it, so that halving comes by it.
Result<void> note_given(const storage::Snapshot& history, Revision first, Revision last,
                        Gaps& gaps) {
  const auto more = last.number - first.number;
  const Revision middle{first.number + more / 2};
  const auto begins = was_given(history, first);
  const auto goes_on = was_given(history, middle);
  const auto ends = was_given(history, last);
  for (const auto* each : {&begins, &goes_on, &ends}) {
    if (!*each) return std::unexpected(each->error());
  }
  if (*begins == *goes_on && *goes_on == *ends) {
    if (*begins) gaps.add(first, last);
    return {};
  }
  if (auto noted = note_given(history, first, middle, gaps); !noted) return noted;
  return note_given(history, middle.next(), last, gaps);
}

Result<void> note_missing(const storage::Snapshot& history, Revision first, Revision last,
                          Gaps& gaps) {
  if (last.number - first.number >= kJumpMin) return note_given(history, first, last, gaps);
  gaps.add(first, last);
  return {};
}

}  // namespace

Result<bool> outline_remains(const storage::Snapshot& history, Revision after, Revision until,
                             const storage::Snapshot::OutlineVisitor& visit, Gaps& gaps) {
  until = std::min(until, history.head().revision);
  bool has_enough = false;
  auto at = after;
  Result<void> noted;
  const auto reach = [&](Revision revision) {
    if (revision > at.next()) {
      noted = note_missing(history, at.next(), {revision.number - 1}, gaps);
    }
    at = revision;
    return noted.has_value();
  };
  auto read = history.outlines(after, until, [&](const storage::EventOutline& outline) {
    if (!reach(outline.revision)) return false;
    has_enough = !visit(outline);
    return !has_enough;
  });
  if (read && noted && !has_enough && at < until) reach(until.next());
  if (!read) return std::unexpected(std::move(read.error()));
  if (!noted) return std::unexpected(std::move(noted.error()));
  return !has_enough;
}

Result<std::string> stand_in_gap(const storage::Snapshot& history, Revision revision) {
  const auto event = history.event(revision);
  if (!event && event.error().reason == Reason::kExpired) return "";
  if (!event) return std::unexpected(event.error());
  return std::string(*event ? body_gap(**event) : "");
}

Result<storage::Body> remaining_body(const storage::Snapshot& history, Revision revision) {
  auto body = history.body(revision);
  if (!body && body.error().reason == Reason::kExpired) return nullptr;
  if (!body) return std::unexpected(std::move(body.error()));
  const auto gap = stand_in_gap(history, revision);
  if (!gap) return std::unexpected(gap.error());
  return gap->empty() ? std::make_shared<const std::string>(std::move(*body)) : nullptr;
}

Result<std::optional<RemainingVersion>> last_remaining(const storage::Snapshot& history,
                                                       const ObjectKey& key, Revision until,
                                                       const std::atomic<bool>& is_interrupted) {
  std::vector<Revision> life;
  auto read = history.versions(key, {}, until, [&](Revision revision, EventType type) {
    if (type != EventType::kModified) life.clear();
    if (type != EventType::kDeleted) life.push_back(revision);
    return !is_interrupted;
  });
  if (!read) return std::unexpected(std::move(read.error()));
  for (const auto revision : std::views::reverse(life)) {
    if (is_interrupted) break;
    auto body = remaining_body(history, revision);
    if (!body) return std::unexpected(std::move(body.error()));
    if (*body != nullptr) return RemainingVersion{revision, std::move(*body)};
  }
  if (is_interrupted) return unavailable("the replay is ending");
  return std::nullopt;
}

Result<std::vector<RemainingObject>> remaining_objects(const storage::Snapshot& history,
                                                       std::string_view resource,
                                                       Revision revision) {
  std::map<ObjectKey, Revision> newest;
  auto read = history.changes(resource, {}, revision, [&](const storage::Event& event) {
    if (event.type == EventType::kDeleted) {
      newest.erase(event.key);
    } else {
      newest.insert_or_assign(event.key, event.revision);
    }
    return true;
  });
  if (!read) return std::unexpected(std::move(read.error()));
  std::vector<RemainingObject> objects;
  for (const auto& [key, at] : newest) objects.push_back({key, at});
  return objects;
}

Result<std::vector<std::string>> lacking_at(const storage::Snapshot& history, Revision revision) {
  const auto all = history.kept();
  if (!all) return std::unexpected(all.error());
  return storage::lacking_at(*all, revision, is_short_lived);
}

}  // namespace gatefold::engine
