#include "engine/replay/compare.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

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

std::vector<ConditionMoves> moves_of(ObjectTrace& history, ObjectTrace& replay) {
  std::map<std::pair<std::string, std::string>, ConditionMoves> found;
  for (auto& [name, statuses] : history.statuses) found[name].history = std::move(statuses);
  for (auto& [name, statuses] : replay.statuses) found[name].replay = std::move(statuses);
  std::vector<ConditionMoves> moves;
  for (auto& [name, move] : found) {
    move.path = name.first;
    move.type = name.second;
    move.order = order_of(move.history, move.replay);
    // Behind the end of one that is cut off nothing is known, but that more than a whole one of the
    // history is more.
    const bool is_known = !replay.is_cut_off() || move.replay.size() > move.history.size();
    if (is_known && !history.is_cut_off()) moves.push_back(std::move(move));
  }
  return moves;
}

std::string way_gap_of(ObjectTrace& history, const ObjectTrace& replay) {
  if (!history.way_gap.empty()) return std::move(history.way_gap);
  if (!history.is_cut_off() && !replay.is_cut_off()) return "";
  return fmt::format("the statuses behind the first {}", kTraceStatusesMax);
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

void ObjectTrace::note(const storage::Transition& transition) {
  if (++statuses_count > kTraceStatusesMax) return;
  statuses[{transition.path, transition.type}].push_back(transition.new_status);
}

ObjectComparison compare_traces(ObjectKey key, ObjectTrace history, ObjectTrace replay,
                                const SchemaNode* schema) {
  ObjectComparison comparison{.key = std::move(key),
                              .history_writes = history.writes,
                              .replay_writes = replay.writes,
                              .fields = {},
                              .conditions = {},
                              .gap = std::move(history.gap),
                              .is_gone = history.object.is_null() && replay.object.is_null()};
  if (history.way_gap.empty()) comparison.conditions = moves_of(history, replay);
  if (comparison.gap.empty()) {
    comparison.fields = diff(essence_of(std::move(history.object)),
                             essence_of(std::move(replay.object)), {.schema = schema});
    comparison.gap = way_gap_of(history, replay);
  }
  return comparison;
}

}  // namespace gatefold::engine
