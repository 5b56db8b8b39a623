#include "engine/lint/history_lint.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/guard/judge.h"
#include "engine/guard/memory.h"
#include "engine/lint/field_turns.h"
#include "engine/lint/lag.h"

namespace gatefold::engine {
namespace {

// As the rules take it; the body's is not changed.
std::vector<ConditionEntry> conditions_of(const Value& body) {
  return body.is_object() ? collect_conditions(body) : std::vector<ConditionEntry>();
}

// Of the transitions of one condition in a memory, the n-th back.
const PastTransition* past_of(const GuardMemory& memory, const GuardFinding& finding,
                              std::size_t n) {
  for (const auto& past : memory) {
    if (past.path == finding.path && past.type == finding.type && --n == 0) return &past;
  }
  return nullptr;
}

// Findings of one rule whose texts differ in numbers and times alone are of one sort: what went
// back is not what was above.
std::string sort_of(std::string_view text) {
  std::string sort;
  for (const auto c : text) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit) sort += c;
    if (is_digit && !sort.ends_with('#')) sort += '#';
  }
  return sort;
}

// Of a time that the guard put right only the record of it is left. 1970 is how it has what was no
// time; it is what the defaults of schemas say of a status that is Unknown, too, and no fault then.
std::string fault_of_claim(const LintedVersion& version, const storage::Repair& repair) {
  if (lies_ahead(repair.claimed, version.time)) {
    return fmt::format("lastTransitionTime {} lies in the future", format_seconds(repair.claimed));
  }
  const auto is_its_verdict = [&](const ConditionEntry& entry) {
    return entry.path == repair.path && entry.type == repair.type && is_verdict(entry);
  };
  const bool is_none =
      repair.claimed.ns == 0 && std::ranges::any_of(conditions_of(version.body), is_its_verdict);
  return is_none ? "lastTransitionTime was missing, no time, or of 1970" : "";
}

std::string writer_of_sighting(std::string_view text) {
  const auto first = text.find('|');
  const auto second = text.find('|', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return std::string(text);
  return writer_text({std::string(text.substr(0, first)), std::string(text.substr(second + 1)),
                      std::string(text.substr(first + 1, second - first - 1)), "", ""});
}

}  // namespace

// What is remembered of one life of an object.
struct HistoryLint::Object {
  std::string uid;
  LintedVersion last;  // its body is null where it was not kept
  GuardMemory memory;  // newest first
  FieldTurns fields;
  GenerationLag lag;
  std::set<std::tuple<GuardRule, std::string, std::string>> turned;  // fights and flaps so far

  void tell_turns(const LintedVersion& version, const GuardFinding& finding, LintNote& told);

  void remember(const LintedVersion& version, const std::vector<storage::Transition>& moved) {
    for (const auto& one : moved) {
      memory.insert(memory.begin(), {one.path, one.type, one.new_status, version.writer,
                                     version.time, version.revision});
    }
    if (memory.size() > kMemoryTransitionsMax) memory.resize(kMemoryTransitionsMax);
  }
};

// The first turn that is noticed has others behind it already.
void HistoryLint::Object::tell_turns(const LintedVersion& version, const GuardFinding& finding,
                                     LintNote& told) {
  const bool is_fight = finding.rule == GuardRule::kFight;
  told.detail =
      is_fight ? "set status in turn, each undoing the other's" : "status went back and forth";
  told.writers = {writer_text(version.writer)};
  if (is_fight) told.writers.push_back(finding.other_writer);
  told.joins_writers = !is_fight;
  told.form.clear();
  const auto turns = is_fight ? kFightTurns : kFlapTransitions;
  const auto* first = past_of(memory, finding, turns - 1);
  if (!turned.insert({finding.rule, finding.path, finding.type}).second || !first) return;
  told.count = turns;
  told.first = first->revision;
  told.first_time = first->time;
  if (is_fight) return;
  for (const auto& past : memory) {
    const bool is_turn =
        past.revision >= first->revision && past.path == finding.path && past.type == finding.type;
    if (is_turn) told.writers.push_back(writer_text(past.writer));
  }
}

HistoryLint::HistoryLint(LintRange range) : range_(std::move(range)) {}
HistoryLint::~HistoryLint() = default;

bool HistoryLint::is_in_range(const LintedVersion& version) const {
  const bool is_late = (range_.until.number > 0 && version.revision > range_.until) ||
                       (range_.until_time.ns > 0 && version.time > range_.until_time);
  return version.revision > range_.after && version.time >= range_.since && !is_late;
}

bool HistoryLint::is_asked(GuardRule rule) const {
  return range_.rules.empty() || range_.rules.contains(rule);
}

void HistoryLint::note(const LintedVersion& version, LintNote note) {
  if (is_in_range(version) && is_asked(note.rule)) gathering_.add(version, std::move(note));
}

// What the log no longer has lies between the object's line before and this one.
void HistoryLint::note_lost(const LintedVersion& version, Revision before) {
  const Revision last{version.revision.number - 1};
  const bool is_late = range_.until.number > 0 && before >= range_.until;
  if (before >= last || last <= range_.after || version.time < range_.since || is_late) return;
  gathering_.add_lost(version.key, before.next(), last);
}

void HistoryLint::note_repairs(const LintedVersion& version) {
  for (const auto& repair : version.repairs) {
    const auto rule = find_guard_rule(repair.rule);
    if (!rule) continue;
    LintNote told{.rule = *rule,
                  .path = repair.path,
                  .type = repair.type,
                  .detail = fmt::format("{}: it said {}, true is {}", text_of(*rule).what,
                                        repair.claimed == Time{} ? "no time, or 1970"
                                                                 : format_seconds(repair.claimed),
                                        format_seconds(repair.kept)),
                  .writers = {},
                  .form = "repaired",
                  .first = {},
                  .first_time = {},
                  .is_repaired = true};
    note(version, told);
    told.detail = fault_of_claim(version, repair);
    if (*rule == GuardRule::kBadTime || told.detail.empty()) continue;
    told.rule = GuardRule::kBadTime;
    note(version, std::move(told));
  }
}

void HistoryLint::compare(const LintedVersion& version, Object& object) {
  const bool is_new = object.last.revision.number == 0;
  const auto& before = object.last.body;
  ConditionPairs pairs(is_new ? std::vector<ConditionEntry>() : conditions_of(before),
                       conditions_of(version.body));
  std::vector<storage::Transition> moved;
  for (const auto& pair : pairs.all()) {
    auto transition = transition_of(pair, is_new, version.time);
    if (transition) moved.push_back(std::move(*transition));
  }
  // A write that is a generation of its own has no older one to speak of.
  const auto generation = integer_at(version.body, {"metadata", "generation"}, 0);
  const bool is_comparable =
      !is_new && generation == integer_at(before, {"metadata", "generation"}, 0);
  auto findings = judge_write(
      {is_new ? nullptr : &before, &version.body, version.time, is_comparable ? generation : 0},
      pairs.all());
  const RememberedWrite write{pairs.all(), moved, version.writer, version.time};
  judge_turns(write, object.memory, findings);
  judge_entries(write, object.memory, findings);
  for (const auto& finding : findings) {
    LintNote told{.rule = finding.rule,
                  .path = finding.path,
                  .type = finding.type,
                  .detail = finding.text,
                  .writers = {},
                  .form = sort_of(finding.text),
                  .first = {},
                  .first_time = {}};
    if (finding.rule == GuardRule::kFight || finding.rule == GuardRule::kFlap)
      object.tell_turns(version, finding, told);
    note(version, std::move(told));
  }
  for (auto& one : object.lag.judge(version, pairs.all())) note(version, std::move(one));
  object.remember(version, moved);
  // In another version of its kind an object may say the same in other fields.
  if (is_new || string_at(before, {"apiVersion"}) != string_at(version.body, {"apiVersion"}))
    return;
  for (auto& one : object.fields.judge(version, before, !moved.empty()))
    note(version, std::move(one));
}

void HistoryLint::judge(const LintedVersion& version, Object& object) {
  const bool is_first = object.last.revision.number == 0;
  const bool has_body = version.body.is_object();
  if (!has_body) {
    if (is_in_range(version)) gathering_.add_gap(version);
    if (!version.is_stand_in) object.remember(version, version.transitions);
    // What lagged may have caught up.
    object.lag = GenerationLag();
  } else if (is_first ? version.is_addition : object.last.body.is_object()) {
    compare(version, object);
  } else {
    // What it came from is not known.
    if (!object.last.is_stand_in) object.remember(version, version.transitions);
  }
  object.last = version;
}

void HistoryLint::add(const LintedVersion& version) {
  if (is_in_range(version)) ++versions_;
  const auto before =
      std::exchange(last_lines_[version.key], {version.revision, version.kind}).revision;
  last_time_ = version.time;
  note_repairs(version);
  auto& held = objects_[version.key];
  // A line names the version before it in the same life, and a life before it has an end.
  const auto known = held == nullptr ? Revision{} : held->last.revision;
  const bool is_next = version.previous == known;
  if (!is_next) note_lost(version, before);
  if (held == nullptr || held->uid != version.uid || !is_next) {
    held = std::make_unique<Object>();
    held->uid = version.uid;
  }
  if (version.is_deletion) {
    for (auto& one : held->lag.end(version, version.time)) note(version, std::move(one));
    objects_.erase(version.key);
    return;
  }
  judge(version, *held);
}

void HistoryLint::add_sighting(const storage::Sighting& sighting) {
  const auto rule = find_guard_rule(sighting.rule);
  const auto line = last_lines_.find(sighting.key);
  if (!rule || !is_asked(*rule) || line == last_lines_.end()) return;
  const auto is_behind = [&](Time end) { return end.ns > 0 && sighting.first > end; };
  const bool is_outside = sighting.last < range_.since || sighting.last <= range_.after_time ||
                          is_behind(range_.until_time) || is_behind(range_.until_revision_time);
  const bool is_loop = *rule != GuardRule::kNoOp || sighting.count >= kLoopWrites;
  if (is_outside || !is_loop) return;
  gathering_.add_sighting(sighting, *rule, line->second.kind, writer_of_sighting(sighting.writer));
}

// They are of a range that they reach into, however long ago the object was written.
void HistoryLint::note_open_lags(Time until) {
  if (range_.until_time.ns > 0) {
    until = std::min(until, range_.until_time);
  } else if (range_.until_revision_time.ns > 0) {
    until = std::min(until, range_.until_revision_time);
  }
  if (until <= range_.after_time || until < range_.since) return;
  for (auto& [key, object] : objects_) {
    for (auto& one : object->lag.end(object->last, until)) {
      if (is_asked(one.rule)) gathering_.add(object->last, std::move(one));
    }
  }
}

LintReport HistoryLint::finish(Time until) {
  note_open_lags(std::max(until, last_time_));
  auto report = gathering_.take();
  report.versions = versions_;
  report.objects = last_lines_.size();
  return report;
}

}  // namespace gatefold::engine
