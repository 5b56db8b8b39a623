#include "schema/cel/check.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "schema/cel/checker.h"
#include "schema/cel/validate.h"

namespace gatefold::cel {
namespace {

constexpr std::size_t kIssuesMax = 100;

// Types whose names are values. They live as long as the program, so that literals may point there.
const TypePtr* type_named(std::string_view name) {
  static const auto kTypes = [] {
    const auto dyn = simple_type(TypeKind::kDyn);
    std::vector<TypePtr> types = {list_type(dyn), map_type(dyn, dyn), opaque_type("net.IP"),
                                  opaque_type("net.CIDR")};
    for (const auto kind :
         {TypeKind::kBool, TypeKind::kBytes, TypeKind::kDouble, TypeKind::kDuration, TypeKind::kInt,
          TypeKind::kNull, TypeKind::kOptional, TypeKind::kString, TypeKind::kTimestamp,
          TypeKind::kType, TypeKind::kUint}) {
      types.push_back(simple_type(kind));
    }
    return types;
  }();
  const auto found =
      std::ranges::find_if(kTypes, [&](const TypePtr& type) { return type->name == name; });
  return found != kTypes.end() ? &*found : nullptr;
}

// `a.b.c` where the node is nothing but names.
std::optional<std::string> qualified_name(const Node& node) {
  if (const auto* ident = std::get_if<Ident>(&node.what)) {
    return ident->is_absolute ? "." + ident->name : ident->name;
  }
  const auto* select = std::get_if<Select>(&node.what);
  if (select == nullptr || select->is_test || select->is_optional) return std::nullopt;
  auto operand = qualified_name(*select->operand);
  if (operand) *operand += "." + select->field;
  return operand;
}

std::string_view without_dot(std::string_view name) {
  if (name.starts_with('.')) name.remove_prefix(1);
  return name;
}

}  // namespace

void IssueList::report(std::uint32_t offset, std::string message) {
  if (issues_.issues.size() == kIssuesMax) {
    ++issues_.truncated;
  } else {
    issues_.issues.emplace_back(offset, std::move(message));
  }
}

void IssueList::repeat(std::size_t first, std::size_t last) {
  for (auto i = first; i < last; ++i) {
    auto issue = issues_.issues[i];
    report(issue.offset, std::move(issue.message));
  }
}

// Few enough to be inserted one by one; those of one place stay in the order in which they came.
Issues IssueList::take() {
  Issues sorted{.issues = {}, .truncated = issues_.truncated};
  for (auto& issue : issues_.issues) {
    const auto where = std::ranges::upper_bound(sorted.issues, issue.offset, {}, &Issue::offset);
    sorted.issues.insert(where, std::move(issue));
  }
  return sorted;
}

Checker::Checker(const Declarations& declarations, IssueList& issues)
    : issues_(issues),
      fields_(declarations.fields),
      uses_(declarations.variables.size()),
      uses_fields_(fields_.size()) {
  for (const auto& variable : declarations.variables) declare(variable.name, variable.type);
}

CheckedExpression Checker::take(TypePtr type) {
  return {.type = std::move(type),
          .slots = slots_,
          .uses = std::move(uses_),
          .uses_fields = std::move(uses_fields_),
          .depth = depth_max_};
}

// The depth is that of the tree, which the parser bounds.
void Checker::visit(Node& node) {
  depth_max_ = std::max(depth_max_, ++depth_);
  node.type = std::visit([&](auto& what) { return type_of(node, what); }, node.what);
  substitution_.measure(*node.type);
  if (substitution_.is_exhausted()) node.type = simple_type(TypeKind::kDyn);
  --depth_;
}

std::uint32_t Checker::declare(std::string_view name, TypePtr type) {
  const auto slot = static_cast<std::uint32_t>(names_.size());
  names_.emplace_back(name, std::move(type));
  slots_ = std::max(slots_, slot + 1);
  return slot;
}

std::optional<std::uint32_t> Checker::slot_of(std::string_view name) const {
  for (auto i = names_.size(); i > 0; --i) {
    if (names_[i - 1].name == name) return static_cast<std::uint32_t>(i - 1);
  }
  return std::nullopt;
}

TypePtr Checker::error(const Node& node, std::string message) {
  issues_.report(node.offset, std::move(message));
  return simple_type(TypeKind::kError);
}

TypePtr Checker::undeclared(const Node& node, std::string_view name) {
  return error(node, fmt::format("undeclared reference to '{}' (in container '')", name));
}

void Checker::mismatch(const Node& node, const Type& wanted, const Type& is) {
  issues_.report(node.offset, fmt::format("expected type '{}' but found '{}'", to_string(wanted),
                                          to_string(is)));
}

void Checker::expect(const Node& node, const TypePtr& type) {
  if (!substitution_.assign(node.type, type)) mismatch(node, *type, *node.type);
}

TypePtr Checker::type_of(Node&, Literal& literal) {
  static constexpr auto kKinds =
      std::to_array({TypeKind::kNull, TypeKind::kBool, TypeKind::kInt, TypeKind::kUint,
                     TypeKind::kDouble, TypeKind::kString, TypeKind::kBytes});
  static_assert(kKinds.size() == std::variant_size_v<decltype(Literal::value)>);
  return simple_type(kKinds[literal.value.index()]);
}

TypePtr Checker::type_of(Node& node, Ident& ident) {
  if (const auto slot = slot_of(ident.name)) {
    ident.slot = *slot;
    if (*slot < uses_.size()) uses_[*slot] = true;
    // Whoever has all of them may take any.
    if (is_variables(*names_[*slot].type)) uses_fields_.assign(uses_fields_.size(), true);
    return names_[*slot].type;
  }
  if (const auto* type = type_named(ident.name)) return become_type_name(node, *type);
  return undeclared(node, *qualified_name(node));
}

TypePtr Checker::become_variable(Node& node, std::string name) {
  auto& ident = node.what.emplace<Ident>();
  ident.name = std::move(name);
  return type_of(node, ident);
}

TypePtr Checker::become_type_name(Node& node, const TypePtr& type) {
  node.what = Literal{.value = Null{}, .val = type_val(type.get())};
  return type_type(type);
}

TypePtr Checker::type_of(Node& node, Select& select) {
  if (const auto qualified = qualified_name(node)) {
    const auto name = without_dot(*qualified);
    if (slot_of(name)) return become_variable(node, std::string(name));
    if (const auto* type = type_named(name)) return become_type_name(node, *type);
  }
  visit_operand(*select.operand);
  select.unescaped = unescape_name(select.field);
  const auto operand = substitution_.apply(select.operand->type, false);
  const auto [target, was_optional] = unwrap_optional(operand);
  auto type = selected(node, select, target);
  if (select.is_test) return simple_type(TypeKind::kBool);
  if (was_optional || select.is_optional) type = optional_type(std::move(type));
  return substitution_.apply(type, false);
}

// A field that is taken at once is the only one that is.
void Checker::visit_operand(Node& node) {
  if (!std::holds_alternative<Ident>(node.what)) return visit(node);
  auto uses_fields = uses_fields_;
  visit(node);
  uses_fields_ = std::move(uses_fields);
}

TypePtr Checker::field_of_variables(const Node& node, std::string_view name) {
  const auto field = std::ranges::find(fields_, name, &Variable::name);
  if (field == fields_.end()) return error(node, fmt::format("undefined field '{}'", name));
  uses_fields_[static_cast<std::size_t>(field - fields_.begin())] = true;
  return field->type;
}

TypePtr Checker::selected(const Node& node, const Select& select, const TypePtr& target) {
  auto dyn = simple_type(TypeKind::kDyn);
  switch (target->kind) {
    case TypeKind::kMap:
      return target->parameters[1];
    case TypeKind::kObject:
      if (is_variables(*target)) return field_of_variables(node, select.field);
      if (auto type = field_type(*target, select.field)) return *type;
      return error(node, fmt::format("undefined field '{}'", select.field));
    case TypeKind::kParameter:
      // So that nothing narrower is bound to it later.
      substitution_.assign(dyn, target);
      return dyn;
    case TypeKind::kDyn:
    case TypeKind::kError:
      return dyn;
    case TypeKind::kOpaque:
      // Kubernetes declares these as objects of which nobody knows the fields.
      if (target->name.starts_with("kubernetes.")) {
        return error(node, fmt::format("unexpected failed resolution of '{}'", target->name));
      }
      [[fallthrough]];
    default:
      error(node, fmt::format("type '{}' does not support field selection", to_string(*target)));
      return dyn;
  }
}

TypePtr Checker::type_of(Node& node, MessageLiteral& message) {
  const auto name = without_dot(message.name);
  if (const auto slot = slot_of(name)) {
    return error(node, fmt::format("'{}' is not a type", names_[*slot].type->name));
  }
  if (type_named(name) == nullptr) return undeclared(node, message.name);
  return error(node, fmt::format("'{}' is not a message type", name));
}

TypePtr Checker::type_of(Node& node, Call& call) {
  call.overloads.clear();
  for (const auto& argument : call.arguments) visit(*argument);
  if (call.function == "_&&_" || call.function == "_||_") return logical(call);
  if (call.target != nullptr) {
    if (auto prefix = qualified_name(*call.target)) {
      const std::string qualified(without_dot(*prefix + "." + call.function));
      if (!overloads_of(qualified).empty()) {
        call.function = qualified;
        call.target.reset();
      }
    }
  }
  std::vector<TypePtr> arguments;
  const bool is_method = call.target != nullptr;
  if (is_method) {
    visit(*call.target);
    arguments.push_back(call.target->type);
  }
  for (const auto& argument : call.arguments) arguments.push_back(argument->type);
  const auto name = without_dot(call.function);
  if (name == "_?_:_") return conditional(node, arguments);
  const auto overloads = overloads_of(name);
  if (overloads.empty()) return undeclared(node, call.function);
  return resolve(node, name, overloads, arguments, is_method, &call);
}

TypePtr Checker::logical(Call& call) {
  const auto wanted = simple_type(TypeKind::kBool);
  auto result = wanted;
  for (const auto& argument : call.arguments) {
    if (substitution_.assign(argument->type, wanted)) continue;
    mismatch(*argument, *wanted, *argument->type);
    result = simple_type(TypeKind::kError);
  }
  return result;
}

TypePtr Checker::conditional(const Node& node, const std::vector<TypePtr>& arguments) {
  static const Overload kConditional =
      parse_signature({.signature = "_?_:_(bool, A, A) A", .function = nullptr});
  return resolve(node, kConditional.name, {&kConditional, 1}, arguments, false, nullptr);
}

TypePtr Checker::resolve(const Node& node, std::string_view name,
                         std::span<const Overload> overloads, std::span<const TypePtr> arguments,
                         bool is_method, Call* call) {
  TypePtr result;
  for (const auto& overload : overloads) {
    if (overload.is_method != is_method || overload.arguments.size() != arguments.size()) continue;
    const auto types = substitution_.instantiate(overload);
    if (!substitution_.assign_all(arguments, std::span(types).first(arguments.size()))) continue;
    if (call != nullptr) call->overloads.push_back(&overload);
    auto here = substitution_.apply(types.back(), false);
    if (result == nullptr) {
      result = std::move(here);
    } else if (!is_dyn(*result) && !is_exactly(*here, *result)) {
      result = simple_type(TypeKind::kDyn);
    }
  }
  if (result != nullptr) return result;
  std::string target;
  std::string rest;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    auto text = to_string(*substitution_.apply(arguments[i], true));
    if (i == 0 && is_method) {
      target = std::move(text) + ".";
    } else {
      rest += (rest.empty() ? "" : ", ") + text;
    }
  }
  return error(node, fmt::format("found no matching overload for '{}' applied to '{}({})'", name,
                                 target, rest));
}

TypePtr Checker::type_of(Node&, ListLiteral& list) {
  TypePtr joined;
  for (std::size_t i = 0; i < list.elements.size(); ++i) {
    visit(*list.elements[i]);
    joined = join(std::move(joined), element_type(*list.elements[i], list.is_optional[i]));
  }
  return list_type(joined != nullptr ? std::move(joined) : substitution_.fresh());
}

TypePtr Checker::type_of(Node&, MapLiteral& map) {
  TypePtr keys;
  TypePtr values;
  for (const auto& entry : map.entries) {
    visit(*entry.key);
    keys = join(std::move(keys), entry.key->type);
    visit(*entry.value);
    values = join(std::move(values), element_type(*entry.value, entry.is_optional));
  }
  if (keys == nullptr) return map_type(substitution_.fresh(), substitution_.fresh());
  return map_type(std::move(keys), std::move(values));
}

TypePtr Checker::element_type(const Node& element, bool is_optional) {
  if (!is_optional) return element.type;
  auto [type, was_optional] = unwrap_optional(element.type);
  if (!was_optional && !is_dyn(*type)) mismatch(element, *optional_type(type), *type);
  return type;
}

TypePtr Checker::join(TypePtr joined, const TypePtr& type) {
  if (joined == nullptr) return type;
  if (substitution_.assign(joined, type)) return most_general(joined, type);
  return simple_type(TypeKind::kDyn);
}

std::expected<CheckedExpression, Issues> check(Node& root, const Declarations& declarations) {
  IssueList issues;
  Checker checker(declarations, issues);
  checker.visit(root);
  if (issues.empty()) settle(root, checker.substitution());
  if (checker.substitution().is_exhausted()) {
    issues.report(root.offset, "the expression's types are too large");
  }
  if (issues.empty()) validate(root, issues);
  if (!issues.empty()) return std::unexpected(issues.take());
  return checker.take(root.type);
}

std::string to_string(const Issues& issues, std::string_view expression) {
  std::string out;
  for (const auto& issue : issues.issues) {
    if (!out.empty()) out += '\n';
    out += to_string(issue, expression);
  }
  if (issues.truncated > 0) {
    out += fmt::format("\n{} more errors were truncated", issues.truncated);
  }
  return out;
}

}  // namespace gatefold::cel
