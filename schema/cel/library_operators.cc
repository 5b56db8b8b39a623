// Operators of the language and size (cel-go/common/stdlib). One function for each of them takes
// values of all kinds, since dyn may bring any: overloads tell the checker what fits, and what it
// costs. Those that the evaluator does itself have functions that say that nothing fits.
#include <algorithm>
#include <limits>
#include <string>

#include "schema/cel/budget.h"
#include "schema/cel/cost.h"
#include "schema/cel/eval.h"
#include "schema/cel/function.h"
#include "schema/cel/operators.h"

namespace gatefold::cel {
namespace {

using Kind = ValKind;
using Values = std::span<const Val>;

std::uint64_t sum_cost(Values values, const Val&) {
  return traversal_cost(size_of(values[0]) + size_of(values[1]));
}
std::uint64_t shorter_cost(Values values, const Val&) {
  return traversal_cost(std::min(size_of(values[0]), size_of(values[1])));
}
std::uint64_t list_cost(Values values, const Val&) {
  return size_of(values[1]);
}

bool are(Values values, Kind kind) {
  return values[0].is(kind) && values[1].is(kind);
}

// Where the first operand's type has no such operator at all, cel-go names the operator, but not
// where the type dispatches itself.
Val no_operator(const Val& first, std::string_view message) {
  const bool dispatches =
      first.is(Kind::kString) || first.is(Kind::kTimestamp) || first.is(Kind::kDuration);
  return dispatches ? no_such_overload() : literal_error(message);
}

bool is_arithmetic(const Val& value) {
  return value.is(Kind::kInt) || value.is(Kind::kUint) || value.is(Kind::kDouble);
}

Val concatenate(Evaluation& evaluation, Values values) {
  const auto size = values[0].text.size() + values[1].text.size();
  if (!can_build(evaluation, size)) return exhausted_error();
  std::string text;
  text.reserve(size);
  text.append(values[0].text).append(values[1].text);
  const auto kept = evaluation.arena.copy(text);
  return values[0].is(Kind::kString) ? string_val(kept) : bytes_val(kept);
}

}  // namespace

Val add(Evaluation& evaluation, Values values) {
  const auto& a = values[0];
  const auto& b = values[1];
  if (are(values, Kind::kInt)) {
    std::int64_t sum = 0;
    return __builtin_add_overflow(a.integer, b.integer, &sum) ? int_overflow() : int_val(sum);
  }
  if (are(values, Kind::kUint)) {
    std::uint64_t sum = 0;
    return __builtin_add_overflow(a.uinteger, b.uinteger, &sum) ? uint_overflow() : uint_val(sum);
  }
  if (are(values, Kind::kDouble)) return double_val(a.number + b.number);
  if (are(values, Kind::kString) || are(values, Kind::kBytes)) {
    return concatenate(evaluation, values);
  }
  if (are(values, Kind::kList)) {
    if (!a.is_json && a.list.items.empty()) return b;
    return merge_lists(evaluation.arena, a, b);
  }
  if (a.is(Kind::kTimestamp) || a.is(Kind::kDuration)) return add_time(a, b);
  if (is_arithmetic(a) || a.is(Kind::kString) || a.is(Kind::kBytes) || a.is(Kind::kList)) {
    return no_such_overload();
  }
  return no_operator(a, "no such overload: _+_");
}

namespace {

Val subtract(Evaluation&, Values values) {
  const auto& a = values[0];
  const auto& b = values[1];
  if (are(values, Kind::kInt)) {
    std::int64_t rest = 0;
    return __builtin_sub_overflow(a.integer, b.integer, &rest) ? int_overflow() : int_val(rest);
  }
  if (are(values, Kind::kUint)) {
    std::uint64_t rest = 0;
    return __builtin_sub_overflow(a.uinteger, b.uinteger, &rest) ? uint_overflow() : uint_val(rest);
  }
  if (are(values, Kind::kDouble)) return double_val(a.number - b.number);
  if (a.is(Kind::kTimestamp) || a.is(Kind::kDuration)) return subtract_time(a, b);
  return is_arithmetic(a) ? no_such_overload() : no_operator(a, "no such overload: _-_");
}

Val multiply(Evaluation&, Values values) {
  const auto& a = values[0];
  const auto& b = values[1];
  if (are(values, Kind::kInt)) {
    std::int64_t product = 0;
    return __builtin_mul_overflow(a.integer, b.integer, &product) ? int_overflow()
                                                                  : int_val(product);
  }
  if (are(values, Kind::kUint)) {
    std::uint64_t product = 0;
    return __builtin_mul_overflow(a.uinteger, b.uinteger, &product) ? uint_overflow()
                                                                    : uint_val(product);
  }
  if (are(values, Kind::kDouble)) return double_val(a.number * b.number);
  return is_arithmetic(a) ? no_such_overload() : no_operator(a, "no such overload: _*_");
}

bool overflows(std::int64_t a, std::int64_t b) {
  return a == std::numeric_limits<std::int64_t>::min() && b == -1;
}

Val divide(Evaluation&, Values values) {
  const auto& a = values[0];
  const auto& b = values[1];
  if (are(values, Kind::kInt)) {
    if (b.integer == 0) return literal_error("division by zero");
    return overflows(a.integer, b.integer) ? int_overflow() : int_val(a.integer / b.integer);
  }
  if (are(values, Kind::kUint)) {
    if (b.uinteger == 0) return literal_error("division by zero");
    return uint_val(a.uinteger / b.uinteger);
  }
  if (are(values, Kind::kDouble)) return double_val(a.number / b.number);
  return is_arithmetic(a) ? no_such_overload() : no_operator(a, "no such overload: _/_");
}

Val modulo(Evaluation&, Values values) {
  const auto& a = values[0];
  const auto& b = values[1];
  if (are(values, Kind::kInt)) {
    if (b.integer == 0) return literal_error("modulus by zero");
    return overflows(a.integer, b.integer) ? int_overflow() : int_val(a.integer % b.integer);
  }
  if (are(values, Kind::kUint)) {
    if (b.uinteger == 0) return literal_error("modulus by zero");
    return uint_val(a.uinteger % b.uinteger);
  }
  const bool has_modulo = a.is(Kind::kInt) || a.is(Kind::kUint);
  return has_modulo ? no_such_overload() : no_operator(a, "no such overload: _%_");
}

Val negate(Evaluation&, Values values) {
  const auto& a = values[0];
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  switch (a.kind) {
    case Kind::kInt:
      return a.integer == kLeast ? int_overflow() : int_val(-a.integer);
    case Kind::kDouble:
      return double_val(-a.number);
    case Kind::kDuration:
      return a.duration_ns == kLeast ? int_overflow() : duration_val(-a.duration_ns);
    case Kind::kBool:
      return no_such_overload();
    default:
      return no_operator(a, "no such overload: -_");
  }
}

enum class Comparison : std::uint8_t { kLess, kLessEqual, kGreater, kGreaterEqual };

template <Comparison comparison>
Val order(Evaluation&, Values values) {
  switch (compare(values[0], values[1])) {
    case Order::kLess:
      return bool_val(comparison == Comparison::kLess || comparison == Comparison::kLessEqual);
    case Order::kEqual:
      return bool_val(comparison == Comparison::kLessEqual ||
                      comparison == Comparison::kGreaterEqual);
    case Order::kGreater:
      return bool_val(comparison == Comparison::kGreater ||
                      comparison == Comparison::kGreaterEqual);
    case Order::kNone:
      break;
  }
  const auto& a = values[0];
  const auto& b = values[1];
  const bool is_nan = (a.is(Kind::kDouble) && a.number != a.number) ||
                      (is_arithmetic(a) && b.is(Kind::kDouble) && b.number != b.number);
  if (is_nan) return literal_error("NaN values cannot be ordered");
  if (compare(a, a) != Order::kNone) return no_such_overload();
  switch (comparison) {
    case Comparison::kLess:
      return no_operator(a, "no such overload: _<_");
    case Comparison::kLessEqual:
      return no_operator(a, "no such overload: _<=_");
    case Comparison::kGreater:
      return no_operator(a, "no such overload: _>_");
    case Comparison::kGreaterEqual:
      return no_operator(a, "no such overload: _>=_");
  }
}

Val in_list(Evaluation& evaluation, const Val& item, const Val& list) {
  auto& arena = evaluation.arena;
  Val error;
  for (std::size_t i = 0; i < list_size(list) && arena.step(); ++i) {
    const auto candidate = list_at(arena, list, i);
    if (candidate.is_error()) {
      error = candidate;
    } else if (equal(arena, item, candidate)) {
      return bool_val(true);
    }
  }
  return error.is_error() && list.is_json ? error : bool_val(false);
}

Val in(Evaluation& evaluation, Values values) {
  const auto& item = values[0];
  const auto& aggregate = values[1];
  if (aggregate.is(Kind::kList)) return in_list(evaluation, item, aggregate);
  if (!aggregate.is(Kind::kMap)) return no_such_overload();
  Val found;
  if (!map_find(evaluation.arena, aggregate, item, found)) return bool_val(false);
  return found.is_error() ? found : bool_val(true);
}

Val size(Evaluation&, Values values) {
  switch (values[0].kind) {
    case Kind::kString:
    case Kind::kBytes:
    case Kind::kList:
    case Kind::kMap:
      return int_val(static_cast<std::int64_t>(size_of(values[0])));
    default:
      return no_operator(values[0], "no such overload: size");
  }
}

Val evaluated_elsewhere(Evaluation&, Values) {
  return no_such_overload();
}

constexpr auto kLess = order<Comparison::kLess>;
constexpr auto kLessEqual = order<Comparison::kLessEqual>;
constexpr auto kGreater = order<Comparison::kGreater>;
constexpr auto kGreaterEqual = order<Comparison::kGreaterEqual>;

constexpr Declaration kFunctions[] = {
    {"_?_:_(bool, A, A) A", evaluated_elsewhere},
    {"_&&_(bool, bool) bool", evaluated_elsewhere},
    {"_||_(bool, bool) bool", evaluated_elsewhere},
    {"!_(bool) bool", evaluated_elsewhere},
    {"_==_(A, A) bool", evaluated_elsewhere},
    {"_!=_(A, A) bool", evaluated_elsewhere},
    {"_+_(bytes, bytes) bytes", add, sum_cost},
    {"_+_(double, double) double", add},
    {"_+_(duration, duration) duration", add},
    {"_+_(duration, timestamp) timestamp", add},
    {"_+_(timestamp, duration) timestamp", add},
    {"_+_(int, int) int", add},
    {"_+_(list(A), list(A)) list(A)", add},
    {"_+_(string, string) string", add, sum_cost},
    {"_+_(uint, uint) uint", add},
    {"_/_(double, double) double", divide},
    {"_/_(int, int) int", divide},
    {"_/_(uint, uint) uint", divide},
    {"_%_(int, int) int", modulo},
    {"_%_(uint, uint) uint", modulo},
    {"_*_(double, double) double", multiply},
    {"_*_(int, int) int", multiply},
    {"_*_(uint, uint) uint", multiply},
    {"-_(double) double", negate},
    {"-_(int) int", negate},
    {"_-_(double, double) double", subtract},
    {"_-_(duration, duration) duration", subtract},
    {"_-_(int, int) int", subtract},
    {"_-_(timestamp, duration) timestamp", subtract},
    {"_-_(timestamp, timestamp) duration", subtract},
    {"_-_(uint, uint) uint", subtract},
    {"_<_(bool, bool) bool", kLess},
    {"_<_(int, int) bool", kLess},
    {"_<_(int, double) bool", kLess},
    {"_<_(int, uint) bool", kLess},
    {"_<_(uint, uint) bool", kLess},
    {"_<_(uint, double) bool", kLess},
    {"_<_(uint, int) bool", kLess},
    {"_<_(double, double) bool", kLess},
    {"_<_(double, int) bool", kLess},
    {"_<_(double, uint) bool", kLess},
    {"_<_(string, string) bool", kLess, shorter_cost},
    {"_<_(bytes, bytes) bool", kLess, shorter_cost},
    {"_<_(timestamp, timestamp) bool", kLess},
    {"_<_(duration, duration) bool", kLess},
    {"_<=_(bool, bool) bool", kLessEqual},
    {"_<=_(int, int) bool", kLessEqual},
    {"_<=_(int, double) bool", kLessEqual},
    {"_<=_(int, uint) bool", kLessEqual},
    {"_<=_(uint, uint) bool", kLessEqual},
    {"_<=_(uint, double) bool", kLessEqual},
    {"_<=_(uint, int) bool", kLessEqual},
    {"_<=_(double, double) bool", kLessEqual},
    {"_<=_(double, int) bool", kLessEqual},
    {"_<=_(double, uint) bool", kLessEqual},
    {"_<=_(string, string) bool", kLessEqual, shorter_cost},
    {"_<=_(bytes, bytes) bool", kLessEqual, shorter_cost},
    {"_<=_(timestamp, timestamp) bool", kLessEqual},
    {"_<=_(duration, duration) bool", kLessEqual},
    {"_>_(bool, bool) bool", kGreater},
    {"_>_(int, int) bool", kGreater},
    {"_>_(int, double) bool", kGreater},
    {"_>_(int, uint) bool", kGreater},
    {"_>_(uint, uint) bool", kGreater},
    {"_>_(uint, double) bool", kGreater},
    {"_>_(uint, int) bool", kGreater},
    {"_>_(double, double) bool", kGreater},
    {"_>_(double, int) bool", kGreater},
    {"_>_(double, uint) bool", kGreater},
    {"_>_(string, string) bool", kGreater, shorter_cost},
    {"_>_(bytes, bytes) bool", kGreater, shorter_cost},
    {"_>_(timestamp, timestamp) bool", kGreater},
    {"_>_(duration, duration) bool", kGreater},
    {"_>=_(bool, bool) bool", kGreaterEqual},
    {"_>=_(int, int) bool", kGreaterEqual},
    {"_>=_(int, double) bool", kGreaterEqual},
    {"_>=_(int, uint) bool", kGreaterEqual},
    {"_>=_(uint, uint) bool", kGreaterEqual},
    {"_>=_(uint, double) bool", kGreaterEqual},
    {"_>=_(uint, int) bool", kGreaterEqual},
    {"_>=_(double, double) bool", kGreaterEqual},
    {"_>=_(double, int) bool", kGreaterEqual},
    {"_>=_(double, uint) bool", kGreaterEqual},
    {"_>=_(string, string) bool", kGreaterEqual, shorter_cost},
    {"_>=_(bytes, bytes) bool", kGreaterEqual, shorter_cost},
    {"_>=_(timestamp, timestamp) bool", kGreaterEqual},
    {"_>=_(duration, duration) bool", kGreaterEqual},
    {"_[_](list(A), int) A", evaluated_elsewhere},
    {"_[_](map(A, B), A) B", evaluated_elsewhere},
    {"_[_](optional(list(A)), int) optional(A)", evaluated_elsewhere},
    {"_[_](optional(map(A, B)), A) optional(B)", evaluated_elsewhere},
    {"_[?_](list(A), int) optional(A)", evaluated_elsewhere},
    {"_[?_](optional(list(A)), int) optional(A)", evaluated_elsewhere},
    {"_[?_](map(A, B), A) optional(B)", evaluated_elsewhere},
    {"_[?_](optional(map(A, B)), A) optional(B)", evaluated_elsewhere},
    {"@in(A, list(A)) bool", in, list_cost},
    {"@in(A, map(A, B)) bool", in},
    {"size(bytes) int", size},
    {"bytes.size() int", size},
    {"size(list(A)) int", size},
    {"list(A).size() int", size},
    {"size(map(A, B)) int", size},
    {"map(A, B).size() int", size},
    {"size(string) int", size},
    {"string.size() int", size},
};

}  // namespace

std::span<const Declaration> operator_functions() {
  return kFunctions;
}

}  // namespace gatefold::cel
