#include "engine/guard/settings.h"

#include <fmt/format.h>

namespace gatefold::engine {
namespace {

constexpr std::string_view kAll = "all";

std::string rules_text() {
  std::string text;
  for (const auto& rule : kGuardRuleTexts) text.append(rule.id).append(", ");
  return text.append("or ").append(kAll);
}

struct Choice {
  std::vector<GuardRule> rules;
  GuardMode mode;
};

Result<Choice> read_choice(std::string_view rule, std::string_view mode) {
  const auto found = find_guard_mode(mode);
  if (!found) {
    return bad_request(
        fmt::format("{} is no mode: say off, repair, warn or reject", go_quote(mode)));
  }
  Choice choice{{}, *found};
  if (rule == kAll) {
    for (const auto& text : kGuardRuleTexts) choice.rules.push_back(text.rule);
  } else if (const auto one = find_guard_rule(rule)) {
    choice.rules.push_back(*one);
  } else {
    return bad_request(fmt::format("{} is no rule: say {}", go_quote(rule), rules_text()));
  }
  for (const auto one : choice.rules) {
    if (*found == GuardMode::kRepair && !text_of(one).has_repair) {
      return bad_request(
          fmt::format("there is no repair for {}: say off, warn or reject", text_of(one).id));
    }
  }
  return choice;
}

}  // namespace

GuardSettings::GuardSettings() {
  for (std::size_t i = 0; i < kGuardRules; ++i) general_[i] = kGuardRuleTexts[i].initial_mode;
}

Result<void> GuardSettings::set(std::string_view rule, std::string_view mode) {
  auto choice = read_choice(rule, mode);
  if (!choice) return std::unexpected(std::move(choice.error()));
  for (const auto one : choice->rules) {
    general_[static_cast<std::size_t>(one)] = choice->mode;
    for (auto& [resource, modes] : of_resources_) modes.erase(one);
  }
  return {};
}

Result<void> GuardSettings::set_for(std::string_view resource, std::string_view rule,
                                    std::string_view mode) {
  auto choice = read_choice(rule, mode);
  if (!choice) return std::unexpected(std::move(choice.error()));
  auto& modes = of_resources_[std::string(resource)];
  for (const auto one : choice->rules) modes[one] = choice->mode;
  return {};
}

std::vector<std::string> GuardSettings::resources() const {
  std::vector<std::string> resources;
  for (const auto& [resource, modes] : of_resources_) resources.push_back(resource);
  return resources;
}

GuardModes GuardSettings::modes(std::string_view resource) const {
  auto modes = general_;
  const auto found = of_resources_.find(resource);
  if (found == of_resources_.end()) return modes;
  for (const auto& [rule, mode] : found->second) modes[static_cast<std::size_t>(rule)] = mode;
  return modes;
}

GuardMode GuardSettings::mode(std::string_view resource, GuardRule rule) const {
  return modes(resource)[static_cast<std::size_t>(rule)];
}

}  // namespace gatefold::engine
