#include "engine/guard/rules.h"

#include <algorithm>

namespace gatefold::engine {
namespace {

// In the order of GuardMode.
constexpr std::array<std::string_view, kGuardModes> kModeWords = {"off", "repair", "warn",
                                                                  "reject"};

constexpr bool are_in_order() {
  for (std::size_t i = 0; i < kGuardRules; ++i) {
    if (kGuardRuleTexts[i].rule != static_cast<GuardRule>(i)) return false;
  }
  return true;
}
static_assert(are_in_order());

}  // namespace

std::optional<GuardRule> find_guard_rule(std::string_view id) {
  const auto found = std::ranges::find(kGuardRuleTexts, id, &GuardRuleText::id);
  if (found == kGuardRuleTexts.end()) return std::nullopt;
  return found->rule;
}

std::string_view guard_mode_word(GuardMode mode) {
  return kModeWords[static_cast<std::size_t>(mode)];
}

std::optional<GuardMode> find_guard_mode(std::string_view word) {
  const auto found = std::ranges::find(kModeWords, word);
  if (found == kModeWords.end()) return std::nullopt;
  return static_cast<GuardMode>(found - kModeWords.begin());
}

}  // namespace gatefold::engine
