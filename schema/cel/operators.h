// Operators of the language that more than one library needs. Operands are no errors, and of any
// kinds: what doesn't fit is `no such overload`.
#pragma once

#include <span>

#include "schema/cel/val.h"

namespace gatefold::cel {

struct Evaluation;

// `a + b` of any types.
Val add(Evaluation& evaluation, std::span<const Val> operands);

// `+` and `-` where the first operand is a timestamp or a duration. Beyond 64 bits of nanoseconds:
// `integer overflow`; beyond the years 1 to 9999: `timestamp overflow`
// (cel-go/common/types/overflow.go).
Val add_time(const Val& a, const Val& b);
Val subtract_time(const Val& a, const Val& b);

}  // namespace gatefold::cel
