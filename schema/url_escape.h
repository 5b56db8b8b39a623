// Percent escapes of the parts of a URL, as Go's net/url has them.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace gatefold {

enum class UrlPart { kPath, kUserPassword, kHost, kZone, kQuery, kFragment };

// The error is Go's: `invalid URL escape "%zz"`, `invalid character " " in host name`.
std::expected<std::string, std::string> unescape_url(std::string_view text, UrlPart part);
std::string escape_url(std::string_view text, UrlPart part);
// Whether `text` is escaped well enough to be kept as it is, in kPath and kFragment.
bool is_escaped_url(std::string_view text, UrlPart part);

}  // namespace gatefold
