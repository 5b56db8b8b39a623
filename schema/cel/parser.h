// Text to tree: the grammar of the language's definition and its macros.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "schema/cel/ast.h"

namespace gatefold::cel {

// Where the reference implementation knows no place: it prints line -1.
inline constexpr std::uint32_t kNowhere = 0xffff'ffff;

// What is wrong, and where: code points from the start, or kNowhere.
struct Issue {
  std::uint32_t offset = 0;
  std::string message;
};
template <class T>
using Parsed = std::expected<T, Issue>;

// Bounds: expressions nest and chain no deeper than kDepthMax, and are no longer than
// kExpressionCodePointsMax; more is an error as of any other syntax.
inline constexpr std::size_t kDepthMax = 250;
inline constexpr std::size_t kExpressionCodePointsMax = 100'000;

Parsed<NodePtr> parse(std::string_view expression);

// `ERROR: <input>:1:5: undefined field 'zz'\n | self.zz == 1\n | ....^`
std::string to_string(const Issue& issue, std::string_view expression);

// The tree as text, for tests: `_+_(1, a.b)`.
std::string to_string(const Node& node);

}  // namespace gatefold::cel
