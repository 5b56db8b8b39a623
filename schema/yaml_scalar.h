// What an unquoted YAML scalar means: YAML 1.1 as Go's decoder reads it (R4.16).
#pragma once

#include <optional>
#include <string_view>

#include "schema/value.h"

namespace gatefold {

// null, a boolean, a number or a string; timestamps are strings. Nothing for the numbers that JSON
// lacks:
// `.inf` and `.nan`.
std::optional<Value> resolve_plain_scalar(std::string_view text);

}  // namespace gatefold
