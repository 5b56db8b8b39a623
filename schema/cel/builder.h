// Trees as the parser grows them: no higher than kDepthMax, so that every walk may recurse.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/cel/cursor.h"
#include "schema/cel/parser.h"

namespace gatefold::cel {

// A tree, and how many nodes stand below its root on the longest way down. Without a node: an issue
// has been reported and there is no going on.
struct Term {
  NodePtr node;
  std::size_t height = 0;

  explicit operator bool() const { return node != nullptr; }
};

// Reports to the cursor, which outlives it.
class Builder {
 public:
  explicit Builder(Cursor& cursor) : cursor_(cursor) {}

  Term made(std::uint32_t offset, auto what, std::size_t height) {
    auto node = std::make_unique<Node>();
    node->offset = offset;
    node->what = std::move(what);
    return bounded(std::move(node), height);
  }
  Term bounded(NodePtr node, std::size_t height);

  // Ends the parsing.
  Term wrong(std::uint32_t offset, std::string message);
  // Reports what does not keep the text from being read on.
  Term mistaken(std::uint32_t offset, std::string message);

  // A call of `function` with the terms as its arguments, all of which have nodes.
  Term operation(std::uint32_t offset, std::string_view function, std::vector<Term> terms);
  Term operation(std::uint32_t offset, std::string_view function, Term left, Term right);
  // Of a chain `a && b && c`, which has one term more than offsets of operators, a balanced tree,
  // as in the reference. Takes the terms' nodes.
  Term balanced(std::string_view function, std::span<Term> terms,
                std::span<const std::uint32_t> offsets);

  // A macro or a call of `function` or, where there is a target, of a method. `height` is that of
  // target and arguments; a function may have a leading dot.
  Term call(std::uint32_t offset, std::string function, Term target, std::vector<NodePtr> arguments,
            std::size_t height);

 private:
  Cursor& cursor_;
};

}  // namespace gatefold::cel
