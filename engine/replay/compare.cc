#include "engine/replay/compare.h"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/replay/restate.h"

namespace gatefold::engine {
namespace {

// Whether `part` comes of `whole` by leaving some out.
bool is_part(const std::vector<std::string>& part, const std::vector<std::string>& whole) {
  auto at = part.begin();
  for (const auto& status : whole) {
    if (at != part.end() && *at == status) ++at;
  }
  return at == part.end();
}

StatusOrder order_of(const std::vector<std::string>& history,
                     const std::vector<std::string>& replay) {
  if (history == replay) return StatusOrder::kSame;
  if (is_part(replay, history)) {
    const bool ends_alike = !replay.empty() && replay.back() == history.back();
    return ends_alike ? StatusOrder::kSkipped : StatusOrder::kMissing;
  }
  return is_part(history, replay) ? StatusOrder::kExtra : StatusOrder::kDifferent;
}

void forget_transition_times(Value& value) {
  if (value.is_object()) {
    value.as_object().erase("lastTransitionTime");
    for (auto& member : value.as_object()) forget_transition_times(member.value());
  } else if (value.is_array()) {
    for (auto& item : value.as_array()) forget_transition_times(item);
  }
}

Value essence_of(Value object) {
  if (!object.is_object()) return object;
  forget_history_revision(object);
  if (auto* status = find(object, "status")) forget_transition_times(*status);
  auto* metadata = find(object, "metadata");
  if (metadata == nullptr || !metadata->is_object()) return object;
  auto& members = metadata->as_object();
  for (const auto* name :
       {"uid", "creationTimestamp", "resourceVersion", "generation", "managedFields", "selfLink"}) {
    members.erase(name);
  }
  // When is left out, whether is not.
  if (members.contains("deletionTimestamp")) members["deletionTimestamp"] = "set";
  members.erase("deletionGracePeriodSeconds");
  if (auto* owners = find(*metadata, "ownerReferences"); owners != nullptr && owners->is_array()) {
    for (auto& owner : owners->as_array()) {
      if (owner.is_object()) owner.as_object().erase("uid");
    }
  }
  return object;
}

std::vector<ConditionMoves> moves_of(const ObjectTrace& history, const ObjectTrace& replay) {
  std::map<std::pair<std::string, std::string>, ConditionMoves> found;
  const auto note = [&](const ObjectTrace& trace, std::vector<std::string> ConditionMoves::* side) {
    for (const auto& transition : trace.transitions) {
      (found[{transition.path, transition.type}].*side).push_back(transition.new_status);
    }
  };
  note(history, &ConditionMoves::history);
  note(replay, &ConditionMoves::replay);
  std::vector<ConditionMoves> moves;
  for (auto& [name, move] : found) {
    move.path = name.first;
    move.type = name.second;
    move.order = order_of(move.history, move.replay);
    moves.push_back(std::move(move));
  }
  return moves;
}

}  // namespace

std::string_view order_word(StatusOrder order) {
  switch (order) {
    case StatusOrder::kSame:
      return "same";
    case StatusOrder::kSkipped:
      return "skipped";
    case StatusOrder::kMissing:
      return "missing";
    case StatusOrder::kExtra:
      return "extra";
    case StatusOrder::kDifferent:
      return "different";
  }
  return "";
}

bool ObjectComparison::differs() const {
  return !fields.empty() || std::ranges::any_of(conditions, [&](const ConditionMoves& moves) {
    return moves.order == StatusOrder::kExtra || moves.order == StatusOrder::kDifferent ||
           (moves.order == StatusOrder::kMissing && is_gone);
  });
}

ObjectComparison compare_traces(ObjectKey key, const ObjectTrace& history,
                                const ObjectTrace& replay, const SchemaNode* schema) {
  ObjectComparison comparison{.key = std::move(key),
                              .history_writes = history.writes,
                              .replay_writes = replay.writes,
                              .fields = {},
                              .conditions = moves_of(history, replay),
                              .gap = history.gap,
                              .is_gone = history.object.is_null() && replay.object.is_null()};
  if (comparison.gap.empty()) {
    comparison.fields =
        diff(essence_of(history.object), essence_of(replay.object), {.schema = schema});
  }
  if (!history.way_gap.empty()) {
    comparison.conditions.clear();
    if (comparison.gap.empty()) comparison.gap = history.way_gap;
  }
  return comparison;
}

}  // namespace gatefold::engine
