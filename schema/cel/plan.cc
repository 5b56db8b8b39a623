#include "schema/cel/plan.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

#include "schema/cel/eval.h"
#include "schema/cel/key_order.h"
#include "schema/cel/pattern.h"
#include "schema/cel/walker.h"

namespace gatefold::cel {
namespace {

constexpr std::pair<std::string_view, Operation> kOperations[] = {
    {"_&&_", Operation::kAnd},
    {"_||_", Operation::kOr},
    {"!_", Operation::kNot},
    {"_?_:_", Operation::kConditional},
    {"_[_]", Operation::kIndex},
    {"_[?_]", Operation::kOptionalIndex},
    {"_==_", Operation::kEqual},
    {"_!=_", Operation::kNotEqual},
    {"_+_", Operation::kOperator},
    {"_-_", Operation::kOperator},
    {"_*_", Operation::kOperator},
    {"_/_", Operation::kOperator},
    {"_%_", Operation::kOperator},
    {"-_", Operation::kOperator},
    {"_<_", Operation::kOperator},
    {"_<=_", Operation::kOperator},
    {"_>_", Operation::kOperator},
    {"_>=_", Operation::kOperator},
    {"@in", Operation::kOperator},
    {"size", Operation::kOperator},
    {"bool", Operation::kConversion},
    {"bytes", Operation::kConversion},
    {"double", Operation::kConversion},
    {"duration", Operation::kConversion},
    {"dyn", Operation::kConversion},
    {"int", Operation::kConversion},
    {"string", Operation::kConversion},
    {"timestamp", Operation::kConversion},
    {"type", Operation::kConversion},
    {"uint", Operation::kConversion},
};

Operation operation_of(const Call& call) {
  const auto* known =
      std::ranges::find(kOperations, call.function, &std::pair<std::string_view, Operation>::first);
  if (known != std::ranges::end(kOperations)) {
    const bool needs_overload = known->second == Operation::kOperator;
    return needs_overload && call.overloads.empty() ? Operation::kFunction : known->second;
  }
  const bool is_pair = call.target != nullptr && call.arguments.size() == 1;
  if (is_pair && call.function == "or") return Operation::kOptionalOr;
  if (is_pair && call.function == "orValue") return Operation::kOptionalOrValue;
  return Operation::kFunction;
}

bool is_constant(const NodePtr& node) {
  return node != nullptr && node->constant != nullptr;
}

class Planner {
 public:
  explicit Planner(Arena& arena) : arena_(arena) {}

  // The first error, children before their parents. The depth is bounded by the parser's.
  std::optional<std::string> walk(Node& node) {
    if (auto* literal = std::get_if<Literal>(&node.what)) {
      node.constant = &literal->val;
      return std::nullopt;
    }
    if (auto* select = std::get_if<Select>(&node.what)) {
      plan_select(*select);
      return walk_all({&select->operand});
    }
    if (auto* call = std::get_if<Call>(&node.what)) return walk_call(node, *call);
    if (auto* list = std::get_if<ListLiteral>(&node.what)) return walk_list(node, *list);
    if (auto* map = std::get_if<MapLiteral>(&node.what)) return walk_map(node, *map);
    if (auto* bind = std::get_if<Bind>(&node.what)) return walk_all({&bind->value, &bind->result});
    if (auto* comprehension = std::get_if<Comprehension>(&node.what)) {
      return walk_all(
          {&comprehension->range, &comprehension->condition, &comprehension->transform});
    }
    return std::nullopt;
  }

 private:
  std::optional<std::string> walk_all(std::initializer_list<NodePtr*> nodes) {
    for (auto* node : nodes) {
      if (*node == nullptr) continue;
      if (auto error = walk(**node)) return error;
    }
    return std::nullopt;
  }

  static void plan_select(Select& select) {
    const auto& type = select.operand->type;
    if (type == nullptr || type->kind != TypeKind::kObject || type->schema == nullptr) return;
    // What such objects show is not what their schemas declare.
    if (type->is_root || type->schema->embedded_resource) return;
    const auto property = type->schema->properties.find(select.unescaped);
    if (property == type->schema->properties.end()) return;
    select.object_schema = type->schema;
    select.field_schema = property->second.get();
  }

  std::optional<std::string> walk_call(Node& node, Call& call) {
    if (auto error = walk_all({&call.target})) return error;
    for (auto& argument : call.arguments) {
      if (auto error = walk(*argument)) return error;
    }
    call.operation = operation_of(call);
    if (call.operation == Operation::kConversion) return fold_conversion(node, call);
    if (call.function == "@in") plan_in(node, call);
    const bool is_index =
        call.operation == Operation::kIndex || call.operation == Operation::kOptionalIndex;
    if (is_index && is_constant(call.arguments[1])) return check_key(*call.arguments[1]->constant);
    return compile(call);
  }

  std::optional<std::string> walk_list(Node& node, ListLiteral& list) {
    for (auto& element : list.elements) {
      if (auto error = walk(*element)) return error;
    }
    if (!std::ranges::all_of(list.elements, is_constant)) return std::nullopt;
    return fold(node);
  }

  std::optional<std::string> walk_map(Node& node, MapLiteral& map) {
    for (auto& entry : map.entries) {
      if (auto error = walk_all({&entry.key, &entry.value})) return error;
    }
    if (!std::ranges::all_of(map.entries, [](const MapEntry& entry) {
          return is_constant(entry.key) && is_constant(entry.value);
        })) {
      return std::nullopt;
    }
    return fold(node);
  }

  Val value_of(const Node& node) {
    Evaluation evaluation{.arena = arena_, .cost_max = std::numeric_limits<std::uint64_t>::max()};
    return evaluate(node, {}, evaluation);
  }

  std::optional<std::string> fold(Node& node) {
    const auto value = value_of(node);
    if (value.is_error()) return std::string(value.text);
    node.constant = arena_.make(value);
    return std::nullopt;
  }

  std::optional<std::string> fold_conversion(Node& node, const Call& call) {
    if (call.target != nullptr || call.arguments.size() != 1) return std::nullopt;
    return is_constant(call.arguments[0]) ? fold(node) : std::nullopt;
  }

  static std::optional<std::string> check_key(const Val& key) {
    if (is_key(key)) return std::nullopt;
    return "invalid qualifier type: " + std::string(go_type_name(key));
  }

  // Patterns that are constants; of a literal of the method matches the checker made one.
  std::optional<std::string> compile(Call& call) {
    const bool has_pattern =
        call.function == "matches" || call.function == "find" || call.function == "findAll";
    if (!has_pattern || call.pattern != nullptr) return std::nullopt;
    const std::size_t at = call.target == nullptr ? 1 : 0;
    if (at >= call.arguments.size() || !is_constant(call.arguments[at])) return std::nullopt;
    const auto& pattern = *call.arguments[at]->constant;
    if (!pattern.is(ValKind::kString)) return std::nullopt;
    auto compiled = patterns_.compile(pattern.text);
    if (!compiled) return std::move(compiled.error());
    call.pattern = std::move(*compiled);
    return std::nullopt;
  }

  // A list of constants is searched, not walked, and that is free (cel-go's evalSetMembership).
  void plan_in(Node& node, Call& call) {
    const auto* list = call.arguments[1]->constant;
    const bool is_list = call.overloads.size() == 1 && list != nullptr && list->is(ValKind::kList);
    if (!is_list || list->is_json) return;
    if (list->list.items.empty()) {
      node.constant = arena_.make(bool_val(false));
      return;
    }
    std::vector<Val> constants;
    for (const auto& item : list->list.items) {
      if (item.is(ValKind::kDouble) && !has_key_order(item)) continue;  // NaN equals nothing.
      if (!has_key_order(item) || item.is(ValKind::kBytes)) return;
      constants.push_back(item);
    }
    std::ranges::sort(constants, key_less);
    call.constants = std::move(constants);
    call.operation = Operation::kInConstants;
  }

  Arena& arena_;
  PatternCompiler patterns_;
};

}  // namespace

std::optional<std::string> plan(Node& root, Arena& constants) {
  return Planner(constants).walk(root);
}

}  // namespace gatefold::cel
