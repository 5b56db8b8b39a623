// The walk that gives every node of a tree its type; `check` is its door.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schema/cel/check.h"
#include "schema/cel/unify.h"

namespace gatefold::cel {

// Issues as they are found.
class IssueList {
 public:
  void report(std::uint32_t offset, std::string message);
  bool empty() const { return issues_.issues.empty(); }
  std::size_t size() const { return issues_.issues.size(); }
  // Reports those from `first` to before `last` once more: cel-go's macros of optionals have their
  // operand twice, so that its issues are printed twice.
  void repeat(std::size_t first, std::size_t last);
  Issues take();

 private:
  Issues issues_;
};

// One compilation. Types of nodes may still hold type parameters when it is done.
class Checker {
 public:
  Checker(const Declarations& declarations, IssueList& issues);

  void visit(Node& node);

  Substitution& substitution() { return substitution_; }
  CheckedExpression take(TypePtr type);

 private:
  // Its place among the visible names is its slot.
  struct Name {
    std::string_view name;
    TypePtr type;
  };
  // Hides again what was declared in it.
  class Scope;

  TypePtr type_of(Node& node, Literal& literal);
  TypePtr type_of(Node& node, Ident& ident);
  TypePtr type_of(Node& node, Select& select);
  TypePtr type_of(Node& node, Call& call);
  TypePtr type_of(Node& node, ListLiteral& list);
  TypePtr type_of(Node& node, MapLiteral& map);
  TypePtr type_of(Node& node, MessageLiteral& message);
  TypePtr type_of(Node& node, Comprehension& comprehension);
  TypePtr type_of(Node& node, Bind& bind);

  // Names.
  std::optional<std::uint32_t> slot_of(std::string_view name) const;
  std::uint32_t declare(std::string_view name, TypePtr type);
  TypePtr become_type_name(Node& node, const TypePtr& type);
  TypePtr error(const Node& node, std::string message);
  TypePtr undeclared(const Node& node, std::string_view name);
  TypePtr selected(const Node& node, const Select& select, const TypePtr& target);
  TypePtr become_variable(Node& node, std::string name);
  void visit_operand(Node& node);
  TypePtr field_of_variables(const Node& node, std::string_view name);

  // Calls. Where `call` is nullptr nobody asks which overloads remain.
  TypePtr logical(Call& call);
  TypePtr resolve(const Node& node, std::string_view name, std::span<const Overload> overloads,
                  std::span<const TypePtr> arguments, bool is_method, Call* call);
  TypePtr conditional(const Node& node, const std::vector<TypePtr>& arguments);

  // Literals.
  TypePtr join(TypePtr joined, const TypePtr& type);
  TypePtr element_type(const Node& element, bool is_optional);

  // Comprehensions.
  struct Range {
    TypePtr variable;
    TypePtr variable2;
  };
  Range range_of(Comprehension& comprehension);
  TypePtr folded(const Node& node, Comprehension& comprehension, const TypePtr& variable);
  TypePtr guarded(const Node& node, const Comprehension& comprehension, const TypePtr& accumulator);
  TypePtr guarded(const Node& node, const Comprehension& comprehension, const TypePtr& accumulator,
                  const TypePtr& step);
  TypePtr entries(const Node& node, const Comprehension& comprehension);
  struct OptionalUse {
    TypePtr is_there;
    TypePtr value;
  };
  OptionalUse use_of(const Node& node, const TypePtr& optional);

  void expect(const Node& node, const TypePtr& type);
  void mismatch(const Node& node, const Type& wanted, const Type& is);

  IssueList& issues_;
  const std::vector<Variable>& fields_;
  Substitution substitution_;
  std::vector<Name> names_;
  std::uint32_t slots_ = 0;
  std::vector<bool> uses_;
  std::vector<bool> uses_fields_;
  std::uint32_t depth_ = 0;
  std::uint32_t depth_max_ = 0;
};

}  // namespace gatefold::cel
