#include "schema/cel/pattern.h"

#include <cmath>

namespace gatefold::cel {

// Texts count for one more than they have, so that no match is free.
std::uint64_t pattern_cost(const Val& text, const Val& pattern) {
  const double texts = std::ceil((1.0 + static_cast<double>(size_of(text))) * 0.1);
  const double patterns = std::ceil(static_cast<double>(size_of(pattern)) * 0.25);
  return static_cast<std::uint64_t>(texts) * static_cast<std::uint64_t>(patterns);
}

}  // namespace gatefold::cel
