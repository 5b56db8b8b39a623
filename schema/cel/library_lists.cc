// Kubernetes' library of lists (k8s.io/apiserver/pkg/cel/library/lists.go) and sets of cel-go
// (ext/sets.go). The lists extension of cel-go is not part of Kubernetes 1.33.
#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "schema/cel/budget.h"
#include "schema/cel/eval.h"
#include "schema/cel/function.h"

namespace gatefold::cel {
namespace {

constexpr std::array kComparableKinds = {ValKind::kInt,    ValKind::kUint,     ValKind::kDouble,
                                         ValKind::kBool,   ValKind::kDuration, ValKind::kTimestamp,
                                         ValKind::kString, ValKind::kBytes};

bool is_comparable(const Val& value) {
  return std::ranges::find(kComparableKinds, value.kind) != kComparableKinds.end();
}

// The error to answer where `item` can't be compared: what is wrong with itself comes first.
Val incomparable(const Val& item) {
  return item.is_error() ? item : no_such_overload();
}

// Neighbours that have no order among them count as sorted, as in the reference.
Val is_sorted(Evaluation& evaluation, std::span<const Val> arguments) {
  const Val& list = arguments[0];
  std::optional<Val> previous;
  for (std::size_t i = 0; i < list_size(list); ++i) {
    const Val item = list_at(evaluation.arena, list, i);
    if (!is_comparable(item)) return incomparable(item);
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
    if (!is_comparable(item)) return incomparable(item);
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

Val add(const Val& a, const Val& b) {
  if (a.kind != b.kind) return incomparable(b);
  switch (a.kind) {
    case ValKind::kInt: {
      std::int64_t out = 0;
      if (__builtin_add_overflow(a.integer, b.integer, &out)) {
        return literal_error("integer overflow");
      }
      return int_val(out);
    }
    case ValKind::kUint: {
      std::uint64_t out = 0;
      if (__builtin_add_overflow(a.uinteger, b.uinteger, &out)) {
        return literal_error("unsigned integer overflow");
      }
      return uint_val(out);
    }
    case ValKind::kDouble:
      return double_val(a.number + b.number);
    case ValKind::kDuration: {
      std::int64_t out = 0;
      if (__builtin_add_overflow(a.duration_ns, b.duration_ns, &out)) {
        return literal_error("duration overflow");
      }
      return duration_val(out);
    }
    default:
      return no_such_overload();
  }
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
  if (first.is_error()) return first;
  Val total = zero_of(first.kind);
  for (std::size_t i = 0; i < list_size(list) && !total.is_error(); ++i) {
    total = add(total, list_at(evaluation.arena, list, i));
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

// What a walk over a value costs: a tenth of a string's bytes, 1 for other scalars. Short strings
// are free, and lists that name one another make small expressions into walks without an end, so
// steps are counted and depth is bounded.
class Walk {
 public:
  explicit Walk(Evaluation& evaluation) : evaluation_(evaluation) {}

  // False: the evaluation is exhausted.
  bool pay(const Val& value) {
    const std::uint64_t units = visit(value, 0);
    return is_endless_ ? can_pay(evaluation_, kUnpayable) : evaluation_.charge(units);
  }

 private:
  static constexpr std::uint64_t kUnpayable = std::numeric_limits<std::uint64_t>::max();
  static constexpr std::size_t kWalkDepthMax = 1000;

  std::uint64_t visit(const Val& value, std::size_t depth) {
    is_endless_ = is_endless_ || !evaluation_.arena.step() || depth > kWalkDepthMax;
    if (is_endless_) return 0;
    switch (value.kind) {
      case ValKind::kString:
      case ValKind::kBytes:
        return static_cast<std::uint64_t>(static_cast<double>(value.text.size()) * 0.1);
      case ValKind::kList:
        return visit_list(value, depth);
      case ValKind::kMap:
        return visit_map(value, depth);
      default:
        return 1;
    }
  }

  std::uint64_t visit_list(const Val& list, std::size_t depth) {
    std::uint64_t units = 0;
    for (std::size_t i = 0; i < list_size(list) && !is_endless_; ++i) {
      units += visit(list_at(evaluation_.arena, list, i), depth + 1);
    }
    return units;
  }

  std::uint64_t visit_map(const Val& map, std::size_t depth) {
    std::uint64_t units = 0;
    for (std::size_t i = 0; i < map_size(map) && !is_endless_; ++i) {
      const MapItem item = map_at(evaluation_.arena, map, i);
      units += visit(item.key, depth + 1) + visit(item.value, depth + 1);
    }
    return units;
  }

  Evaluation& evaluation_;
  bool is_endless_ = false;
};

// A function that walks over its list, with the walk paid before: `charged` is its cost.
template <Function kFunction>
Val walked(Evaluation& evaluation, std::span<const Val> arguments) {
  if (!Walk(evaluation).pay(arguments[0])) return exhausted_error();
  return kFunction(evaluation, arguments);
}

std::uint64_t charged(std::span<const Val>, const Val&) {
  return 0;
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
    {"list(int).isSorted() bool", walked<is_sorted>, charged},
    {"list(uint).isSorted() bool", walked<is_sorted>, charged},
    {"list(double).isSorted() bool", walked<is_sorted>, charged},
    {"list(bool).isSorted() bool", walked<is_sorted>, charged},
    {"list(duration).isSorted() bool", walked<is_sorted>, charged},
    {"list(timestamp).isSorted() bool", walked<is_sorted>, charged},
    {"list(string).isSorted() bool", walked<is_sorted>, charged},
    {"list(bytes).isSorted() bool", walked<is_sorted>, charged},
    {"list(int).sum() int", walked<sum<ValKind::kInt>>, charged},
    {"list(uint).sum() uint", walked<sum<ValKind::kUint>>, charged},
    {"list(double).sum() double", walked<sum<ValKind::kDouble>>, charged},
    {"list(duration).sum() duration", walked<sum<ValKind::kDuration>>, charged},
    {"list(int).max() int", walked<max>, charged},
    {"list(uint).max() uint", walked<max>, charged},
    {"list(double).max() double", walked<max>, charged},
    {"list(bool).max() bool", walked<max>, charged},
    {"list(duration).max() duration", walked<max>, charged},
    {"list(timestamp).max() timestamp", walked<max>, charged},
    {"list(string).max() string", walked<max>, charged},
    {"list(bytes).max() bytes", walked<max>, charged},
    {"list(int).min() int", walked<min>, charged},
    {"list(uint).min() uint", walked<min>, charged},
    {"list(double).min() double", walked<min>, charged},
    {"list(bool).min() bool", walked<min>, charged},
    {"list(duration).min() duration", walked<min>, charged},
    {"list(timestamp).min() timestamp", walked<min>, charged},
    {"list(string).min() string", walked<min>, charged},
    {"list(bytes).min() bytes", walked<min>, charged},
    {"list(A).indexOf(A) int", walked<index_of>, charged},
    {"list(A).lastIndexOf(A) int", walked<last_index_of>, charged},
    {"sets.contains(list(T), list(T)) bool", set_contains, set_cost},
    {"sets.equivalent(list(T), list(T)) bool", set_equivalent, set_equivalent_cost},
    {"sets.intersects(list(T), list(T)) bool", set_intersects, set_cost},
};

}  // namespace

std::span<const Declaration> list_functions() {
  return kDeclarations;
}

}  // namespace gatefold::cel
