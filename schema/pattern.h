// Patterns of schemas and expressions: Go's regular expressions, which are RE2's (R19.23).
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace gatefold {

// Compiled for UTF-8, with bounded memory; any number of threads may match with it. The error is
// Go's: error parsing regexp: missing closing ]: `[a`.
std::expected<std::shared_ptr<const re2::RE2>, std::string> compile_pattern(
    std::string_view pattern);

}  // namespace gatefold
