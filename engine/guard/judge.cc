#include "engine/guard/judge.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace gatefold::engine {
namespace {

GuardFinding found(GuardRule rule, const ConditionEntry& entry, std::string_view member,
                   std::string text) {
  return {.rule = rule,
          .path = entry.path,
          .type = std::string(entry.type),
          .place = member.empty() ? entry.place : fmt::format("{}.{}", entry.place, member),
          .text = std::move(text)};
}

GuardFinding found_time(GuardRule rule, const ConditionEntry& entry, Time kept, std::string text) {
  auto finding = found(rule, entry, "lastTransitionTime", std::move(text));
  finding.claimed = entry.last_transition_time;
  finding.kept = kept;
  if (!entry.written_time.empty()) finding.value = entry.written_time;
  return finding;
}

std::string written_or_none(const ConditionEntry& entry) {
  return entry.written_time.empty() ? "no time" : std::string(entry.written_time);
}

void judge_bad_time(const ConditionEntry& entry, Time event_time, Time kept,
                    GuardFindings& findings) {
  if (entry.written_time.empty()) {
    findings.push_back(
        found_time(GuardRule::kBadTime, entry, kept, "lastTransitionTime is missing or no time"));
  } else if (lies_ahead(entry.last_transition_time, event_time)) {
    findings.push_back(
        found_time(GuardRule::kBadTime, entry, kept,
                   fmt::format("lastTransitionTime {} lies in the future", entry.written_time)));
  }
}

// How far the generation that a list's conditions observed went, without one of them.
struct ListProgress {
  std::int64_t before = 0;
  std::int64_t now = 0;
};

void judge_observed(const ConditionPair& pair, std::int64_t generation, const ListProgress& list,
                    GuardFindings& findings) {
  const auto& now = *pair.now;
  const auto observed = now.observed_generation;
  const auto before =
      pair.before == nullptr ? std::optional<std::int64_t>() : pair.before->observed_generation;
  const auto add = [&](GuardRule rule, std::string text) {
    auto finding = found(rule, now, "observedGeneration", std::move(text));
    if (observed) finding.value = *observed;
    findings.push_back(std::move(finding));
  };
  if (before && !observed) {
    add(GuardRule::kObservedGeneration,
        fmt::format("observedGeneration vanished, it was {}", *before));
    return;
  }
  if (!observed) return;
  const bool is_new = before != observed;
  if (is_new && *observed > generation) {
    add(GuardRule::kObservedGeneration,
        fmt::format("observedGeneration {} is above metadata.generation {}", *observed,
                    generation));
    return;
  }
  if (before && *observed < *before) {
    add(GuardRule::kObservedGeneration,
        fmt::format("observedGeneration went back from {} to {}", *before, *observed));
  }
  if (*observed >= generation || !is_verdict(now)) return;
  // The others left it behind once, and now do so again: whoever writes conditions one by one is
  // done with the first round before the second begins.
  const bool is_left_behind = before && !is_new && list.before > *before && list.now > list.before;
  if (is_left_behind) {
    add(GuardRule::kObservedGeneration,
        fmt::format("observedGeneration stays at {} while others moved on to {}", *observed,
                    list.now));
  }
  if (pair.is_touched()) {
    add(GuardRule::kStale, fmt::format("{} was written for generation {}, the object has {}",
                                       now.status, *observed, generation));
  }
}

void strip_revision(Value& object) {
  auto* metadata = find(object, "metadata");
  if (metadata == nullptr || !metadata->is_object()) return;
  for (const auto* key : {"managedFields", "resourceVersion"}) metadata->as_object().erase(key);
}

}  // namespace

std::string subject_of(const GuardFinding& finding) {
  if (finding.path.empty()) return "the object";
  if (finding.type.empty()) return finding.path;
  return fmt::format("{} in {}", finding.type, finding.path);
}

bool lies_ahead(Time claimed, Time event_time) {
  return claimed.ns > event_time.ns + kClockSkewNs;
}

void judge_time(const ConditionPair& pair, bool is_create, Time event_time,
                GuardFindings& findings) {
  if (pair.now == nullptr) return;
  const auto& now = *pair.now;
  if (pair.is_restamped()) {
    const auto kept = pair.before->last_transition_time;
    judge_bad_time(now, event_time, kept, findings);
    findings.push_back(
        found_time(GuardRule::kRestamped, now, kept,
                   fmt::format("status stays {}, and lastTransitionTime was moved from {} to {}",
                               now.status, pair.before->written_time, written_or_none(now))));
    return;
  }
  const auto transition = transition_of(pair, is_create, event_time);
  if (!transition) {
    // Where there was no time nothing can be restamped. When the status moved is not known here: a
    // repair says when the field was written.
    const bool is_first_time = pair.before != nullptr && pair.before->written_time.empty() &&
                               pair.before->said_time != now.said_time;
    if (is_first_time) judge_bad_time(now, event_time, cut_to_seconds(event_time), findings);
    return;
  }
  const auto previous = pair.before == nullptr ? Time{} : pair.before->last_transition_time;
  const auto truth = true_time(previous, now.last_transition_time, event_time);
  const auto kept = cut_to_seconds(truth.time);
  judge_bad_time(now, event_time, kept, findings);
  const bool is_true =
      truth.is_claimed || (now.last_transition_time == kept && !now.written_time.empty());
  if (is_true) return;
  findings.push_back(
      found_time(GuardRule::kUnstamped, now, kept,
                 fmt::format("status became {} at {}, and lastTransitionTime says {}", now.status,
                             format_seconds(kept), written_or_none(now))));
}

void judge_generations(const std::vector<ConditionPair>& pairs, std::int64_t generation,
                       GuardFindings& findings) {
  if (generation <= 0) return;
  std::map<std::string_view, ListProgress> lists;
  for (const auto& pair : pairs) {
    auto& list = lists[pair.any().path];
    const auto raise = [](std::int64_t& to, const ConditionEntry* entry) {
      if (entry != nullptr) to = std::max(to, entry->observed_generation.value_or(0));
    };
    raise(list.before, pair.before);
    raise(list.now, pair.now);
  }
  for (const auto& pair : pairs) {
    if (pair.now == nullptr || is_default_condition(*pair.now)) continue;
    judge_observed(pair, generation, lists[pair.now->path], findings);
  }
}

void judge_twins(const std::vector<ConditionPair>& pairs, GuardFindings& findings) {
  for (const auto& pair : pairs) {
    if (pair.twin == 0 || pair.before != nullptr || pair.now == nullptr) continue;
    auto finding = found(GuardRule::kDuplicate, *pair.now, "type",
                         fmt::format("the type {} stands twice in one list", pair.now->type));
    finding.value = pair.now->type;
    findings.push_back(std::move(finding));
  }
}

void judge_no_op(const JudgedWrite& write, const std::vector<ConditionPair>& pairs,
                 GuardFindings& findings) {
  if (write.old_object == nullptr) return;
  const auto is_moved = [](const ConditionPair& pair) { return pair.is_moved(); };
  const auto is_restamped = [](const ConditionPair& pair) { return pair.is_restamped(); };
  if (std::ranges::any_of(pairs, is_moved) || std::ranges::none_of(pairs, is_restamped)) return;
  // Everything else has to be the same: the rest of the object, with the times put back.
  Value object = *write.object;
  Value old_object = *write.old_object;
  for (auto* one : {&object, &old_object}) strip_revision(*one);
  const auto erase_times = [](Value& value) {
    const auto walk = [](const auto& self, Value& at) -> void {
      if (auto* array = at.if_array()) {
        for (auto& item : *array) self(self, item);
      } else if (auto* members = at.if_object()) {
        members->erase("lastTransitionTime");
        for (auto& member : *members) self(self, member.value());
      }
    };
    walk(walk, value);
  };
  erase_times(object);
  erase_times(old_object);
  if (!same(object, old_object)) return;
  const auto first = std::ranges::find_if(pairs, is_restamped);
  findings.push_back(
      {.rule = GuardRule::kNoOp,
       .path = "",
       .type = "",
       .place = first->now->place + ".lastTransitionTime",
       .text = "nothing but lastTransitionTime differs",
       .value = first->now->written_time.empty() ? Value() : Value(first->now->written_time)});
}

GuardFindings judge_write(const JudgedWrite& write, const std::vector<ConditionPair>& pairs) {
  GuardFindings findings;
  for (const auto& pair : pairs) {
    judge_time(pair, write.old_object == nullptr, write.event_time, findings);
  }
  judge_generations(pairs, write.generation, findings);
  judge_twins(pairs, findings);
  judge_no_op(write, pairs, findings);
  return findings;
}

}  // namespace gatefold::engine
