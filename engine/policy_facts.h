// Fetching for policies: which of those in force may look at a write, with what they need to know.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/command.h"
#include "engine/facts.h"
#include "engine/policies.h"
#include "engine/policy/match_resources.h"

namespace gatefold::engine {

// Objects that a selector of parameters may look at and find; with more the binding fails.
inline constexpr std::size_t kParamObjectsMax = 10'000;
inline constexpr std::size_t kParamsMax = 256;

// The write as rules see it. Views into command and facts.
WriteAttributes write_attributes(const Command& command, const Facts& facts);

// Fills facts.policies and facts.policy_namespace and notes what was read. What is wrong with a
// policy or its parameters is a fault in there; fails where the disk can't be read. Which objects a
// selector of parameters finds is as of the View.
Result<void> gather_policies(const Command& command, const View& view, const Overlay* overlay,
                             Facts& facts);

}  // namespace gatefold::engine
