#include "schema/cel/unify.h"

#include <algorithm>

#include <fmt/format.h>

namespace gatefold::cel {
namespace {

constexpr std::size_t kTypeSizeMax = 500;  // a type and all that it is made of
constexpr std::uint32_t kDepthMax = 600;
constexpr std::uint64_t kStepsMax = 5'000'000;
// What making a type counts for, so that the steps bound memory too.
constexpr std::uint64_t kCompositionSteps = 10;

bool is_parameter(const Type& type) {
  return type.kind == TypeKind::kParameter;
}

// Whether null is a value of the type, as the checker sees it.
bool is_nullable(const Type& type) {
  switch (type.kind) {
    case TypeKind::kNull:
    case TypeKind::kObject:
    case TypeKind::kOpaque:
    case TypeKind::kOptional:
    case TypeKind::kTimestamp:
    case TypeKind::kDuration:
      return true;
    default:
      return false;
  }
}

bool is_equal_or_less_specific(const Type& a, const Type& b) {
  if (is_dyn(a) || is_parameter(a)) return true;
  if (is_dyn(b) || is_parameter(b)) return false;
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case TypeKind::kType:
      return true;
    case TypeKind::kOpaque:
    case TypeKind::kOptional:
    case TypeKind::kList:
    case TypeKind::kMap:
      return a.name == b.name &&
             std::ranges::equal(a.parameters, b.parameters,
                                [](const TypePtr& left, const TypePtr& right) {
                                  return is_equal_or_less_specific(*left, *right);
                                });
    default:
      return is_exactly(a, b);
  }
}

// Counts until `left` is used up.
void count(const Type& type, std::size_t& left) {
  if (left == 0) return;
  --left;
  for (const auto& parameter : type.parameters) count(*parameter, left);
}

bool has_parameter(const Type& type) {
  return is_parameter(type) || std::ranges::any_of(type.parameters, [](const TypePtr& part) {
           return has_parameter(*part);
         });
}

TypePtr compose(const Type& like, std::vector<TypePtr> parameters) {
  auto type = std::make_shared<Type>(like);
  type->parameters = std::move(parameters);
  return type;
}

using Names = std::vector<std::pair<std::string, TypePtr>>;

TypePtr rename(const TypePtr& type, Names& names, Substitution& substitution) {
  if (is_parameter(*type)) {
    const auto found = std::ranges::find(names, type->name, &Names::value_type::first);
    if (found != names.end()) return found->second;
    return names.emplace_back(type->name, substitution.fresh()).second;
  }
  if (!has_parameter(*type)) return type;
  std::vector<TypePtr> parameters;
  for (const auto& part : type->parameters) parameters.push_back(rename(part, names, substitution));
  return compose(*type, std::move(parameters));
}

}  // namespace

// One level of a recursion. Chains of parameters may be as long as an expression.
class Substitution::Step {
 public:
  explicit Step(Substitution& of) : of_(of) {
    if (++of_.depth_ > kDepthMax || ++of_.steps_ > kStepsMax) of_.is_exhausted_ = true;
  }
  ~Step() { --of_.depth_; }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

 private:
  Substitution& of_;
};

bool is_dyn(const Type& type) {
  return type.kind == TypeKind::kDyn;
}
bool is_dyn_or_error(const Type& type) {
  return is_dyn(type) || type.kind == TypeKind::kError;
}

std::pair<TypePtr, bool> unwrap_optional(const TypePtr& type) {
  if (type->kind == TypeKind::kOptional) return {type->parameters[0], true};
  return {type, false};
}

TypePtr most_general(const TypePtr& a, const TypePtr& b) {
  return is_equal_or_less_specific(*a, *b) ? a : b;
}

TypePtr Substitution::fresh() {
  return parameter_type(fmt::format("_var{}", parameters_++));
}

bool Substitution::assign(const TypePtr& a, const TypePtr& b) {
  return assign_all({&a, 1}, {&b, 1});
}

bool Substitution::assign_all(std::span<const TypePtr> a, std::span<const TypePtr> b) {
  undo_.clear();
  if (agree_all(a, b)) return true;
  roll_back();
  return false;
}

TypePtr Substitution::apply(const TypePtr& type, bool free_is_dyn) {
  std::size_t size = 0;
  return replace(type, free_is_dyn, size);
}

std::vector<TypePtr> Substitution::instantiate(const Overload& overload) {
  Names names;
  std::vector<TypePtr> types;
  types.reserve(overload.arguments.size() + 1);
  for (const auto& argument : overload.arguments) types.push_back(rename(argument, names, *this));
  types.push_back(rename(overload.result, names, *this));
  return types;
}

void Substitution::measure(const Type& type) {
  auto left = kTypeSizeMax;
  count(type, left);
  if (left == 0) is_exhausted_ = true;
}

bool Substitution::agree(const TypePtr& a, const TypePtr& b) {
  const Step step(*this);
  if (is_exhausted_) return true;
  if (is_parameter(*b)) {
    const auto binding = bind(a, b);
    if (binding.is_valid) return true;
    if (binding.was_bound) return false;
  }
  if (is_parameter(*a)) return bind(b, a).is_valid;
  if (is_dyn_or_error(*a) || is_dyn_or_error(*b)) return true;
  if (a->kind == TypeKind::kNull) return is_nullable(*b);
  if (b->kind == TypeKind::kNull) return is_nullable(*a);
  switch (a->kind) {
    case TypeKind::kType:
      return b->kind == TypeKind::kType;
    case TypeKind::kOpaque:
    case TypeKind::kOptional:
    case TypeKind::kList:
    case TypeKind::kMap:
      return a->kind == b->kind && a->name == b->name && agree_all(a->parameters, b->parameters);
    default:
      return is_exactly(*a, *b);
  }
}

bool Substitution::agree_all(std::span<const TypePtr> a, std::span<const TypePtr> b) {
  return std::ranges::equal(
      a, b, [this](const TypePtr& left, const TypePtr& right) { return agree(left, right); });
}

Substitution::Binding Substitution::bind(const TypePtr& type, const TypePtr& parameter) {
  if (is_exactly(*type, *parameter)) return {.is_valid = true, .was_bound = true};
  if (const auto bound = find(*parameter)) {
    if (is_exactly(*type, *bound)) return {.is_valid = true, .was_bound = true};
    if (!agree(type, bound)) return {.is_valid = false, .was_bound = true};
    auto general = most_general(type, bound);
    if (is_free_of(*general, *parameter)) set(parameter->name, std::move(general));
    return {.is_valid = true, .was_bound = true};
  }
  if (!is_free_of(*type, *parameter)) return {};
  set(parameter->name, type);
  return {.is_valid = true, .was_bound = false};
}

bool Substitution::is_free_of(const Type& within, const Type& parameter) {
  const Step step(*this);
  if (is_exhausted_) return false;
  if (is_exactly(within, parameter)) return false;
  if (is_parameter(within)) {
    const auto bound = find(within);
    return bound == nullptr || is_free_of(*bound, parameter);
  }
  return std::ranges::all_of(within.parameters,
                             [&](const TypePtr& part) { return is_free_of(*part, parameter); });
}

TypePtr Substitution::replace(const TypePtr& type, bool free_is_dyn, std::size_t& size) {
  const Step step(*this);
  if (++size > kTypeSizeMax) is_exhausted_ = true;
  if (is_exhausted_) return simple_type(TypeKind::kDyn);
  if (is_parameter(*type)) {
    if (const auto bound = find(*type)) return replace(bound, free_is_dyn, size);
    return free_is_dyn ? simple_type(TypeKind::kDyn) : type;
  }
  if (!has_parameter(*type)) return type;
  steps_ += kCompositionSteps;
  std::vector<TypePtr> parameters;
  parameters.reserve(type->parameters.size());
  for (const auto& part : type->parameters) parameters.push_back(replace(part, free_is_dyn, size));
  return compose(*type, std::move(parameters));
}

TypePtr Substitution::find(const Type& parameter) const {
  const auto found = bound_.find(parameter.name);
  return found != bound_.end() ? found->second : nullptr;
}

void Substitution::set(const std::string& parameter, TypePtr type) {
  auto& bound = bound_[parameter];
  undo_.emplace_back(parameter, std::exchange(bound, std::move(type)));
}

void Substitution::roll_back() {
  while (!undo_.empty()) {
    auto& [parameter, before] = undo_.back();
    if (before == nullptr) {
      bound_.erase(parameter);
    } else {
      bound_[parameter] = std::move(before);
    }
    undo_.pop_back();
  }
}

}  // namespace gatefold::cel
