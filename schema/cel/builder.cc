#include "schema/cel/builder.h"

#include <algorithm>

#include "schema/cel/macros.h"

namespace gatefold::cel {

Term Builder::bounded(NodePtr node, std::size_t height) {
  if (height > kDepthMax) return wrong(kNowhere, "max recursion depth exceeded");
  return {std::move(node), height};
}

Term Builder::wrong(std::uint32_t offset, std::string message) {
  cursor_.report(offset, std::move(message));
  return {};
}

Term Builder::mistaken(std::uint32_t offset, std::string message) {
  cursor_.report(offset, std::move(message));
  return made(offset, Literal{}, 0);
}

Term Builder::operation(std::uint32_t offset, std::string_view function, std::vector<Term> terms) {
  Call call;
  call.function = function;
  std::size_t height = 0;
  for (Term& term : terms) {
    height = std::max(height, term.height + 1);
    call.arguments.push_back(std::move(term.node));
  }
  return made(offset, std::move(call), height);
}

Term Builder::operation(std::uint32_t offset, std::string_view function, Term left, Term right) {
  std::vector<Term> terms;
  terms.push_back(std::move(left));
  terms.push_back(std::move(right));
  return operation(offset, function, std::move(terms));
}

Term Builder::balanced(std::string_view function, std::span<Term> terms,
                       std::span<const std::uint32_t> offsets) {
  if (offsets.empty()) return std::move(terms.front());
  const std::size_t middle = offsets.size() / 2;
  Term left = balanced(function, terms.first(middle + 1), offsets.first(middle));
  if (!left) return {};
  Term right = balanced(function, terms.subspan(middle + 1), offsets.subspan(middle + 1));
  if (!right) return {};
  return operation(offsets[middle], function, std::move(left), std::move(right));
}

Term Builder::call(std::uint32_t offset, std::string function, Term target,
                   std::vector<NodePtr> arguments, std::size_t height) {
  const bool is_leaf = !target && arguments.empty();
  if (!is_leaf) ++height;
  if (auto expanded = expand_macro(function, target.node, arguments, offset)) {
    if (!*expanded) return mistaken(expanded->error().offset, std::move(expanded->error().message));
    return bounded(std::move(**expanded), height);
  }
  // There are no namespaces to look the name up in: the dot has done its work, which is to keep
  // macros away.
  if (function.starts_with('.')) function.erase(0, 1);
  Call call;
  call.function = std::move(function);
  call.target = std::move(target.node);
  call.arguments = std::move(arguments);
  return made(offset, std::move(call), height);
}

}  // namespace gatefold::cel
