#include "engine/guard/field_fights.h"

#include <algorithm>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "engine/guard/memory.h"
#include "engine/tell/diff.h"
#include "schema/json.h"

namespace gatefold::engine {
namespace {

struct FieldTurn {
  std::string value;
  storage::Actor writer;
  Time time;
};

// A field that the write changes, with its last turns, newest first.
struct Field {
  FieldChange change;
  std::vector<FieldTurn> turns;

  std::vector<Turn> seen() const {
    std::vector<Turn> all;
    for (const auto& turn : turns) all.push_back({turn.value, &turn.writer, turn.time});
    return all;
  }
  // Whether the turns so far are the newest of a fight.
  bool may_be_fought_over() const {
    const auto count = turns.size();
    if (count < 2) return true;
    const auto& last = turns[count - 1];
    const auto& next = turns[count - 2];
    if (last.value == next.value || is_same_writer(last.writer, next.writer)) return false;
    if (turns.front().time.ns - last.time.ns > kFightWindowNs) return false;
    return count < 3 || (last.value == turns[count - 3].value &&
                         is_same_writer(last.writer, turns[count - 3].writer));
  }
};

std::string value_of(const FieldChange& change) {
  return change.type == ChangeType::kRemoved ? "" : canonical_json(change.new_value);
}

std::vector<FieldChange> changes_between(const Value& before, const Value& after) {
  return diff(before, after, {.schema = nullptr, .leaves_out_noise = true});
}

GuardFinding found(const Field& field) {
  const auto& [change, turns] = field;
  GuardFinding finding{.rule = GuardRule::kFight,
                       .path = change.path,
                       .type = "",
                       .place = change.path,
                       .text = "",
                       .value = change.new_value,
                       .other_writer = writer_text(turns[1].writer)};
  finding.text = fmt::format("{} and {} set it in turn, each undoing the other's",
                             writer_text(turns[0].writer), finding.other_writer);
  return finding;
}

}  // namespace

bool is_told_elsewhere(std::string_view path, bool has_transitions) {
  if (path.ends_with(".lastTransitionTime") || path.ends_with(".observedGeneration")) return true;
  return has_transitions && path.find("conditions[") != std::string_view::npos;
}

GuardFindings judge_field_fights(const FieldsWrite& write) {
  std::list<Field> fields;
  for (auto& change : changes_between(write.old_object, write.object)) {
    if (is_told_elsewhere(change.path, write.has_transitions)) continue;
    auto value = value_of(change);
    fields.push_back({std::move(change), {{std::move(value), write.writer, write.event_time}}});
    if (fields.size() == kFightFieldsMax) break;
  }
  GuardFindings findings;
  if (fields.empty()) return findings;
  std::optional<PastVersion> newer;
  std::size_t seen = 0;
  write.recall([&](const PastVersion& version) {
    if (newer) {
      for (const auto& change : changes_between(version.object, newer->object)) {
        const auto field = std::ranges::find_if(
            fields, [&](const Field& one) { return one.change.path == change.path; });
        if (field == fields.end() || is_told_elsewhere(change.path, newer->has_transitions))
          continue;
        field->turns.push_back({value_of(change), newer->writer, newer->time});
        if (is_fight(field->seen())) findings.push_back(found(*field));
        const bool is_over = field->turns.size() == kFightTurns || !field->may_be_fought_over();
        if (is_over) fields.erase(field);
      }
    }
    newer = version;
    return !fields.empty() && ++seen < kFightVersionsMax;
  });
  return findings;
}

}  // namespace gatefold::engine
