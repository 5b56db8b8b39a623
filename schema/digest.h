// Names for content: equal texts have equal names.
#pragma once

#include <string>
#include <string_view>

namespace gatefold {

// The first 16 hexadecimal digits of the text's SHA-256.
std::string short_digest(std::string_view text);

}  // namespace gatefold
