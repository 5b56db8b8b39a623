// Sums and differences of timestamps and durations.
#pragma once

#include "schema/cel/val.h"

namespace gatefold::cel {

// `a` is a timestamp or a duration; what doesn't fit is `no such overload`. Beyond 64 bits of
// nanoseconds: `integer overflow`; beyond the years 1 to 9999: `timestamp overflow`
// (cel-go/common/types/overflow.go).
Val add_time(const Val& a, const Val& b);
Val subtract_time(const Val& a, const Val& b);

}  // namespace gatefold::cel
