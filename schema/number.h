// Decimal text to doubles, as Go's strconv reads it.
#pragma once

#include <optional>
#include <string_view>

namespace gatefold {

// The nearest double of `text`: `-1.5e-3`, `.5`, without a plus sign and without white space. What
// is too small for a double is 0, what is too large is nothing, and so is what is no number.
std::optional<double> read_double(std::string_view text);

}  // namespace gatefold
