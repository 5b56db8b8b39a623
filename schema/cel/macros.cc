#include "schema/cel/macros.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace gatefold::cel {
namespace {

using Kind = Comprehension::Kind;
using Expanded = Parsed<NodePtr>;

struct ComprehensionMacro {
  std::string_view name;
  std::size_t variables;
  std::size_t expressions;  // after the variables: an optional condition, then the last word
  Kind kind;
};

// `map` with a condition is the one with three arguments: it has no form of two variables.
// Kubernetes knows `existsOne` with two of them only.
constexpr std::array<ComprehensionMacro, 16> kComprehensions = {
    {{"all", 1, 1, Kind::kAll},
     {"all", 2, 1, Kind::kAll},
     {"exists", 1, 1, Kind::kExists},
     {"exists", 2, 1, Kind::kExists},
     {"exists_one", 1, 1, Kind::kExistsOne},
     {"exists_one", 2, 1, Kind::kExistsOne},
     {"existsOne", 2, 1, Kind::kExistsOne},
     {"filter", 1, 1, Kind::kFilter},
     {"map", 1, 1, Kind::kMap},
     {"map", 1, 2, Kind::kMap},
     {"transformList", 2, 1, Kind::kTransformList},
     {"transformList", 2, 2, Kind::kTransformList},
     {"transformMap", 2, 1, Kind::kTransformMap},
     {"transformMap", 2, 2, Kind::kTransformMap},
     {"transformMapEntry", 2, 1, Kind::kTransformMapEntry},
     {"transformMapEntry", 2, 2, Kind::kTransformMapEntry}}};

std::unexpected<Issue> wrong(const Node& argument, std::string message) {
  return std::unexpected(Issue{argument.offset, std::move(message)});
}

NodePtr make_node(std::uint32_t offset, auto what) {
  auto node = std::make_unique<Node>();
  node->offset = offset;
  node->what = std::move(what);
  return node;
}

// The reference takes the leading dot for a part of the name, which then nothing refers to.
std::optional<std::string> variable_of(const Node& node) {
  const auto* const ident = std::get_if<Ident>(&node.what);
  if (ident == nullptr) return std::nullopt;
  return (ident->is_absolute ? "." : "") + ident->name;
}

Expanded expand_has(NodePtr argument, std::uint32_t offset) {
  auto* const select = std::get_if<Select>(&argument->what);
  if (select == nullptr || select->is_optional) {
    return wrong(*argument, "invalid argument to has() macro");
  }
  select->is_test = true;
  argument->offset = offset;
  return argument;
}

std::optional<Issue> read_variables(const ComprehensionMacro& macro,
                                    const std::vector<NodePtr>& arguments, Comprehension& out) {
  const bool says_identifier = macro.kind == Kind::kMap || macro.kind == Kind::kFilter;
  const std::array<std::string*, 2> names = {&out.variable, &out.variable2};
  for (std::size_t i = 0; i < macro.variables; ++i) {
    auto name = variable_of(*arguments[i]);
    if (!name) {
      return Issue{arguments[i]->offset, says_identifier ? "argument is not an identifier"
                                                         : "argument must be a simple name"};
    }
    *names.at(i) = std::move(*name);
  }
  if (macro.variables == 2 && out.variable == out.variable2) {
    return Issue{arguments[1]->offset, "duplicate variable name: " + out.variable};
  }
  for (std::size_t i = 0; i < macro.variables; ++i) {
    if (*names.at(i) != "__result__") continue;
    return Issue{arguments[i]->offset, "iteration variable overwrites accumulator variable"};
  }
  return std::nullopt;
}

Expanded expand_comprehension(const ComprehensionMacro& macro, NodePtr target,
                              std::vector<NodePtr> arguments, std::uint32_t offset) {
  Comprehension out;
  if (auto issue = read_variables(macro, arguments, out)) return std::unexpected(*issue);
  out.kind = macro.kind;
  out.range = std::move(target);
  const bool is_predicate = macro.kind == Kind::kAll || macro.kind == Kind::kExists ||
                            macro.kind == Kind::kExistsOne || macro.kind == Kind::kFilter;
  (is_predicate ? out.condition : out.transform) = std::move(arguments.back());
  if (macro.expressions == 2) out.condition = std::move(arguments[macro.variables]);
  return make_node(offset, std::move(out));
}

Expanded expand_bind(Bind::Kind kind, NodePtr target, std::vector<NodePtr> arguments,
                     std::uint32_t offset) {
  auto name = variable_of(*arguments[0]);
  if (!name) {
    const std::string macro = kind == Bind::Kind::kOptMap ? "optMap" : "optFlatMap";
    return wrong(*arguments[0], macro + "() variable name must be a simple identifier");
  }
  Bind out;
  out.kind = kind;
  out.variable = std::move(*name);
  out.value = std::move(target);
  out.result = std::move(arguments[1]);
  return make_node(offset, std::move(out));
}

}  // namespace

std::optional<Expanded> expand_macro(std::string_view function, NodePtr& target,
                                     std::vector<NodePtr>& arguments, std::uint32_t offset) {
  if (target == nullptr) {
    if (function != "has" || arguments.size() != 1) return std::nullopt;
    return expand_has(std::move(arguments[0]), offset);
  }
  if (arguments.size() == 2 && (function == "optMap" || function == "optFlatMap")) {
    const auto kind = function == "optMap" ? Bind::Kind::kOptMap : Bind::Kind::kOptFlatMap;
    return expand_bind(kind, std::move(target), std::move(arguments), offset);
  }
  const auto* const macro = std::ranges::find_if(kComprehensions, [&](const auto& candidate) {
    return candidate.name == function &&
           candidate.variables + candidate.expressions == arguments.size();
  });
  if (macro == kComprehensions.end()) return std::nullopt;
  return expand_comprehension(*macro, std::move(target), std::move(arguments), offset);
}

}  // namespace gatefold::cel
