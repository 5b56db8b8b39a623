// Patterns of expressions: Go's regular expressions, which are RE2's.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace gatefold::cel {

// Compiled for UTF-8, with bounded memory; any number of threads may match with it. The error is
// Go's: error parsing regexp: missing closing ]: `[a`.
std::expected<std::shared_ptr<const re2::RE2>, std::string> compile_pattern(
    std::string_view pattern);

// For all patterns of one expression: fails where they are too large together.
class PatternCompiler {
 public:
  std::expected<std::shared_ptr<const re2::RE2>, std::string> compile(std::string_view pattern);

 private:
  std::int64_t size_ = 0;
};

}  // namespace gatefold::cel
