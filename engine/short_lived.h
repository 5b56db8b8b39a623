// Kinds of which nobody asks for the past.
#pragma once

#include <string_view>

namespace gatefold::engine {

// Whether the past of a resource goes unless told otherwise, as that of Leases and Events does:
// who goes back in time can do without.
bool is_short_lived(std::string_view resource);

}  // namespace gatefold::engine
