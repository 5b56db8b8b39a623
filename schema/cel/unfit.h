// Arguments that fit an overload by their kinds and not by what is in them.
#pragma once

#include <span>
#include <string_view>

#include "schema/cel/val.h"

namespace gatefold::cel {

// `no such overload: sum(list)`: what the reference implementation answers where a list's first
// item is not what the overload declares, as may be in lists without a type.
Val unfit(Arena& arena, std::string_view function, std::span<const Val> arguments);

}  // namespace gatefold::cel
