// Walks a checked and planned expression.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "schema/cel/ast.h"
#include "schema/cel/val.h"

namespace gatefold::cel {

// What `variables` has.
class Composition {
 public:
  virtual ~Composition() = default;
  // The value of a composed variable, which may be an error; nullptr where there is none of that
  // name among the first `visible` variables. Valid until the next call.
  virtual const Val* value_of(std::string_view name, std::size_t visible) = 0;
};

// One evaluation: where its values live and what it may still cost.
struct Evaluation {
  Arena& arena;
  std::uint64_t cost = 0;
  std::uint64_t cost_max = 0;
  bool is_exhausted = false;
  // Of the call that is running, where its pattern is a constant: compiled once.
  const re2::RE2* pattern = nullptr;
  Composition* composition = nullptr;  // nullptr: there are no composed variables

  // False: there is no budget left, or the arena's bounds are reached; the evaluation ends with an
  // error.
  bool charge(std::uint64_t units) {
    cost = units > UINT64_MAX - cost ? UINT64_MAX : cost + units;
    if (cost > cost_max || arena.is_spent()) is_exhausted = true;
    return !is_exhausted;
  }
};

// `slots` has the activation's variables first and room for those of comprehensions behind it.
// Errors are values; `||`, `&&`, all, exists and the ternary absorb them as the language says. The
// depth is bounded by the parser's. When the budget is gone, is_exhausted is set, the answer is
// exhausted_error() and no more than the step that was running is finished.
//
// Costs are those of the language's reference implementation as Kubernetes runs it
// (cel-go/interpreter/runtimecost.go, constant folding on, presence tests free): an identifier 1,
// a select or an index 1, but nothing for the identifier at the start of a ternary's branch or of
// an index; calls by their overload; a list 10 and a map 30 unless they are constant;
// comprehensions as the loops that cel-go expands them to.
Val evaluate(const Node& node, std::span<Val> slots, Evaluation& evaluation);

}  // namespace gatefold::cel
