// Patterns of expressions and what they cost.
#pragma once

#include <cstdint>

#include "schema/cel/val.h"
#include "schema/pattern.h"

namespace gatefold::cel {

// What matching arguments[0] with the pattern arguments[1] costs.
std::uint64_t pattern_cost(const Val& text, const Val& pattern);

}  // namespace gatefold::cel
