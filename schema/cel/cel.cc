#include "schema/cel/cel.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "schema/cel/check.h"
#include "schema/cel/declared_size.h"
#include "schema/cel/estimate.h"
#include "schema/cel/json_of.h"
#include "schema/cel/opaque.h"
#include "schema/cel/parser.h"
#include "schema/cel/plan.h"
#include "schema/cel/program.h"
#include "schema/invariant.h"

namespace gatefold::cel {
namespace {

// What evaluates composed variables goes down into their expressions, and values of one nest in
// those of another.
constexpr std::uint32_t kComposedDepthMax = 1000;

// What one rule of a list's item leaves in its arena.
constexpr std::size_t kRoomBytes = 2048;

std::string compilation_failed(const std::string& issues) {
  return fmt::format("compilation failed: {}", issues);
}

ValKind kind_of_opaque(std::string_view name) {
  for (const auto kind : {ValKind::kAuthorizer, ValKind::kResourceCheck, ValKind::kVariables}) {
    if (opaque_type_name(kind) == name) return kind;
  }
  GATEFOLD_ASSERT(false);
  return ValKind::kNull;
}

std::optional<TypePtr> type_of_plain(const Environment::Variable& variable) {
  auto type = simple_type(TypeKind::kDyn);
  if (!variable.opaque.empty()) {
    const bool is_all = kind_of_opaque(variable.opaque) == ValKind::kVariables;
    type = is_all ? variables_type() : opaque_type(std::string(variable.opaque));
  } else if (variable.schema != nullptr) {
    auto declared = variable.is_plain ? plain_type_of_schema(*variable.schema)
                                      : type_of_schema(*variable.schema, variable.is_root);
    if (!declared) return std::nullopt;
    type = std::move(*declared);
  }
  return variable.is_optional ? optional_type(std::move(type)) : type;
}

// The environment, as the checker wants it. An input for each variable that is declared, and a
// place among the environment's variables for each field.
struct Scope {
  Declarations declarations;
  std::vector<Input> inputs;
  std::vector<std::size_t> composed;

  void add(std::string_view name, TypePtr type, Input input) {
    input.slot = static_cast<std::uint32_t>(inputs.size());
    inputs.push_back(input);
    declarations.variables.push_back({name, std::move(type)});
  }
};

std::expected<Scope, std::string> declare(const Environment& environment) {
  Scope scope;
  bool has_all = false;
  for (std::size_t i = 0; i < environment.variables.size(); ++i) {
    const auto& variable = environment.variables[i];
    if (variable.is_hidden) continue;
    if (is_composed(variable)) {
      GATEFOLD_ASSERT(variable.name.starts_with(kComposedPrefix));
      const auto name = std::string_view(variable.name).substr(kComposedPrefix.size());
      const auto* program = variable.program.get();
      scope.declarations.fields.push_back({name, program != nullptr
                                                     ? composed_type(program->state().type)
                                                     : simple_type(TypeKind::kDyn)});
      scope.composed.push_back(i);
      continue;
    }
    auto type = type_of_plain(variable);
    if (!type) return std::unexpected("failed to convert to declType for CEL validation rules");
    Input input{.variable = i,
                .schema = variable.is_plain ? nullptr : variable.schema,
                .is_root = variable.is_root,
                .is_optional = variable.is_optional};
    if (!variable.opaque.empty()) input.opaque = kind_of_opaque(variable.opaque);
    if (input.opaque == ValKind::kVariables) {
      has_all = true;
      input.variable = environment.variables.size();
    }
    scope.add(variable.name, std::move(*type), input);
  }
  if (!has_all && !scope.composed.empty()) {
    scope.add("variables", variables_type(),
              {.variable = environment.variables.size(), .opaque = ValKind::kVariables});
  }
  return scope;
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
  auto scope = declare(environment);
  if (!scope) return std::unexpected(std::move(scope.error()));
  auto root = parse(expression);
  if (!root) return std::unexpected(compilation_failed(to_string(root.error(), expression)));
  auto checked = check(**root, scope->declarations);
  if (!checked) return std::unexpected(compilation_failed(to_string(checked.error(), expression)));
  if (const auto why = complaint(*checked->type, result); !why.empty()) {
    return std::unexpected(std::string(why));
  }
  auto state = std::make_unique<State>();
  if (!scope->inputs.empty()) state->first = scope->inputs.front();
  for (std::size_t i = 0; i < scope->inputs.size(); ++i) {
    if (!checked->uses[i]) continue;
    state->inputs.push_back(scope->inputs[i]);
    if (scope->inputs[i].opaque != ValKind::kVariables)
      state->uses.push_back(scope->inputs[i].variable);
  }
  std::uint32_t depth_below = 0;
  for (std::size_t i = 0; i < scope->composed.size(); ++i) {
    if (!checked->uses_fields[i]) continue;
    state->uses.push_back(scope->composed[i]);
    const auto& program = environment.variables[scope->composed[i]].program;
    if (program != nullptr) depth_below = std::max(depth_below, program->state().depth);
  }
  std::ranges::sort(state->uses);
  state->depth = checked->depth + depth_below;
  if (depth_below > 0 && state->depth > kComposedDepthMax) {
    return std::unexpected("compilation failed: the variables nest too deep");
  }
  if (auto why = plan(**root, state->constants)) {
    return std::unexpected(fmt::format("program instantiation failed: {}", *why));
  }
  state->root = std::move(*root);
  state->type = std::move(checked->type);
  state->result_type = name_of(*state->type);
  state->slots = checked->slots;
  return std::shared_ptr<const Program>(new Program(std::move(state)));
}

bool Program::uses(std::size_t variable) const {
  return std::ranges::binary_search(state_->uses, variable);
}

std::string_view Program::result_type() const {
  return state_->result_type;
}

Program::Estimate Program::estimate() const {
  DeclaredSizes sizes(state_->first.schema, state_->first.is_root);
  const auto cost = cel::estimate(*state_->root, sizes);
  return {.cost_min = cost.min, .cost_max = cost.max};
}

Program::Answer Program::evaluate(std::span<const Value* const> values,
                                  std::uint64_t cost_max) const {
  std::array<std::byte, kRoomBytes> room;
  Arena arena(room);
  Evaluation evaluation{.arena = arena, .cost_max = cost_max};
  const auto slots = arena.make_span<Val>(state_->slots);
  for (const auto& input : state_->inputs) {
    const auto* value = input.variable < values.size() ? values[input.variable] : nullptr;
    slots[input.slot] = value_of(arena, input, value);
  }
  return answer_of(cel::evaluate(*state_->root, slots, evaluation), evaluation);
}

std::uint64_t count_max(const SchemaNode& schema, bool is_root) {
  return DeclaredSizes(&schema, is_root).count_max();
}

}  // namespace gatefold::cel
