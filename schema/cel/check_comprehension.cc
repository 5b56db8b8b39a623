// What the macros of cel-go expand to is typed here as if it were there: the same overloads, asked
// in the same order, so that the same is refused in the same words.
#include <array>

#include <fmt/format.h>

#include "schema/cel/checker.h"

namespace gatefold::cel {

class Checker::Scope {
 public:
  explicit Scope(Checker& of) : of_(of), size_(of.names_.size()) {}
  ~Scope() { of_.names_.resize(size_); }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  Checker& of_;
  std::size_t size_;
};

TypePtr Checker::type_of(Node& node, Comprehension& comprehension) {
  visit(*comprehension.range);
  auto [variable, variable2] = range_of(comprehension);
  const Scope scope(*this);
  comprehension.slot = declare(comprehension.variable, variable);
  if (!comprehension.variable2.empty()) {
    comprehension.slot2 = declare(comprehension.variable2, std::move(variable2));
  }
  return substitution_.apply(folded(node, comprehension, variable), false);
}

Checker::Range Checker::range_of(Comprehension& comprehension) {
  const auto& node = *comprehension.range;
  const auto dyn = simple_type(TypeKind::kDyn);
  const bool has_two = !comprehension.variable2.empty();
  const auto range = substitution_.apply(node.type, false);
  switch (range->kind) {
    case TypeKind::kList:
      if (has_two) return {simple_type(TypeKind::kInt), range->parameters[0]};
      return {range->parameters[0], dyn};
    case TypeKind::kMap:
      return {range->parameters[0], range->parameters[1]};
    case TypeKind::kDyn:
    case TypeKind::kError:
    case TypeKind::kParameter:
      substitution_.assign(dyn, range);
      return {dyn, dyn};
    default:
      break;
  }
  const auto error_type =
      error(node, fmt::format("expression of type '{}' cannot be range of a comprehension (must be "
                              "list, map, or dynamic)",
                              to_string(*range)));
  return {error_type, error_type};
}

TypePtr Checker::folded(const Node& node, Comprehension& comprehension, const TypePtr& variable) {
  using Kind = Comprehension::Kind;
  const auto boolean = simple_type(TypeKind::kBool);
  if (comprehension.condition != nullptr) visit(*comprehension.condition);
  if (comprehension.transform != nullptr) visit(*comprehension.transform);
  switch (comprehension.kind) {
    case Kind::kAll:
    case Kind::kExists:
      expect(*comprehension.condition, boolean);
      return boolean;
    case Kind::kExistsOne:
      guarded(node, comprehension, simple_type(TypeKind::kInt));
      return boolean;
    case Kind::kFilter:
      return guarded(node, comprehension, list_type(variable));
    case Kind::kMap:
    case Kind::kTransformList:
      return guarded(node, comprehension, list_type(comprehension.transform->type));
    case Kind::kTransformMap:
      return guarded(node, comprehension, map_type(variable, comprehension.transform->type));
    case Kind::kTransformMapEntry:
      return entries(node, comprehension);
  }
  return simple_type(TypeKind::kError);
}

// `condition ? step : accumulator`. What the accumulator is stays true whatever becomes of it.
TypePtr Checker::guarded(const Node& node, const Comprehension& comprehension,
                         const TypePtr& accumulator, const TypePtr& step) {
  if (comprehension.condition != nullptr) {
    conditional(node, {comprehension.condition->type, step, accumulator});
  }
  return accumulator;
}
TypePtr Checker::guarded(const Node& node, const Comprehension& comprehension,
                         const TypePtr& accumulator) {
  return guarded(node, comprehension, accumulator, accumulator);
}

TypePtr Checker::entries(const Node& node, const Comprehension& comprehension) {
  static const Overload kInsert = parse_signature(
      {.signature = "cel.@mapInsert(map(K, V), map(K, V)) map(K, V)", .function = nullptr});
  const auto accumulator = map_type(substitution_.fresh(), substitution_.fresh());
  const std::array arguments = {accumulator, comprehension.transform->type};
  const auto step = resolve(node, kInsert.name, {&kInsert, 1}, arguments, false, nullptr);
  return guarded(node, comprehension, accumulator, step);
}

TypePtr Checker::type_of(Node& node, Bind& bind) {
  const auto first = issues_.size();
  visit(*bind.value);
  OptionalUse use{.is_there = simple_type(TypeKind::kBool), .value = bind.value->type};
  if (bind.kind != Bind::Kind::kBind) {
    const auto last = issues_.size();
    use = use_of(node, bind.value->type);
    issues_.repeat(first, last);
  }
  const Scope scope(*this);
  bind.slot = declare(bind.variable, std::move(use.value));
  visit(*bind.result);
  if (bind.kind == Bind::Kind::kBind) return bind.result->type;
  auto present = bind.result->type;
  if (bind.kind == Bind::Kind::kOptMap) present = optional_type(std::move(present));
  return conditional(
      node, {std::move(use.is_there), std::move(present), optional_type(substitution_.fresh())});
}

// `optional.hasValue()` and `optional.value()`.
Checker::OptionalUse Checker::use_of(const Node& node, const TypePtr& optional) {
  static const Overload kHasValue =
      parse_signature({.signature = "optional(V).hasValue() bool", .function = nullptr});
  static const Overload kValue =
      parse_signature({.signature = "optional(V).value() V", .function = nullptr});
  const std::array arguments = {optional};
  auto is_there = resolve(node, kHasValue.name, {&kHasValue, 1}, arguments, true, nullptr);
  auto value = resolve(node, kValue.name, {&kValue, 1}, arguments, true, nullptr);
  return {.is_there = std::move(is_there), .value = std::move(value)};
}

}  // namespace gatefold::cel
