#include "schema/cel/cel.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "schema/cel/check.h"
#include "schema/cel/declared_size.h"
#include "schema/cel/estimate.h"
#include "schema/cel/eval.h"
#include "schema/cel/json_of.h"
#include "schema/cel/parser.h"
#include "schema/cel/plan.h"

namespace gatefold::cel {

struct Program::State {
  Environment environment;
  Arena constants;  // outlives the tree
  NodePtr root;
  CheckedExpression checked;
};

namespace {

std::string compilation_failed(const std::string& issues) {
  return fmt::format("compilation failed: {}", issues);
}

std::expected<std::vector<Variable>, std::string> declare(const Environment& environment) {
  std::vector<Variable> out;
  for (const auto& variable : environment.variables) {
    auto type = simple_type(TypeKind::kDyn);
    if (variable.schema != nullptr) {
      auto declared = type_of_schema(*variable.schema, variable.is_root);
      if (!declared) {
        return std::unexpected("failed to convert to declType for CEL validation rules");
      }
      type = std::move(*declared);
    }
    if (variable.is_optional) type = optional_type(std::move(type));
    out.push_back({variable.name, std::move(type)});
  }
  return out;
}

// What the type of an expression has to be. Dyn is none of them, as in Kubernetes.
std::string_view complaint(const Type& type, ResultType wanted) {
  if (wanted == ResultType::kBool && type.kind != TypeKind::kBool) {
    return "cel expression must evaluate to a bool";
  }
  if (wanted == ResultType::kString && type.kind != TypeKind::kString) {
    return "messageExpression must evaluate to a string";
  }
  return {};
}

}  // namespace

Program::Program(std::unique_ptr<State> state) : state_(std::move(state)) {}
Program::~Program() = default;

std::expected<std::shared_ptr<const Program>, std::string> Program::compile(
    std::string_view expression, const Environment& environment, ResultType result) {
  auto variables = declare(environment);
  if (!variables) return std::unexpected(std::move(variables.error()));
  auto root = parse(expression);
  if (!root) return std::unexpected(compilation_failed(to_string(root.error(), expression)));
  auto checked = check(**root, *variables);
  if (!checked) return std::unexpected(compilation_failed(to_string(checked.error(), expression)));
  if (const auto why = complaint(*checked->type, result); !why.empty()) {
    return std::unexpected(std::string(why));
  }
  auto state = std::make_unique<State>();
  if (auto why = plan(**root, state->constants)) {
    return std::unexpected(fmt::format("program instantiation failed: {}", *why));
  }
  state->environment = environment;
  state->root = std::move(*root);
  state->checked = std::move(*checked);
  return std::shared_ptr<const Program>(new Program(std::move(state)));
}

bool Program::uses(std::size_t variable) const {
  return state_->checked.uses[variable];
}

Program::Estimate Program::estimate() const {
  const auto& variables = state_->environment.variables;
  const auto first = variables.empty() ? Environment::Variable() : variables.front();
  DeclaredSizes sizes(first.schema, first.is_root);
  const auto cost = cel::estimate(*state_->root, sizes);
  return {.cost_min = cost.min, .cost_max = cost.max};
}

Program::Answer Program::evaluate(std::span<const Value* const> values,
                                  std::uint64_t cost_max) const {
  Arena arena;
  Evaluation evaluation{.arena = arena, .cost_max = cost_max};
  const auto slots = arena.make_span<Val>(state_->checked.slots);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto& variable = state_->environment.variables[i];
    // What an expression doesn't name is not read.
    if (!state_->checked.uses[i]) continue;
    const bool is_there = values[i] != nullptr;
    auto value =
        is_there ? val_of(arena, *values[i], variable.schema, variable.is_root) : null_val();
    if (variable.is_optional) value = is_there ? optional_val(arena, value) : none_val();
    slots[i] = value;
  }
  const auto value = cel::evaluate(*state_->root, slots, evaluation);
  Answer answer{.cost = evaluation.cost, .value = Value(), .type = {}, .is_exhausted = {}};
  answer.is_exhausted = evaluation.is_exhausted;
  if (value.is_error()) {
    answer.value = std::unexpected(std::string(value.text));
    return answer;
  }
  answer.value = json_of(arena, value);
  answer.type = type_name(value);
  return answer;
}

std::uint64_t count_max(const SchemaNode& schema, bool is_root) {
  return DeclaredSizes(&schema, is_root).count_max();
}

}  // namespace gatefold::cel
