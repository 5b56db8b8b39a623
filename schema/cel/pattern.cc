#include "schema/cel/pattern.h"

#include <re2/re2.h>

namespace gatefold::cel {

// In instructions of RE2: compiling is slow, and thousands of patterns of a few characters each may
// be large.
std::expected<std::shared_ptr<const re2::RE2>, std::string> PatternCompiler::compile(
    std::string_view pattern) {
  constexpr std::int64_t kSizeMax = 300'000;
  constexpr std::int64_t kWrongPatternSize = 10'000;
  if (size_ > kSizeMax) return std::unexpected("the expression's patterns are too large");
  auto compiled = compile_pattern(pattern);
  size_ += compiled ? (*compiled)->ProgramSize() : kWrongPatternSize;
  return compiled;
}

}  // namespace gatefold::cel
