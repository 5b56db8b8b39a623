// The string formats that structural schemas enforce (R19.22).
#pragma once

#include <string_view>

namespace gatefold {

// Whether values are held to it; `format` may be "".
bool format_is_enforced(std::string_view format);

// Whether `text` is of `format`; formats that are not enforced (int32, ...) hold for everything.
bool format_holds(std::string_view format, std::string_view text);

}  // namespace gatefold
