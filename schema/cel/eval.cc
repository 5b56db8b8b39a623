#include "schema/cel/eval.h"

#include <algorithm>
#include <array>
#include <string>
#include <variant>

#include "schema/cel/cost.h"
#include "schema/cel/key_order.h"
#include "schema/cel/opaque.h"
#include "schema/cel/text.h"
#include "schema/cel/unfit.h"
#include "schema/cel/walker.h"

namespace gatefold::cel {
namespace {

constexpr std::uint64_t kListCost = 10;
constexpr std::uint64_t kMapCost = 30;
// No function takes more.
constexpr std::size_t kArgumentsMax = 8;

std::uint64_t equality_cost(const Val& a, const Val& b, bool is_equal) {
  if (a.is(ValKind::kInt) && b.is(ValKind::kInt)) return 1;
  if (is_equal && is_opaque(a.kind)) return 1;
  return traversal_cost(std::min(size_of(a), size_of(b)));
}

bool may_have(const Type& type, const Val& value) {
  switch (type.kind) {
    case TypeKind::kDyn:
    case TypeKind::kParameter:
      return true;
    default:
      return type.name == type_name(value);
  }
}

// Lists and maps are told apart by their first item, as cel-go does.
bool holds(Arena& arena, const Type& type, const Val& value) {
  if (type.parameters.empty()) return true;
  if (value.is(ValKind::kList) && type.kind == TypeKind::kList && list_size(value) > 0) {
    return may_have(*type.parameters[0], list_at(arena, value, 0));
  }
  if (value.is(ValKind::kMap) && type.kind == TypeKind::kMap && map_size(value) > 0) {
    const auto item = map_at(arena, value, 0);
    return may_have(*type.parameters[0], item.key) && may_have(*type.parameters[1], item.value);
  }
  return true;
}

bool matches(Arena& arena, const Overload& overload, std::span<const Val> arguments) {
  if (overload.kinds.size() != arguments.size()) return false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if ((overload.kinds[i] & bit_of(arguments[i].kind)) == 0) return false;
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i < overload.arguments.size() && !holds(arena, *overload.arguments[i], arguments[i])) {
      return false;
    }
  }
  return true;
}

// What a call costs whose arguments are all there, errors among them. Where several overloads may
// match, the reference doesn't know which one it charges for: conversions cost 1, and of others the
// last overload is declared with what is charged for any.
std::uint64_t call_cost(const Call& call, std::span<const Val> arguments, const Val& result) {
  if (call.overloads.empty()) return 1;
  const auto& overload = *call.overloads.back();
  const bool is_unknown = call.operation == Operation::kConversion && call.overloads.size() > 1;
  if (is_unknown || overload.cost == nullptr) return 1;
  return overload.cost(arguments, result);
}

bool is_receiver(const Val& value) {
  return value.is(ValKind::kString) || value.is(ValKind::kTimestamp) ||
         value.is(ValKind::kDuration);
}

// Functions of cel-go's standard library that check their arguments themselves say less than those
// that are found by their arguments' types.
Val no_overload_for(Arena& arena, const Call& call, std::span<const Val> arguments) {
  const std::string_view function = call.function;
  if (call.pattern != nullptr) return no_such_overload();
  if (function == "contains" || function == "startsWith" || function == "endsWith" ||
      (function == "matches" && is_receiver(arguments[0]))) {
    return no_such_overload();
  }
  if (function == "matches") return literal_error("no such overload: matches");
  return unfit(arena, function, arguments);
}

// Evaluates the target and the arguments of a call in order.
class Arguments {
 public:
  std::span<const Val> all() const { return {values_.data(), size_}; }
  // The first that failed.
  const Val* error() const { return error_ == kArgumentsMax ? nullptr : &values_[error_]; }
  bool is_last_failed() const { return size_ > 0 && error_ == size_ - 1; }
  void push(const Val& value) {
    if (value.is_error() && error_ == kArgumentsMax) error_ = size_;
    values_[size_++] = value;
  }

 private:
  std::array<Val, kArgumentsMax> values_;
  std::size_t size_ = 0;
  std::size_t error_ = kArgumentsMax;
};

std::size_t argument_count(const Call& call) {
  return call.arguments.size() + (call.target == nullptr ? 0 : 1);
}

const Node& argument_at(const Call& call, std::size_t index) {
  if (call.target == nullptr) return *call.arguments[index];
  return index == 0 ? *call.target : *call.arguments[index - 1];
}

}  // namespace

Val Walker::use(std::uint32_t slot) {
  auto& val = slots_[slot];
  if (val.deferred_cost != 0) {
    evaluation_.charge(val.deferred_cost);
    for (auto* bind = binding_; bind != nullptr; bind = bind->outer) {
      if (slot < bind->slot) bind->paid_outside += val.deferred_cost;
    }
    val.deferred_cost = 0;
  }
  return val;
}

Val Walker::eval(const Node& node) {
  if (node.constant != nullptr) return *node.constant;
  if (const auto* call = std::get_if<Call>(&node.what)) return eval_call(node, *call);
  if (const auto* ident = std::get_if<Ident>(&node.what)) {
    evaluation_.charge(1);
    return use(ident->slot);
  }
  if (std::holds_alternative<Select>(node.what)) return eval_attribute(node);
  if (const auto* literal = std::get_if<Literal>(&node.what)) return literal->val;
  if (const auto* comprehension = std::get_if<Comprehension>(&node.what)) {
    return eval_comprehension(*comprehension);
  }
  if (const auto* list = std::get_if<ListLiteral>(&node.what)) return eval_list(*list);
  if (const auto* map = std::get_if<MapLiteral>(&node.what)) return eval_map(*map);
  if (const auto* bind = std::get_if<Bind>(&node.what)) return eval_bind(*bind);
  return no_such_overload();
}

Val Walker::eval_call(const Node& node, const Call& call) {
  switch (call.operation) {
    case Operation::kAnd:
      return eval_logic(call, false);
    case Operation::kOr:
      return eval_logic(call, true);
    case Operation::kEqual:
      return eval_equality(call, true);
    case Operation::kNotEqual:
      return eval_equality(call, false);
    case Operation::kNot: {
      const auto operand = eval(*call.arguments[0]);
      evaluation_.charge(1);
      if (operand.is(ValKind::kBool)) return bool_val(!operand.boolean);
      return operand.is_error() ? operand : no_such_overload();
    }
    case Operation::kConditional:
    case Operation::kIndex:
    case Operation::kOptionalIndex:
      return eval_attribute(node);
    case Operation::kInConstants:
      return eval_in_constants(call);
    case Operation::kOptionalOr:
      return eval_optional_or(call, false);
    case Operation::kOptionalOrValue:
      return eval_optional_or(call, true);
    case Operation::kOperator:
      return eval_operator(call);
    case Operation::kFunction:
    case Operation::kConversion:
      return eval_function(call);
    case Operation::kUnplanned:
      break;
  }
  return no_such_overload();
}

// `absorbing` decides whatever the others are, errors included; otherwise the first error stays.
Val Walker::eval_logic(const Call& call, bool absorbing) {
  Val error;
  for (const auto& argument : call.arguments) {
    const auto value = eval(*argument);
    if (value.is(ValKind::kBool)) {
      if (value.boolean == absorbing) return value;
    } else if (!error.is_error()) {
      error = value.is_error() ? value : no_such_overload();
    }
    if (evaluation_.is_exhausted) return exhausted_error();
  }
  return error.is_error() ? error : bool_val(!absorbing);
}

Val Walker::eval_equality(const Call& call, bool wanted) {
  const auto a = eval(*call.arguments[0]);
  const auto b = eval(*call.arguments[1]);
  evaluation_.charge(equality_cost(a, b, wanted));
  if (a.is_error()) return a;
  if (b.is_error()) return b;
  const auto equality = equality_of(evaluation_.arena, a, b);
  if (wanted && equality == Equality::kNoOverload) return no_such_overload();
  return bool_val((equality == Equality::kEqual) == wanted);
}

Val Walker::eval_in_constants(const Call& call) {
  const auto value = eval(*call.arguments[0]);
  return value.is_error() ? value : bool_val(contains_sorted(call.constants, value));
}

// Without a charge, and what is not needed is not evaluated.
Val Walker::eval_optional_or(const Call& call, bool wants_value) {
  const auto first = eval(*call.target);
  if (!first.is(ValKind::kOptional)) return first;
  if (first.optional == nullptr) return eval(*call.arguments[0]);
  return wants_value ? *first.optional : first;
}

Val Walker::eval_operator(const Call& call) {
  Arguments arguments;
  const auto count = argument_count(call);
  for (std::size_t i = 0; i < count; ++i) arguments.push(eval(argument_at(call, i)));
  if (evaluation_.is_exhausted) return exhausted_error();
  const auto& overload = *call.overloads.front();
  const auto* error = arguments.error();
  const auto result = error != nullptr ? *error : overload.function(evaluation_, arguments.all());
  // What a call costs hangs on its overload: where that is not known before, it costs 1. These cost
  // functions take values of any kind.
  const bool is_known = call.overloads.size() == 1 && overload.cost != nullptr;
  evaluation_.charge(is_known ? overload.cost(arguments.all(), result) : 1);
  return result;
}

Val Walker::eval_function(const Call& call) {
  Arguments arguments;
  const auto count = argument_count(call);
  if (count > kArgumentsMax) return no_such_overload();
  // cel-go ends calls of three and more arguments, and those of a compiled pattern, at the first
  // that fails, and charges only where that is the last.
  const bool stops = count > 2 || call.pattern != nullptr;
  for (std::size_t i = 0; i < count && !(stops && arguments.error() != nullptr); ++i) {
    arguments.push(eval(argument_at(call, i)));
    if (evaluation_.is_exhausted) return exhausted_error();
  }
  if (const auto* error = arguments.error()) {
    if (arguments.all().size() == count && (!stops || arguments.is_last_failed())) {
      evaluation_.charge(call_cost(call, arguments.all(), *error));
    }
    return *error;
  }
  for (const auto* overload : call.overloads) {
    if (!matches(evaluation_.arena, *overload, arguments.all())) continue;
    evaluation_.pattern = call.pattern.get();
    const auto result = overload->function(evaluation_, arguments.all());
    evaluation_.pattern = nullptr;
    evaluation_.charge(call_cost(call, arguments.all(), result));
    return result;
  }
  const auto error = no_overload_for(evaluation_.arena, call, arguments.all());
  evaluation_.charge(call_cost(call, arguments.all(), error));
  return error;
}

Val Walker::eval_list(const ListLiteral& literal) {
  const auto items = evaluation_.arena.make_span<Val>(literal.elements.size());
  std::size_t count = 0;
  Val error;
  for (std::size_t i = 0; i < literal.elements.size() && !error.is_error(); ++i) {
    const auto value = eval(*literal.elements[i]);
    if (evaluation_.is_exhausted) return exhausted_error();
    const bool is_optional = i < literal.is_optional.size() && literal.is_optional[i];
    if (value.is_error()) {
      error = value;
    } else if (!is_optional) {
      items[count++] = value;
    } else if (!value.is(ValKind::kOptional)) {
      error = fail("cannot initialize optional list element from non-optional value " +
                   message_text(value));
    } else if (value.optional != nullptr) {
      items[count++] = *value.optional;
    }
  }
  evaluation_.charge(kListCost);
  return error.is_error() ? error : list_val(items.first(count));
}

// Of entries with the same key the last one counts: cel-go has no error for them.
Val Walker::eval_map(const MapLiteral& literal) {
  MapBuilder builder(evaluation_.arena);
  Val error;
  for (const auto& entry : literal.entries) {
    const auto key = eval(*entry.key);
    const auto value = key.is_error() ? key : eval(*entry.value);
    if (evaluation_.is_exhausted) return exhausted_error();
    if (value.is_error()) {
      error = value;
    } else if (!entry.is_optional) {
      builder.assign(key, value);
    } else if (!value.is(ValKind::kOptional)) {
      error = fail("cannot initialize optional entry '" + message_text(key) +
                   "' from non-optional value " + message_text(value));
    } else if (value.optional == nullptr) {
      builder.erase(key);
    } else {
      builder.assign(key, *value.optional);
    }
    if (error.is_error()) break;
  }
  evaluation_.charge(kMapCost);
  return error.is_error() ? error : builder.build();
}

Val evaluate(const Node& node, std::span<Val> slots, Evaluation& evaluation) {
  const auto result = Walker(slots, evaluation).eval(node);
  return evaluation.is_exhausted ? exhausted_error() : result;
}

}  // namespace gatefold::cel
