#include "engine/standing.h"

#include <algorithm>
#include <string>

namespace gatefold::engine {

void add_standing(std::span<const ConditionEntry> conditions, const Uid& uid,
                  std::vector<ConditionMove>& moves) {
  std::vector<ConditionMove> standing;
  for (const auto& entry : conditions) {
    const bool has_moved = std::ranges::any_of(moves, [&](const ConditionMove& move) {
      return move.uid == uid && move.transition.path == entry.path &&
             move.transition.type == entry.type;
    });
    if (has_moved || is_default_condition(entry)) continue;
    storage::Transition transition{.path = entry.path,
                                   .type = std::string(entry.type),
                                   .old_status = {},
                                   .new_status = std::string(entry.status),
                                   .reason = std::string(entry.reason),
                                   .message = std::string(entry.message),
                                   .observed_generation = entry.observed_generation.value_or(0),
                                   .transition_time = entry.last_transition_time};
    standing.push_back({uid, {}, entry.last_transition_time, {}, std::move(transition)});
  }
  const auto place = std::ranges::find(moves, uid, &ConditionMove::uid);
  moves.insert(place, std::make_move_iterator(standing.begin()),
               std::make_move_iterator(standing.end()));
}

}  // namespace gatefold::engine
