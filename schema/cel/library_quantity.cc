// k8s.io/apiserver pkg/cel/library/quantity.go.
#include <array>

#include "schema/cel/cost.h"
#include "schema/cel/eval.h"
#include "schema/cel/function.h"
#include "schema/cel/opaque.h"

namespace gatefold::cel {
namespace {

using Arguments = std::span<const Val>;

const Quantity& quantity_at(Arguments arguments, std::size_t index) {
  return arguments[index].quantity->quantity;
}

int order_of(Arguments arguments) {
  const auto order = quantity_at(arguments, 0) <=> quantity_at(arguments, 1);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

Val quantity_of(Evaluation& evaluation, Arguments arguments) {
  const auto quantity = Quantity::parse(arguments[0].text);
  if (!quantity) return literal_error(quantity.error());
  return quantity_val(evaluation.arena, *quantity);
}

Val is_quantity(Evaluation&, Arguments arguments) {
  return bool_val(Quantity::parse(arguments[0].text).has_value());
}

Val sign(Evaluation&, Arguments arguments) {
  return int_val(quantity_at(arguments, 0).sign());
}

Val is_greater_than(Evaluation&, Arguments arguments) {
  return bool_val(order_of(arguments) > 0);
}

Val is_less_than(Evaluation&, Arguments arguments) {
  return bool_val(order_of(arguments) < 0);
}

Val compare_to(Evaluation&, Arguments arguments) {
  return int_val(order_of(arguments));
}

Val as_approximate_float(Evaluation&, Arguments arguments) {
  return double_val(quantity_at(arguments, 0).approximate());
}

Val as_integer(Evaluation&, Arguments arguments) {
  const auto value = quantity_at(arguments, 0).as_integer();
  return value ? int_val(*value) : literal_error("cannot convert value to integer");
}

Val is_integer(Evaluation&, Arguments arguments) {
  return bool_val(quantity_at(arguments, 0).as_integer().has_value());
}

Quantity operand(const Val& value) {
  if (value.is(ValKind::kQuantity)) return value.quantity->quantity;
  return {value.integer, QuantityFormat::kDecimalExponent};
}

Val result_of(Evaluation& evaluation, const std::optional<Quantity>& result) {
  if (!result) return literal_error("quantity is out of range");
  return quantity_val(evaluation.arena, *result);
}

Val add(Evaluation& evaluation, Arguments arguments) {
  return result_of(evaluation, quantity_at(arguments, 0).plus(operand(arguments[1])));
}

Val sub(Evaluation& evaluation, Arguments arguments) {
  return result_of(evaluation, quantity_at(arguments, 0).minus(operand(arguments[1])));
}

constexpr std::array kDeclarations = {
    Declaration{"quantity(string) quantity", quantity_of, reading_cost},
    Declaration{"isQuantity(string) bool", is_quantity, reading_cost},
    // No method, whatever the documentation says.
    Declaration{"sign(quantity) int", sign},
    Declaration{"quantity.isGreaterThan(quantity) bool", is_greater_than},
    Declaration{"quantity.isLessThan(quantity) bool", is_less_than},
    Declaration{"quantity.compareTo(quantity) int", compare_to},
    Declaration{"quantity.asApproximateFloat() double", as_approximate_float},
    Declaration{"quantity.asInteger() int", as_integer},
    Declaration{"quantity.isInteger() bool", is_integer},
    Declaration{"quantity.add(quantity) quantity", add},
    Declaration{"quantity.add(int) quantity", add},
    Declaration{"quantity.sub(quantity) quantity", sub},
    Declaration{"quantity.sub(int) quantity", sub},
};

}  // namespace

std::span<const Declaration> quantity_functions() {
  return kDeclarations;
}

}  // namespace gatefold::cel
