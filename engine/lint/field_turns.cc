#include "engine/lint/field_turns.h"

#include <functional>

#include <fmt/format.h>

#include "engine/guard/field_fights.h"
#include "engine/guard/memory.h"
#include "engine/tell/diff.h"
#include "schema/json.h"

namespace gatefold::engine {
namespace {

// Longer values are kept as their hash.
constexpr std::size_t kValueBytesMax = 64;

std::string short_form(const FieldChange& change) {
  if (change.type == ChangeType::kRemoved) return "";
  auto text = canonical_json(change.new_value);
  if (text.size() <= kValueBytesMax) return text;
  return fmt::format("{} bytes {:x}", text.size(), std::hash<std::string>()(text));
}

}  // namespace

std::vector<LintNote> FieldTurns::judge(const LintedVersion& version, const Value& before,
                                        bool has_transitions) {
  std::vector<LintNote> notes;
  for (const auto& change :
       diff(before, version.body, {.schema = nullptr, .leaves_out_noise = true})) {
    if (is_told_elsewhere(change.path, has_transitions)) continue;
    if (!fields_.contains(change.path) && fields_.size() >= kFieldsMax) continue;
    auto& field = fields_[change.path];
    field.push_front({short_form(change), version.writer, version.time, version.revision});
    if (field.size() > kFightTurns) field.pop_back();
    std::vector<Turn> turns;
    for (const auto& turn : field) turns.push_back({turn.value, &turn.writer, turn.time});
    if (!is_fight(turns)) continue;
    const bool is_noticed = fights_.insert(change.path).second;
    notes.push_back({.rule = GuardRule::kFight,
                     .path = change.path,
                     .type = "",
                     .detail = fmt::format("set {} in turn, each undoing the other's", change.path),
                     .writers = {writer_text(version.writer), writer_text(field[1].writer)},
                     .form = "field",
                     .first = field.back().revision,
                     .first_time = field.back().time,
                     .count = is_noticed ? kFightTurns : 1});
  }
  return notes;
}

}  // namespace gatefold::engine
