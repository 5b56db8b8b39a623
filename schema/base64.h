// RFC 4648: the alphabet of §4 with padding (Secret data), and the one of §5 without (continue
// tokens).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatefold {

std::string to_base64(std::string_view bytes);
std::string to_base64url(std::string_view bytes);
// Nothing where `text` is not of that form.
std::optional<std::string> from_base64(std::string_view text);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace gatefold
