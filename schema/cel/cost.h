// What reading values costs, in units of the language's reference implementation (cel-go
// common/cost.go; k8s.io/apiserver pkg/cel/library/cost.go).
#pragma once

#include <cstdint>
#include <span>

#include "schema/cel/val.h"

namespace gatefold::cel {

// Of `size` code points, bytes or items: a tenth, rounded up.
constexpr std::uint64_t traversal_cost(std::uint64_t size) {
  return size / 10 + (size % 10 != 0 ? 1 : 0);
}

// Of a function that reads its first argument once.
inline std::uint64_t reading_cost(std::span<const Val> arguments, const Val&) {
  return traversal_cost(size_of(arguments[0]));
}

// Of matching a text of `size` against a pattern of `pattern_size`, a quarter of which counts.
constexpr std::uint64_t pattern_cost(std::uint64_t size, std::uint64_t pattern_size) {
  return traversal_cost(size + 1) * (pattern_size / 4 + (pattern_size % 4 != 0 ? 1 : 0));
}

// Of a walk over all that a value holds: a tenth of a text's bytes, rounded down, 1 for other
// scalars. Large values cost more than in the reference, and endless ones more than there is.
std::uint64_t walk_cost(const Val& value);

}  // namespace gatefold::cel
