// Which mode each rule of the guard has, for all kinds and for some of them.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/guard/rules.h"
#include "schema/status.h"

namespace gatefold::engine {

// In the order of GuardRule.
using GuardModes = std::array<GuardMode, kGuardRules>;

// Of what the server itself writes: times are kept true, and nobody is there to be told.
inline constexpr GuardModes kOwnGuardModes = [] {
  GuardModes modes{};
  modes[static_cast<std::size_t>(GuardRule::kRestamped)] = GuardMode::kRepair;
  modes[static_cast<std::size_t>(GuardRule::kUnstamped)] = GuardMode::kRepair;
  return modes;
}();

class GuardSettings {
 public:
  // As kGuardRuleTexts says.
  GuardSettings();

  // `rule` is a rule's id, or `all`. Of all kinds, and so of those that had modes of their own.
  // kBadRequest names what is wrong: an unknown rule or mode, `repair` where there is none.
  Result<void> set(std::string_view rule, std::string_view mode);
  // The same for objects of one resource (`gateways.gateway.networking.k8s.io`) alone.
  Result<void> set_for(std::string_view resource, std::string_view rule, std::string_view mode);

  // Those that have modes of their own, sorted.
  std::vector<std::string> resources() const;
  GuardModes modes(std::string_view resource) const;
  GuardMode mode(std::string_view resource, GuardRule rule) const;

 private:
  GuardModes general_;
  std::map<std::string, std::map<GuardRule, GuardMode>, std::less<>> of_resources_;
};

}  // namespace gatefold::engine
