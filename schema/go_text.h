// How Go prints decoded values where error texts show them so.
#pragma once

#include <string>
#include <string_view>

#include "schema/value.h"

namespace gatefold {

// %v: `map[a:1 b:[x y]]`, members in order.
std::string go_text(const Value& value);
// %T: `map[string]interface {}`, `int64`.
std::string_view go_type(const Value& value);

}  // namespace gatefold
