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

Val add(const Val& a, const Val& b) {
  if (b.is_error()) return b;
  if (a.kind != b.kind) return no_such_overload();
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
  Val total = zero_of(first.kind);
  if (total.is_error()) return wrong_item(evaluation, "sum", list, first, true);
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

// What a walk over a value costs: a tenth of a string's bytes, 1 for other scalars. The reference
// lets short strings pass for nothing and has no bound; here nodes beyond kFreeNodes count too, and
// a walk has an end: lists that name one another make small expressions into endless ones.
class Walk {
 public:
  std::uint64_t cost(const Val& value) {
    visit(value, 0);
    if (is_endless_) return kUnpayable;
    return units_ + (nodes_ > kFreeNodes ? (nodes_ - kFreeNodes) / kNodesPerUnit : 0);
  }

 private:
  static constexpr std::uint64_t kUnpayable = std::numeric_limits<std::int64_t>::max();
  static constexpr std::uint64_t kFreeNodes = 4096;
  static constexpr std::uint64_t kNodesPerUnit = 64;
  static constexpr std::uint64_t kNodesMax = 1 << 24;
  static constexpr std::size_t kWalkDepthMax = 1000;

  void visit(const Val& value, std::size_t depth) {
    is_endless_ = is_endless_ || ++nodes_ > kNodesMax || depth > kWalkDepthMax;
    if (is_endless_) return;
    switch (value.kind) {
      case ValKind::kString:
      case ValKind::kBytes:
        units_ += static_cast<std::uint64_t>(static_cast<double>(value.text.size()) * 0.1);
        return;
      case ValKind::kList:
        for (std::size_t i = 0; i < list_size(value) && !is_endless_; ++i) {
          visit(list_at(scratch_, value, i), depth + 1);
        }
        return;
      case ValKind::kMap:
        for (std::size_t i = 0; i < map_size(value) && !is_endless_; ++i) {
          const MapItem item = map_at(scratch_, value, i);
          visit(item.key, depth + 1);
          visit(item.value, depth + 1);
        }
        return;
      default:
        ++units_;
    }
  }

  Arena scratch_;
  std::uint64_t units_ = 0;
  std::uint64_t nodes_ = 0;
  bool is_endless_ = false;
};

std::uint64_t walk_cost(std::span<const Val> arguments, const Val&) {
  return Walk().cost(arguments[0]);
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
    {"list(int).isSorted() bool", is_sorted, walk_cost},
    {"list(uint).isSorted() bool", is_sorted, walk_cost},
    {"list(double).isSorted() bool", is_sorted, walk_cost},
    {"list(bool).isSorted() bool", is_sorted, walk_cost},
    {"list(duration).isSorted() bool", is_sorted, walk_cost},
    {"list(timestamp).isSorted() bool", is_sorted, walk_cost},
    {"list(string).isSorted() bool", is_sorted, walk_cost},
    {"list(bytes).isSorted() bool", is_sorted, walk_cost},
    {"list(int).sum() int", sum<ValKind::kInt>, walk_cost},
    {"list(uint).sum() uint", sum<ValKind::kUint>, walk_cost},
    {"list(double).sum() double", sum<ValKind::kDouble>, walk_cost},
    {"list(duration).sum() duration", sum<ValKind::kDuration>, walk_cost},
    {"list(int).max() int", max, walk_cost},
    {"list(uint).max() uint", max, walk_cost},
    {"list(double).max() double", max, walk_cost},
    {"list(bool).max() bool", max, walk_cost},
    {"list(duration).max() duration", max, walk_cost},
    {"list(timestamp).max() timestamp", max, walk_cost},
    {"list(string).max() string", max, walk_cost},
    {"list(bytes).max() bytes", max, walk_cost},
    {"list(int).min() int", min, walk_cost},
    {"list(uint).min() uint", min, walk_cost},
    {"list(double).min() double", min, walk_cost},
    {"list(bool).min() bool", min, walk_cost},
    {"list(duration).min() duration", min, walk_cost},
    {"list(timestamp).min() timestamp", min, walk_cost},
    {"list(string).min() string", min, walk_cost},
    {"list(bytes).min() bytes", min, walk_cost},
    {"list(A).indexOf(A) int", index_of, walk_cost},
    {"list(A).lastIndexOf(A) int", last_index_of, walk_cost},
    {"sets.contains(list(T), list(T)) bool", set_contains, set_cost},
    {"sets.equivalent(list(T), list(T)) bool", set_equivalent, set_equivalent_cost},
    {"sets.intersects(list(T), list(T)) bool", set_intersects, set_cost},
};

}  // namespace

std::span<const Declaration> list_functions() {
  return kDeclarations;
}

}  // namespace gatefold::cel
