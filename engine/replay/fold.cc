#include "engine/replay/fold.h"

#include <algorithm>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>

#include "engine/definitions.h"
#include "engine/replay/remains.h"

namespace gatefold::engine {
namespace {

using storage::EventOutline;
using storage::EventType;

struct KeyHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>{}(key); }
};

using Changes = std::vector<FoldedChange>;
using ByObject = std::unordered_map<std::string, Changes, KeyHash, std::equal_to<>>;

const std::string kDefinitionPrefix = std::string(kDefinitions) + '/';

// How many changes there are more, or fewer.
std::ptrdiff_t note(const EventOutline& event, Changes& changes) {
  const auto before = std::ssize(changes);
  switch (event.type) {
    case EventType::kDeleted: {
      // Not always the last change: behind a write that was withheld the next one is its own.
      const bool came_here = std::ranges::any_of(
          changes, [](const FoldedChange& change) { return change.type == EventType::kAdded; });
      changes.clear();
      changes.push_back({event.type, event.previous, event.revision, !came_here});
      break;
    }
    case EventType::kAdded: {
      // Where another one went before, it has to go here as well.
      const bool replaces = !changes.empty() && changes.back().type == EventType::kDeleted;
      if (!replaces) changes.clear();
      changes.push_back({event.type, {}, event.revision, true});
      break;
    }
    case EventType::kModified: {
      const bool follows = !changes.empty() && changes.back().type != EventType::kDeleted &&
                           changes.back().to == event.previous;
      if (follows) {
        changes.back().to = event.revision;
        changes.back().is_single = false;
      } else {
        changes.push_back({event.type, event.previous, event.revision, true});
      }
      break;
    }
  }
  return std::ssize(changes) - before;
}

// Of a definition. One that is replaced goes before the new one comes.
void give_turns(Changes& changes) {
  using Turn = FoldedChange::Turn;
  for (auto& change : changes) change.turn = Turn::kFirst;
  if (changes.back().type == EventType::kDeleted) changes.back().turn = Turn::kLast;
}

}  // namespace

Result<FoldedHistory> fold_history(const storage::Snapshot& history, Revision after, Revision until,
                                   const UnderTest& under_test,
                                   const std::atomic<bool>& is_interrupted, Gaps& gaps) {
  FoldedHistory folded{.until = after};
  ByObject objects;
  std::ptrdiff_t count = 0;
  std::string key;
  const auto visit = [&](const EventOutline& event) {
    folded.until = event.revision;
    ++folded.events;
    if (under_test.wrote(event.user, event.field_manager, event.user_agent)) {
      ++folded.withheld;
      return !is_interrupted;
    }
    key.assign(event.resource).append(1, '/').append(event.name_space);
    key.append(1, '/').append(event.name);
    auto found = objects.find(std::string_view(key));
    if (found == objects.end()) found = objects.emplace(key, Changes{}).first;
    count += note(event, found->second);
    return std::cmp_less(count, kFoldedChangesMax) && !is_interrupted;
  };
  auto is_whole = outline_remains(history, after, until, visit, gaps);
  if (!is_whole) return std::unexpected(std::move(is_whole.error()));
  // Behind the last event there may be others that were dropped.
  if (*is_whole) folded.until = until;
  for (auto& [name, changes] : objects) {
    if (name.starts_with(kDefinitionPrefix)) give_turns(changes);
    folded.changes.insert(folded.changes.end(), changes.begin(), changes.end());
  }
  std::ranges::sort(folded.changes, {},
                    [](const FoldedChange& change) { return std::pair(change.turn, change.to); });
  return folded;
}

}  // namespace gatefold::engine
