#include "engine/guard/memory.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace gatefold::engine {
namespace {

bool is_entry_touched(const ConditionPair& pair) {
  return !pair.any().controller.empty() && pair.is_touched();
}

// Where a condition stands now; where it stood, if it went.
const ConditionEntry* entry_of(const std::vector<ConditionPair>& pairs,
                               const storage::Transition& transition) {
  const auto found = std::ranges::find_if(pairs, [&](const ConditionPair& pair) {
    return pair.any().path == transition.path && pair.any().type == transition.type;
  });
  return found == pairs.end() ? nullptr : &found->any();
}

std::vector<Turn> turns_of(const storage::Transition& transition, const RememberedWrite& write,
                           const GuardMemory& memory) {
  std::vector<Turn> turns{{transition.new_status, &write.writer, write.event_time}};
  for (const auto& past : memory) {
    if (past.path == transition.path && past.type == transition.type)
      turns.push_back({past.new_status, &past.writer, past.time});
  }
  return turns;
}

}  // namespace

bool is_same_writer(const storage::Actor& a, const storage::Actor& b) {
  return a.user == b.user && a.field_manager == b.field_manager;
}

std::string writer_text(const storage::Actor& actor) {
  return fmt::format("{} ({}; {})", actor.user, actor.field_manager, actor.user_agent);
}

bool is_fight(const std::vector<Turn>& turns) {
  if (turns.size() < kFightTurns) return false;
  for (std::size_t i = 0; i + 2 < kFightTurns; ++i) {
    const bool alternates = turns[i].value == turns[i + 2].value &&
                            turns[i].value != turns[i + 1].value &&
                            is_same_writer(*turns[i].writer, *turns[i + 2].writer) &&
                            !is_same_writer(*turns[i].writer, *turns[i + 1].writer);
    if (!alternates) return false;
  }
  return turns.front().time.ns - turns[kFightTurns - 1].time.ns <= kFightWindowNs;
}

bool needs_memory(const RememberedWrite& write) {
  return !write.transitions.empty() || std::ranges::any_of(write.pairs, is_entry_touched);
}

void judge_turns(const RememberedWrite& write, const GuardMemory& memory, GuardFindings& findings) {
  for (const auto& transition : write.transitions) {
    const auto turns = turns_of(transition, write, memory);
    const auto* entry = entry_of(write.pairs, transition);
    GuardFinding finding{.rule = GuardRule::kFight,
                         .path = transition.path,
                         .type = transition.type,
                         .place = entry == nullptr ? transition.path : entry->place + ".status",
                         .text = "",
                         .value = Value(transition.new_status)};
    if (is_fight(turns)) {
      finding.other_writer = writer_text(*turns[1].writer);
      finding.text = fmt::format("{} and {} set status in turn, each undoing the other's",
                                 writer_text(write.writer), finding.other_writer);
      findings.push_back(finding);
    }
    const auto recent = std::ranges::count_if(turns, [&](const Turn& turn) {
      return write.event_time.ns - turn.time.ns <= kFlapWindowNs;
    });
    if (static_cast<std::size_t>(recent) >= kFlapTransitions) {
      finding.rule = GuardRule::kFlap;
      finding.other_writer.clear();
      finding.text =
          fmt::format("status moved {} times within {}", recent, human_duration(kFlapWindowNs));
      findings.push_back(std::move(finding));
    }
  }
}

void judge_entries(const RememberedWrite& write, const GuardMemory& memory,
                   GuardFindings& findings) {
  std::set<std::string_view> judged;
  for (const auto& pair : write.pairs) {
    const auto& entry = pair.any();
    if (!is_entry_touched(pair) || !judged.insert(entry.path).second) continue;
    // Of the last that is remembered: the memory is newest first.
    const PastTransition* first = nullptr;
    for (const auto& past : memory) {
      if (past.path == entry.path) first = &past;
    }
    if (first == nullptr || is_same_writer(first->writer, write.writer)) continue;
    const bool is_dropped = std::ranges::none_of(write.pairs, [&](const ConditionPair& other) {
      return other.now != nullptr && other.now->path == entry.path;
    });
    // The entry that its list of conditions stands in; of a dropped one, the list it was in.
    const auto entry_place = entry.place.substr(0, entry.place.rfind('.'));
    findings.push_back(
        {.rule = GuardRule::kForeignEntry,
         .path = entry.path,
         .type = "",
         .place = is_dropped ? entry_place.substr(0, entry_place.rfind('[')) : entry_place,
         .text = fmt::format("the entry of {}, which {} writes, was {}", entry.controller,
                             writer_text(first->writer), is_dropped ? "dropped" : "edited"),
         .value = Value(entry.controller),
         .other_writer = writer_text(first->writer)});
  }
}

}  // namespace gatefold::engine
