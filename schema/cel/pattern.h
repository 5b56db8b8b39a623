// Patterns of one expression.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "schema/pattern.h"

namespace gatefold::cel {

// For all patterns of one expression: fails where they are too large together.
class PatternCompiler {
 public:
  std::expected<std::shared_ptr<const re2::RE2>, std::string> compile(std::string_view pattern);

 private:
  std::int64_t size_ = 0;
};

}  // namespace gatefold::cel
