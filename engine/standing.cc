#include "engine/standing.h"

#include <algorithm>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>

namespace gatefold::engine {
namespace {

ConditionMove standing(const ConditionEntry& entry, const Uid& uid, Time earliest) {
  return {.uid = uid,
          .revision = {},
          .time = std::max(entry.last_transition_time, earliest),
          .actor = {},
          .transition = {.path = entry.path,
                         .type = std::string(entry.type),
                         .old_status = {},
                         .new_status = std::string(entry.status),
                         .reason = std::string(entry.reason),
                         .message = std::string(entry.message),
                         .observed_generation = entry.observed_generation.value_or(0),
                         .transition_time = entry.last_transition_time}};
}

// A list on the way is named by a number: what its items are called is not to be seen from them.
bool is_numbered(std::string_view path) {
  for (auto at = path.find('['); at != std::string_view::npos; at = path.find('[', at + 1)) {
    const auto end = path.find_first_not_of("0123456789", at + 1);
    if (end != std::string_view::npos && end > at + 1 && path[end] == ']') return true;
  }
  return false;
}

bool differ_in_names(std::string_view a, std::string_view b) {
  return a.substr(0, a.find('[')) == b.substr(0, b.find('[')) &&
         a.substr(a.rfind(']') + 1) == b.substr(b.rfind(']') + 1);
}

bool is_told_by_name(const ConditionEntry& entry, const Uid& uid,
                     std::span<const ConditionMove> moves) {
  return is_numbered(entry.path) && std::ranges::any_of(moves, [&](const ConditionMove& move) {
           return move.uid == uid && move.transition.type == entry.type &&
                  differ_in_names(move.transition.path, entry.path);
         });
}

}  // namespace

void add_standing(const Value& object, std::span<const ConditionEntry> conditions, const Uid& uid,
                  std::vector<ConditionMove>& moves) {
  const auto created = parse_rfc3339(string_at(object, {"metadata", "creationTimestamp"}));
  std::vector<ConditionMove> before;
  std::vector<ConditionMove> behind;
  for (const auto& entry : conditions) {
    if (is_default_condition(entry)) continue;
    const auto backwards = moves | std::views::reverse;
    const auto last = std::ranges::find_if(backwards, [&](const ConditionMove& move) {
      return move.uid == uid && move.transition.path == entry.path &&
             move.transition.type == entry.type;
    });
    if (last == backwards.end()) {
      if (is_told_by_name(entry, uid, moves)) continue;
      before.push_back(standing(entry, uid, created.value_or(Time{})));
    } else if (last->transition.new_status != entry.status) {
      behind.push_back(standing(entry, uid, last->time));
    }
  }
  moves.insert(std::ranges::find(moves, uid, &ConditionMove::uid), before.begin(), before.end());
  moves.insert(moves.end(), behind.begin(), behind.end());
}

}  // namespace gatefold::engine
