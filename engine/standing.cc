#include "engine/standing.h"

#include <algorithm>
#include <ranges>
#include <string>
#include <utility>

#include "engine/guard/conditions.h"

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

}  // namespace

void add_standing(const Value& object, const Uid& uid, std::vector<ConditionMove>& moves) {
  const auto created = parse_rfc3339(string_at(object, {"metadata", "creationTimestamp"}));
  std::vector<ConditionMove> before;
  std::vector<ConditionMove> behind;
  for (const auto& entry : collect_conditions(object)) {
    if (is_default_condition(entry)) continue;
    const auto backwards = moves | std::views::reverse;
    const auto last = std::ranges::find_if(backwards, [&](const ConditionMove& move) {
      return move.uid == uid && move.transition.path == entry.path &&
             move.transition.type == entry.type;
    });
    if (last == backwards.end()) {
      before.push_back(standing(entry, uid, created.value_or(Time{})));
    } else if (last->transition.new_status != entry.status) {
      behind.push_back(standing(entry, uid, last->time));
    }
  }
  moves.insert(std::ranges::find(moves, uid, &ConditionMove::uid), before.begin(), before.end());
  moves.insert(moves.end(), behind.begin(), behind.end());
}

}  // namespace gatefold::engine
