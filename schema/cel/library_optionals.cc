// Functions of optional values (cel-go's cel/library.go, newest version). `or` and `orValue` are
// here as functions too; the evaluator need not evaluate their second argument in vain.
#include <fmt/format.h>

#include "schema/cel/budget.h"
#include "schema/cel/eval.h"
#include "schema/cel/function.h"
#include "schema/cel/text.h"
#include "schema/cel/unfit.h"

namespace gatefold::cel {
namespace {

// Lists and maps of the input are never zero, not even empty ones: Kubernetes' views of them do not
// say so.
bool is_zero(const Val& value) {
  switch (value.kind) {
    case ValKind::kNull:
      return true;
    case ValKind::kBool:
      return !value.boolean;
    case ValKind::kInt:
      return value.integer == 0;
    case ValKind::kUint:
      return value.uinteger == 0;
    case ValKind::kDouble:
      return value.number == 0;
    case ValKind::kString:
    case ValKind::kBytes:
      return value.text.empty();
    case ValKind::kTimestamp:
      return value.timestamp == Timestamp{.seconds = kTimestampSecondsMin};
    case ValKind::kDuration:
      return value.duration_ns == 0;
    case ValKind::kList:
      return !value.is_json && value.list.items.empty();
    case ValKind::kMap:
      return !value.is_json && value.map.items.empty();
    default:
      return false;
  }
}

Val of(Evaluation& evaluation, std::span<const Val> arguments) {
  return optional_val(evaluation.arena, arguments[0]);
}

Val of_non_zero(Evaluation& evaluation, std::span<const Val> arguments) {
  return is_zero(arguments[0]) ? none_val() : optional_val(evaluation.arena, arguments[0]);
}

Val none(Evaluation&, std::span<const Val>) {
  return none_val();
}

Val has_value(Evaluation&, std::span<const Val> arguments) {
  return bool_val(arguments[0].optional != nullptr);
}

Val value(Evaluation&, std::span<const Val> arguments) {
  const Val* held = arguments[0].optional;
  return held != nullptr ? *held : literal_error("optional.none() dereference");
}

Val or_optional(Evaluation&, std::span<const Val> arguments) {
  return arguments[0].optional != nullptr ? arguments[0] : arguments[1];
}

Val or_value(Evaluation&, std::span<const Val> arguments) {
  return arguments[0].optional != nullptr ? *arguments[0].optional : arguments[1];
}

Val element(Evaluation& evaluation, const Val& list, std::size_t index) {
  const Val item = list_at(evaluation.arena, list, index);
  return item.is_error() ? item : optional_val(evaluation.arena, item);
}

Val first(Evaluation& evaluation, std::span<const Val> arguments) {
  return list_size(arguments[0]) == 0 ? none_val() : element(evaluation, arguments[0], 0);
}

Val last(Evaluation& evaluation, std::span<const Val> arguments) {
  const std::size_t size = list_size(arguments[0]);
  return size == 0 ? none_val() : element(evaluation, arguments[0], size - 1);
}

// A list without a type may hold anything; the first item decides whether the function fits.
Val unwrapped(Evaluation& evaluation, std::string_view function, std::span<const Val> arguments) {
  const Val& list = arguments[0];
  const std::size_t size_max = list_size(list);
  if (!can_build(evaluation, size_max * sizeof(Val))) return exhausted_error();
  const auto items = evaluation.arena.make_span<Val>(size_max);
  std::size_t size = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Val item = list_at(evaluation.arena, list, i);
    if (item.is_error()) return item;
    if (!item.is(ValKind::kOptional)) {
      if (i == 0) return unfit(evaluation.arena, function, arguments);
      return error_val(evaluation.arena,
                       fmt::format("value {} is not optional", message_text(item)));
    }
    if (item.optional != nullptr) items[size++] = *item.optional;
  }
  return list_val(items.first(size));
}

Val unwrap(Evaluation& evaluation, std::span<const Val> arguments) {
  return unwrapped(evaluation, "optional.unwrap", arguments);
}

Val unwrap_method(Evaluation& evaluation, std::span<const Val> arguments) {
  return unwrapped(evaluation, "unwrapOpt", arguments);
}

std::uint64_t nothing(std::span<const Val>, const Val&) {
  return 0;
}

constexpr Declaration kDeclarations[] = {
    {"optional.of(V) optional(V)", of},
    {"optional.ofNonZeroValue(V) optional(V)", of_non_zero},
    {"optional.none() optional(V)", none},
    {"optional(V).hasValue() bool", has_value},
    {"optional(V).value() V", value},
    {"optional(V).or(optional(V)) optional(V)", or_optional, nothing},
    {"optional(V).orValue(V) V", or_value, nothing},
    {"list(V).first() optional(V)", first},
    {"list(V).last() optional(V)", last},
    {"optional.unwrap(list(optional(V))) list(V)", unwrap},
    {"list(optional(V)).unwrapOpt() list(V)", unwrap_method},
};

}  // namespace

std::span<const Declaration> optional_functions() {
  return kDeclarations;
}

}  // namespace gatefold::cel
