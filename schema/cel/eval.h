// Walks a checked expression.
#pragma once

#include <cstdint>
#include <span>

#include "schema/cel/ast.h"
#include "schema/cel/val.h"

namespace gatefold::cel {

// One evaluation: where its values live and what it may still cost.
struct Evaluation {
  Arena& arena;
  std::uint64_t cost = 0;
  std::uint64_t cost_max = 0;
  bool is_exhausted = false;
  // Of the call that is running, where its pattern is a literal: compiled once.
  const re2::RE2* pattern = nullptr;

  // False: there is no budget left; the evaluation ends with an error.
  bool charge(std::uint64_t units);
};

// `slots` has the activation's variables first and room for those of comprehensions behind it.
// Errors are values; `||`, `&&`, all, exists and the ternary absorb them as the language says. The
// depth is bounded by the parser's.
Val evaluate(const Node& node, std::span<Val> slots, Evaluation& evaluation);

}  // namespace gatefold::cel
