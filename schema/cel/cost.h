// What reading a text costs, in units of the language's reference implementation (cel-go
// common/cost.go; k8s.io/apiserver pkg/cel/library/cost.go).
#pragma once

#include <cstdint>

namespace gatefold::cel {

// Of `size` code points, bytes or items: a tenth, rounded up.
constexpr std::uint64_t traversal_cost(std::uint64_t size) {
  return size / 10 + (size % 10 != 0 ? 1 : 0);
}

// Of matching a text of `size` against a pattern of `pattern_size`, a quarter of which counts.
constexpr std::uint64_t pattern_cost(std::uint64_t size, std::uint64_t pattern_size) {
  return traversal_cost(size + 1) * (pattern_size / 4 + (pattern_size % 4 != 0 ? 1 : 0));
}

}  // namespace gatefold::cel
