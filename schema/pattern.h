// Patterns of schemas: Go's regular expressions, which are RE2's (R19.23).
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace gatefold {

// The error is Go's: "error parsing regexp: missing closing ): `(`". Programs have a bound of
// memory; a pattern beyond it is an error too.
std::expected<std::shared_ptr<const re2::RE2>, std::string> compile_pattern(std::string_view text);

}  // namespace gatefold
