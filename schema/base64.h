// RFC 4648: the alphabet of §4 with padding (Secret data), and the one of §5 without (continue
// tokens).
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace gatefold {

std::string to_base64(std::string_view bytes);
std::string to_base64url(std::string_view bytes);
// Nothing where `text` is not of that form.
std::optional<std::string> from_base64(std::string_view text);
std::optional<std::string> from_base64url(std::string_view text);
// As Go's decoder reads it: line ends may stand anywhere. Fails with the place of the first byte
// that doesn't fit.
std::expected<std::string, std::size_t> from_base64_lines(std::string_view text);
// The same with the alphabet of §5.
std::expected<std::string, std::size_t> from_base64url_lines(std::string_view text);

}  // namespace gatefold
