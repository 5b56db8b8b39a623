#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "schema/cel/json_of.h"
#include "schema/cel/opaque.h"
#include "schema/cel/program.h"
#include "schema/json.h"

namespace gatefold::cel {
namespace {

Val resource_check_of(Arena& arena, const Value* value) {
  ResourceCheckVal check;
  if (value != nullptr) {
    check.group_check.group = string_at(*value, {"group"});
    check.resource = string_at(*value, {"resource"});
    check.subresource = string_at(*value, {"subresource"});
    check.namespace_name = string_at(*value, {"namespace"});
    check.name = string_at(*value, {"name"});
  }
  return resource_check_val(arena, check);
}

}  // namespace

Val value_of(Arena& arena, const Input& input, const Value* value) {
  if (input.opaque == ValKind::kVariables) return variables_val(input.variable);
  if (input.opaque == ValKind::kAuthorizer) return authorizer_val(arena, {});
  if (input.opaque == ValKind::kResourceCheck) return resource_check_of(arena, value);
  const bool is_there = value != nullptr;
  const auto val = is_there ? val_of(arena, *value, input.schema, input.is_root) : null_val();
  if (!input.is_optional) return val;
  return is_there ? optional_val(arena, val) : none_val();
}

Program::Answer answer_of(const Val& value, const Evaluation& evaluation) {
  Program::Answer answer{.cost = evaluation.cost, .value = Value(), .type = {}, .is_exhausted = {}};
  answer.is_exhausted = evaluation.is_exhausted;
  if (value.is_error()) {
    answer.value = std::unexpected(std::string(value.text));
    return answer;
  }
  answer.value = json_of(evaluation.arena, value);
  answer.type = type_name(value);
  return answer;
}

struct Activation::State : Composition {
  State(const Environment& of, std::span<const Value* const> given)
      : environment(of), values(given), known(of.variables.size()) {
    for (std::size_t i = 0; i < of.variables.size(); ++i) {
      if (!is_composed(of.variables[i])) continue;
      places.try_emplace(std::string_view(of.variables[i].name).substr(kComposedPrefix.size()), i);
    }
  }

  const Val* value_of(std::string_view name, std::size_t visible) override {
    const auto place = places.find(name);
    if (place == places.end() || place->second >= visible) return nullptr;
    auto& value = known[place->second];
    if (!value) value = compose(name, place->second);
    return &*value;
  }

  // `visible` is for a program that was compiled with so many variables.
  Val run(const Program::State& program, std::size_t visible, Evaluation& evaluation) {
    const auto slots = arena.make_span<Val>(program.slots);
    for (const auto& input : program.inputs) {
      slots[input.slot] = input.opaque == ValKind::kVariables
                              ? variables_val(std::min(visible, input.variable))
                              : plain(input);
    }
    return cel::evaluate(*program.root, slots, evaluation);
  }

  const Environment& environment;
  std::span<const Value* const> values;
  Arena arena;
  std::unordered_map<std::string_view, std::size_t> places;  // of composed variables
  std::vector<std::optional<Val>> known;                     // by the variables' places
  std::uint64_t cost_now = 0;     // of composed variables, in the evaluation that runs
  std::uint64_t cost_so_far = 0;  // of all of them

 private:
  const Val& plain(const Input& input) {
    auto& value = known[input.variable];
    if (value) return *value;
    const auto& variable = environment.variables[input.variable];
    if (variable.is_hidden) {
      return value.emplace(error_val(arena, "no such attribute(s): " + variable.name));
    }
    const auto* given = input.variable < values.size() ? values[input.variable] : nullptr;
    return value.emplace(cel::value_of(arena, input, given));
  }

  Val compose(std::string_view name, std::size_t place) {
    const auto& variable = environment.variables[place];
    if (variable.program == nullptr) {
      return error_val(arena, fmt::format("composited variable \"{}\" fails to compile: {}", name,
                                          variable.fault));
    }
    // Kubernetes looks at what they cost when the whole expression is done.
    if (cost_so_far > kObjectCostMax) return exhausted_error();
    Evaluation evaluation{.arena = arena, .cost_max = kExpressionCostMax, .composition = this};
    auto value = run(variable.program->state(), place, evaluation);
    cost_now += evaluation.cost;
    cost_so_far += evaluation.cost;
    if (!value.is_error()) return value;
    return error_val(
        arena, fmt::format("composited variable \"{}\" fails to evaluate: {}", name, value.text));
  }
};

Activation::Activation(const Environment& environment, std::span<const Value* const> values)
    : state_(std::make_unique<State>(environment, values)) {}
Activation::~Activation() = default;

Program::Answer Activation::evaluate(const Program& program, std::uint64_t cost_max) {
  Evaluation evaluation{.arena = state_->arena, .cost_max = cost_max, .composition = state_.get()};
  state_->cost_now = 0;
  const auto value = state_->run(program.state(), state_->environment.variables.size(), evaluation);
  auto answer = answer_of(value, evaluation);
  answer.cost += state_->cost_now;
  return answer;
}

}  // namespace gatefold::cel
