// The rules of the guard, as data: what each says, why, and where it comes from. They judge writes
// of conditions as they come, and histories (`gatefold lint`).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gatefold::engine {

enum class GuardRule : std::uint8_t {
  kRestamped,
  kUnstamped,
  kObservedGeneration,
  kStale,
  kForeignEntry,
  kDuplicate,
  kBadTime,
  kNoOp,
  kFight,
  kFlap,
};
inline constexpr std::size_t kGuardRules = 10;

// What becomes of a write that breaks a rule. kRepair: it is put right and recorded; kWarn: the
// client is told; kReject: it is refused as invalid.
enum class GuardMode : std::uint8_t { kOff, kRepair, kWarn, kReject };
inline constexpr std::size_t kGuardModes = 4;

struct GuardRuleText {
  GuardRule rule;
  std::string_view id;  // on the command line, in files, metrics, findings
  GuardMode initial_mode;
  bool has_repair;
  std::string_view what;    // is wrong
  std::string_view why;     // it matters
  std::string_view source;  // who says so
};

// Of fights over fields that are no condition's status a write is judged by the object's last
// versions, and only where it takes a field from another field manager (field_fights.h); a history
// by all that happened. Of writes that change nothing at all `no-op` is a count alone: nobody is
// warned or refused.
// In the order of GuardRule. "API conventions" are Kubernetes' (sig-architecture, typical status
// properties); "GEP-1364" is the Gateway API's on conditions.
inline constexpr std::array<GuardRuleText, kGuardRules> kGuardRuleTexts = {{
    {GuardRule::kRestamped, "restamped", GuardMode::kRepair, true,
     "lastTransitionTime moved, status did not",
     "the time of the last transition is lost, and each write wakes every watcher",
     "metav1.Condition: the last time the condition transitioned from one status to another"},
    {GuardRule::kUnstamped, "unstamped", GuardMode::kRepair, true,
     "status moved, lastTransitionTime is not the time at which it did",
     "whoever waits for a state to last sees it as older or newer than it is",
     "metav1.Condition: if that is not known, use the time when the API field changed"},
    {GuardRule::kObservedGeneration, "observed-generation", GuardMode::kWarn, false,
     "observedGeneration vanished, went back, is above metadata.generation, or stays while others "
     "of its list move on",
     "nobody can tell whether the condition speaks of the spec as it is now",
     "metav1.Condition: the metadata.generation that the condition was set based upon; Gateway "
     "API's conformance wants it on each condition"},
    {GuardRule::kStale, "stale", GuardMode::kWarn, false,
     "True or False was written for an older generation than the object has",
     "a verdict on a spec that is gone is taken for one on the spec as it is",
     "API conventions: such a condition is out of date; Gateway API's helpers take it for not "
     "ready"},
    {GuardRule::kForeignEntry, "foreign-entry", GuardMode::kWarn, false,
     "an entry of another controllerName was edited or dropped",
     "status.parents and status.ancestors are shared, and the other controller writes it again",
     "RouteParentStatus and PolicyAncestorStatus: controllers keep entries that aren't theirs"},
    {GuardRule::kDuplicate, "duplicate", GuardMode::kWarn, false,
     "a list of conditions has one type twice", "readers take the one or the other",
     "API conventions: conditions are a map by type"},
    {GuardRule::kBadTime, "bad-time", GuardMode::kWarn, true,
     "lastTransitionTime is no time, or lies in the future", "durations become negative or endless",
     "metav1.Condition: lastTransitionTime is required, and in the past"},
    {GuardRule::kNoOp, "no-op", GuardMode::kWarn, true, "nothing but lastTransitionTime differs",
     "the writer loops without having anything to say",
     "Gateway API status rules: a write that changes nothing is left out"},
    {GuardRule::kFight, "fight", GuardMode::kWarn, false,
     "two writers set one thing in turn, each undoing the other's",
     "the state never settles, and each reader sees another one",
     "Gateway API: one controller owns an object's or an entry's status"},
    {GuardRule::kFlap, "flap", GuardMode::kWarn, false, "status goes back and forth within minutes",
     "data planes are programmed anew each time",
     "API conventions: conditions are for states that last"},
}};

inline constexpr const GuardRuleText& text_of(GuardRule rule) {
  return kGuardRuleTexts[static_cast<std::size_t>(rule)];
}

std::optional<GuardRule> find_guard_rule(std::string_view id);
// off, repair, warn, reject
std::string_view guard_mode_word(GuardMode mode);
std::optional<GuardMode> find_guard_mode(std::string_view word);

}  // namespace gatefold::engine
