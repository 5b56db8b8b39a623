// Kubernetes' library of lists (k8s.io/apiserver/pkg/cel/library/lists.go) and sets of cel-go
// (ext/sets.go). The lists extension of cel-go is not part of Kubernetes 1.33.
#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "schema/cel/budget.h"
#include "schema/cel/cost.h"
#include "schema/cel/eval.h"
#include "schema/cel/function.h"
#include "schema/cel/operators.h"
#include "schema/cel/unfit.h"

namespace gatefold::cel {
namespace {

constexpr std::array kComparableKinds = {ValKind::kInt,    ValKind::kUint,     ValKind::kDouble,
                                         ValKind::kBool,   ValKind::kDuration, ValKind::kTimestamp,
                                         ValKind::kString, ValKind::kBytes};

bool is_comparable(const Val& value) {
  return std::ranges::find(kComparableKinds, value.kind) != kComparableKinds.end();
}

// The error to answer where an item can't be compared or added: what is wrong with itself comes
// first, then whether the list is one for the function at all.
Val wrong_item(Evaluation& evaluation, std::string_view function, const Val& list, const Val& item,
               bool is_first) {
  if (item.is_error()) return item;
  return is_first ? unfit(evaluation.arena, function, {&list, 1}) : no_such_overload();
}

// Neighbours that have no order among them count as sorted, as in the reference.
Val is_sorted(Evaluation& evaluation, std::span<const Val> arguments) {
  const Val& list = arguments[0];
  std::optional<Val> previous;
  for (std::size_t i = 0; i < list_size(list); ++i) {
    const Val item = list_at(evaluation.arena, list, i);
    if (!is_comparable(item)) return wrong_item(evaluation, "isSorted", list, item, i == 0);
    if (previous && compare(*previous, item) == Order::kGreater) return bool_val(false);
    previous = item;
  }
  return bool_val(true);
}

// Of equal items the first. `replaced_by` is how the best so far compares with one that is better.
Val extreme(Evaluation& evaluation, const Val& list, Order replaced_by, std::string_view name) {
  std::optional<Val> best;
  for (std::size_t i = 0; i < list_size(list); ++i) {
    const Val item = list_at(evaluation.arena, list, i);
    if (!is_comparable(item)) return wrong_item(evaluation, name, list, item, i == 0);
    if (!best || compare(*best, item) == replaced_by) best = item;
  }
  if (best) return *best;
  return error_val(evaluation.arena, fmt::format("{} called on empty list", name));
}

Val min(Evaluation& evaluation, std::span<const Val> arguments) {
  return extreme(evaluation, arguments[0], Order::kGreater, "min");
}

Val max(Evaluation& evaluation, std::span<const Val> arguments) {
  return extreme(evaluation, arguments[0], Order::kLess, "max");
}

Val zero_of(ValKind kind) {
  switch (kind) {
    case ValKind::kInt:
      return int_val(0);
    case ValKind::kUint:
      return uint_val(0);
    case ValKind::kDouble:
      return double_val(0);
    case ValKind::kDuration:
      return duration_val(0);
    default:
      return no_such_overload();
  }
}

// What the items of a list are is known by the first of them: a list without a type comes to
// whichever overload is declared first. The type of an empty one is the overload's.
template <ValKind kEmptyKind>
Val sum(Evaluation& evaluation, std::span<const Val> arguments) {
  const Val& list = arguments[0];
  if (list_size(list) == 0) return zero_of(kEmptyKind);
  const Val first = list_at(evaluation.arena, list, 0);
  Val total = zero_of(first.kind);
  if (total.is_error()) return wrong_item(evaluation, "sum", list, first, true);
  for (std::size_t i = 0; i < list_size(list) && !total.is_error(); ++i) {
    const std::array operands = {total, list_at(evaluation.arena, list, i)};
    total = operands[1].is_error() ? operands[1] : add(evaluation, operands);
  }
  return total;
}

Val index_of(Evaluation& evaluation, std::span<const Val> arguments) {
  for (std::size_t i = 0; i < list_size(arguments[0]); ++i) {
    const Val item = list_at(evaluation.arena, arguments[0], i);
    if (equal(evaluation.arena, item, arguments[1])) return int_val(static_cast<std::int64_t>(i));
  }
  return int_val(-1);
}

Val last_index_of(Evaluation& evaluation, std::span<const Val> arguments) {
  for (std::size_t i = list_size(arguments[0]); i > 0; --i) {
    const Val item = list_at(evaluation.arena, arguments[0], i - 1);
    if (equal(evaluation.arena, item, arguments[1])) {
      return int_val(static_cast<std::int64_t>(i - 1));
    }
  }
  return int_val(-1);
}

std::uint64_t list_cost(std::span<const Val> arguments, const Val&) {
  return walk_cost(arguments[0]);
}

bool contains(Evaluation& evaluation, const Val& list, const Val& item) {
  const std::size_t size = list_size(list);
  for (std::size_t i = 0; i < size; ++i) {
    if (equal(evaluation.arena, list_at(evaluation.arena, list, i), item)) return true;
  }
  return false;
}

bool contains_all(Evaluation& evaluation, const Val& list, const Val& items) {
  for (std::size_t i = 0; i < list_size(items); ++i) {
    if (!contains(evaluation, list, list_at(evaluation.arena, items, i))) return false;
  }
  return true;
}

std::uint64_t pairs_cost(std::span<const Val> arguments, std::uint64_t times) {
  return 1 + size_of(arguments[0]) * size_of(arguments[1]) * times;
}

std::uint64_t set_cost(std::span<const Val> arguments, const Val&) {
  return pairs_cost(arguments, 1);
}

std::uint64_t set_equivalent_cost(std::span<const Val> arguments, const Val&) {
  return pairs_cost(arguments, 2);
}

Val set_contains(Evaluation& evaluation, std::span<const Val> arguments) {
  if (!can_pay(evaluation, pairs_cost(arguments, 1))) return exhausted_error();
  return bool_val(contains_all(evaluation, arguments[0], arguments[1]));
}

Val set_equivalent(Evaluation& evaluation, std::span<const Val> arguments) {
  if (!can_pay(evaluation, pairs_cost(arguments, 2))) return exhausted_error();
  return bool_val(contains_all(evaluation, arguments[0], arguments[1]) &&
                  contains_all(evaluation, arguments[1], arguments[0]));
}

Val set_intersects(Evaluation& evaluation, std::span<const Val> arguments) {
  if (!can_pay(evaluation, pairs_cost(arguments, 1))) return exhausted_error();
  for (std::size_t i = 0; i < list_size(arguments[0]); ++i) {
    const Val item = list_at(evaluation.arena, arguments[0], i);
    if (contains(evaluation, arguments[1], item)) return bool_val(true);
  }
  return bool_val(false);
}

constexpr Declaration kDeclarations[] = {
    {"list(int).isSorted() bool", is_sorted, list_cost},
    {"list(uint).isSorted() bool", is_sorted, list_cost},
    {"list(double).isSorted() bool", is_sorted, list_cost},
    {"list(bool).isSorted() bool", is_sorted, list_cost},
    {"list(duration).isSorted() bool", is_sorted, list_cost},
    {"list(timestamp).isSorted() bool", is_sorted, list_cost},
    {"list(string).isSorted() bool", is_sorted, list_cost},
    {"list(bytes).isSorted() bool", is_sorted, list_cost},
    {"list(int).sum() int", sum<ValKind::kInt>, list_cost},
    {"list(uint).sum() uint", sum<ValKind::kUint>, list_cost},
    {"list(double).sum() double", sum<ValKind::kDouble>, list_cost},
    {"list(duration).sum() duration", sum<ValKind::kDuration>, list_cost},
    {"list(int).max() int", max, list_cost},
    {"list(uint).max() uint", max, list_cost},
    {"list(double).max() double", max, list_cost},
    {"list(bool).max() bool", max, list_cost},
    {"list(duration).max() duration", max, list_cost},
    {"list(timestamp).max() timestamp", max, list_cost},
    {"list(string).max() string", max, list_cost},
    {"list(bytes).max() bytes", max, list_cost},
    {"list(int).min() int", min, list_cost},
    {"list(uint).min() uint", min, list_cost},
    {"list(double).min() double", min, list_cost},
    {"list(bool).min() bool", min, list_cost},
    {"list(duration).min() duration", min, list_cost},
    {"list(timestamp).min() timestamp", min, list_cost},
    {"list(string).min() string", min, list_cost},
    {"list(bytes).min() bytes", min, list_cost},
    {"list(A).indexOf(A) int", index_of, list_cost},
    {"list(A).lastIndexOf(A) int", last_index_of, list_cost},
    {"sets.contains(list(T), list(T)) bool", set_contains, set_cost},
    {"sets.equivalent(list(T), list(T)) bool", set_equivalent, set_equivalent_cost},
    {"sets.intersects(list(T), list(T)) bool", set_intersects, set_cost},
};

}  // namespace

std::span<const Declaration> list_functions() {
  return kDeclarations;
}

}  // namespace gatefold::cel
