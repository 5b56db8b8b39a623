#include "engine/guard/guard.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/guard/judge.h"

namespace gatefold::engine {
namespace {

// Of several rules that may repair one time, the first has it.
constexpr GuardRule kRepairing[] = {GuardRule::kNoOp, GuardRule::kBadTime, GuardRule::kRestamped,
                                    GuardRule::kUnstamped};

class Guard {
 public:
  Guard(const GuardedWrite& write, Value& object) : write_(write), object_(object) {}

  GuardReport run() {
    ConditionPairs pairs(write_.old_object == nullptr
                             ? std::vector<ConditionEntry>()
                             : collect_conditions(write_.schema, *write_.old_object),
                         collect_conditions(write_.schema, object_));
    for (const auto& pair : pairs.all()) {
      auto transition = transition_of(pair, write_.old_object == nullptr, write_.event_time);
      if (transition) report_.transitions.push_back(std::move(*transition));
    }
    auto findings = judge_write({write_.old_object, &object_, write_.event_time, write_.generation},
                                pairs.all());
    remember(pairs.all(), findings);
    // The entries view into the object: it changes last.
    const auto mended = repair(pairs.all(), findings);
    for (const auto& finding : findings) tell(finding, write_.modes, report_);
    for (const auto& [entry, text] : mended) {
      entry->slot->get_object()["lastTransitionTime"] = text;
    }
    return std::move(report_);
  }

 private:
  using Mended = std::vector<std::pair<ConditionEntry*, std::string>>;

  GuardMode mode_of(GuardRule rule) const { return write_.modes[static_cast<std::size_t>(rule)]; }

  void remember(const std::vector<ConditionPair>& pairs, GuardFindings& findings) {
    const auto is_on = [&](GuardRule rule) { return mode_of(rule) != GuardMode::kOff; };
    const bool judges =
        is_on(GuardRule::kFight) || is_on(GuardRule::kFlap) || is_on(GuardRule::kForeignEntry);
    if (!judges || !write_.recall || write_.old_object == nullptr) return;
    const RememberedWrite remembered{pairs, report_.transitions, write_.writer, write_.event_time};
    if (!needs_memory(remembered)) return;
    const auto memory = write_.recall();
    judge_turns(remembered, memory, findings);
    judge_entries(remembered, memory, findings);
  }

  // What times become what; findings that a repair of another rule settles are dropped.
  Mended repair(const std::vector<ConditionPair>& pairs, GuardFindings& findings) {
    Mended mended;
    const bool undoes_all = std::ranges::any_of(findings, [&](const GuardFinding& finding) {
      return finding.rule == GuardRule::kNoOp && mode_of(finding.rule) == GuardMode::kRepair;
    });
    for (const auto& pair : pairs) {
      if (pair.now == nullptr) continue;
      const auto kept_text =
          pair.before == nullptr ? std::string_view() : pair.before->written_time;
      const bool stays = pair.before != nullptr && !pair.status_moved();
      const auto found = repairing(*pair.now, undoes_all && pair.is_restamped(), findings);
      if (found) {
        const bool is_restored = stays && !kept_text.empty();
        const auto text = is_restored ? std::string(kept_text) : format_seconds(found->kept);
        mended.emplace_back(pair.now, text);
        report_.repairs.push_back(*found);
      } else if (stays && !pair.is_restamped() && !kept_text.empty() &&
                 kept_text != pair.now->written_time) {
        // The old text comes back, not the old time in our form: a write that only restamped has to
        // become equal to what is stored.
        mended.emplace_back(pair.now, kept_text);
      }
    }
    return mended;
  }

  std::optional<storage::Repair> repairing(const ConditionEntry& entry, bool is_undone,
                                           GuardFindings& findings) {
    const auto place = entry.place + ".lastTransitionTime";
    for (const auto rule : kRepairing) {
      if (mode_of(rule) != GuardMode::kRepair || (rule == GuardRule::kNoOp && !is_undone)) continue;
      const auto wanted = rule == GuardRule::kNoOp ? GuardRule::kRestamped : rule;
      const auto found = std::ranges::find_if(findings, [&](const GuardFinding& finding) {
        return finding.rule == wanted && finding.place == place;
      });
      if (found == findings.end()) continue;
      storage::Repair made{.rule = std::string(text_of(rule).id),
                           .path = entry.path,
                           .type = std::string(entry.type),
                           .claimed = entry.last_transition_time,
                           .kept = found->kept};
      std::erase_if(findings, [&](const GuardFinding& finding) {
        const bool is_same_time = finding.place == place && finding.rule != GuardRule::kNoOp;
        return is_same_time && finding.rule != rule && mode_of(finding.rule) == GuardMode::kRepair;
      });
      return made;
    }
    return std::nullopt;
  }

  const GuardedWrite& write_;
  Value& object_;
  GuardReport report_;
};

}  // namespace

void tell(const GuardFinding& finding, const GuardModes& modes, GuardReport& report) {
  const auto mode = modes[static_cast<std::size_t>(finding.rule)];
  if (mode == GuardMode::kOff) return;
  const auto id = text_of(finding.rule).id;
  report.tally.emplace_back(finding.rule, mode);
  if (mode == GuardMode::kWarn) {
    report.warnings.push_back(fmt::format("{}: {} ({})", finding.place, finding.text, id));
  } else if (mode == GuardMode::kReject) {
    report.errors.push_back(finding.rule == GuardRule::kDuplicate
                                ? duplicate(finding.place, finding.value, std::string(id))
                                : invalid_value(finding.place, finding.value,
                                                fmt::format("{} ({})", finding.text, id),
                                                std::string(id)));
  }
}

GuardReport guard_write(const GuardedWrite& write, Value& object) {
  return Guard(write, object).run();
}

GuardReport guard_conditions(const SchemaNode& schema, const Value* old_object, Value& object,
                             Time event_time) {
  return guard_write({.schema = schema,
                      .old_object = old_object,
                      .event_time = event_time,
                      .writer = {},
                      .recall = {}},
                     object);
}

}  // namespace gatefold::engine
