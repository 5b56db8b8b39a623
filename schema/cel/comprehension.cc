#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "schema/cel/key_order.h"
#include "schema/cel/text.h"
#include "schema/cel/walker.h"

// cel-go expands macros to loops over an accumulator and charges for each of their steps: 1 for an
// identifier, 1 for a call, 10 for a list. The numbers below are what its loops add up to.
namespace gatefold::cel {
namespace {

constexpr std::uint64_t kResultCost = 1;           // the accumulator
constexpr std::uint64_t kAllConditionCost = 2;     // @not_strictly_false(accumulator)
constexpr std::uint64_t kExistsConditionCost = 3;  // @not_strictly_false(!accumulator)
constexpr std::uint64_t kLogicStepCost = 1;        // accumulator && ...
constexpr std::uint64_t kCountCost = 2;            // accumulator + 1
constexpr std::uint64_t kCountResultCost = 2;      // accumulator == 1
constexpr std::uint64_t kAppendCost = 2;           // accumulator + [...]
constexpr std::uint64_t kListCost = 10;            // [...] where it is no constant
constexpr std::uint64_t kInsertCost = 3;           // @mapInsert(accumulator, key, ...)
constexpr std::uint64_t kMergeCost = 2;            // @mapInsert(accumulator, ...)

bool is_true(const Val& value) {
  return value.is(ValKind::kBool) && value.boolean;
}

Val error_of(const Val& value) {
  return value.is_error() ? value : no_such_overload();
}

std::size_t size_of_range(const Val& range) {
  return range.is(ValKind::kList) ? list_size(range) : map_size(range);
}

}  // namespace

void Walker::bind_item(const Comprehension& comprehension, const Val& range, std::size_t index) {
  auto& arena = evaluation_.arena;
  auto& first = slots_[comprehension.slot];
  const bool is_pair = !comprehension.variable2.empty();
  if (range.is(ValKind::kList)) {
    const auto item = list_at(arena, range, index);
    if (!is_pair) {
      first = item;
      return;
    }
    first = int_val(static_cast<std::int64_t>(index));
    slots_[comprehension.slot2] = item;
    return;
  }
  if (!is_pair) {
    first = map_key_at(arena, range, index);
    return;
  }
  const auto item = map_at(arena, range, index);
  first = item.key;
  slots_[comprehension.slot2] = item.value;
}

Val Walker::eval_comprehension(const Comprehension& comprehension) {
  const auto range = eval(*comprehension.range);
  if (range.is_error()) return range;
  if (!range.is(ValKind::kList) && !range.is(ValKind::kMap)) {
    const std::string name(go_type_name(range));
    return fail(comprehension.variable2.empty() ? "got '" + name + "', expected iterable type"
                                                : "unsupported comprehension range type: " + name);
  }
  switch (comprehension.kind) {
    case Comprehension::Kind::kAll:
      return all(comprehension, range);
    case Comprehension::Kind::kExists:
      return exists(comprehension, range);
    case Comprehension::Kind::kExistsOne:
      return exists_one(comprehension, range);
    case Comprehension::Kind::kFilter:
    case Comprehension::Kind::kMap:
    case Comprehension::Kind::kTransformList:
      return collect_list(comprehension, range);
    case Comprehension::Kind::kTransformMap:
    case Comprehension::Kind::kTransformMapEntry:
      return collect_map(comprehension, range);
  }
  return no_such_overload();
}

// The first error stays until an item is false.
Val Walker::all(const Comprehension& comprehension, const Val& range) {
  auto accumulator = bool_val(true);
  const auto size = size_of_range(range);
  for (std::size_t i = 0; i < size; ++i) {
    bind_item(comprehension, range, i);
    evaluation_.charge(kAllConditionCost);
    if (accumulator.is(ValKind::kBool) && !accumulator.boolean) break;
    evaluation_.charge(kLogicStepCost);
    const auto holds = eval(*comprehension.condition);
    if (evaluation_.is_exhausted) return exhausted_error();
    if (holds.is(ValKind::kBool)) {
      if (!holds.boolean) accumulator = holds;
    } else if (!accumulator.is_error()) {
      accumulator = error_of(holds);
    }
  }
  evaluation_.charge(kResultCost);
  return accumulator;
}

// The first error stays until an item is true.
Val Walker::exists(const Comprehension& comprehension, const Val& range) {
  auto accumulator = bool_val(false);
  const auto size = size_of_range(range);
  for (std::size_t i = 0; i < size; ++i) {
    bind_item(comprehension, range, i);
    evaluation_.charge(kExistsConditionCost);
    if (is_true(accumulator)) break;
    evaluation_.charge(kLogicStepCost);
    const auto holds = eval(*comprehension.condition);
    if (evaluation_.is_exhausted) return exhausted_error();
    if (holds.is(ValKind::kBool)) {
      if (holds.boolean) accumulator = holds;
    } else if (!accumulator.is_error()) {
      accumulator = error_of(holds);
    }
  }
  evaluation_.charge(kResultCost);
  return accumulator;
}

// The last error stays: the condition's takes the accumulator's place.
Val Walker::exists_one(const Comprehension& comprehension, const Val& range) {
  std::optional<Val> error;
  std::size_t count = 0;
  const auto size = size_of_range(range);
  for (std::size_t i = 0; i < size; ++i) {
    bind_item(comprehension, range, i);
    const auto holds = eval(*comprehension.condition);
    if (evaluation_.is_exhausted) return exhausted_error();
    if (!holds.is(ValKind::kBool)) {
      error = error_of(holds);
    } else if (holds.boolean) {
      evaluation_.charge(kCountCost);
      ++count;
    }
  }
  evaluation_.charge(kCountResultCost);
  return error ? *error : bool_val(count == 1);
}

// An error of the condition takes the place of the one that was there.
bool Walker::keeps(const Comprehension& comprehension, std::optional<Val>& error) {
  if (comprehension.condition == nullptr) return true;
  const auto holds = eval(*comprehension.condition);
  if (!holds.is(ValKind::kBool)) error = error_of(holds);
  return is_true(holds);
}

// filter, map and transformList. All items are looked at, whatever fails: a condition's error takes
// the accumulator's place, a transform's only that of a list.
Val Walker::collect_list(const Comprehension& comprehension, const Val& range) {
  const bool is_filter = comprehension.kind == Comprehension::Kind::kFilter;
  const bool is_constant = !is_filter && comprehension.transform->constant != nullptr;
  std::optional<Val> error;
  std::vector<Val> items;
  const auto size = size_of_range(range);
  for (std::size_t i = 0; i < size; ++i) {
    bind_item(comprehension, range, i);
    if (evaluation_.is_exhausted) return exhausted_error();
    if (!keeps(comprehension, error)) continue;
    const auto item = is_filter ? use(comprehension.slot) : eval(*comprehension.transform);
    evaluation_.charge((is_filter ? 1 : 0) + (is_constant ? 0 : kListCost) + kAppendCost);
    if (error) continue;
    if (item.is_error()) {
      error = item;
    } else {
      items.push_back(item);
    }
  }
  evaluation_.charge(kResultCost);
  if (evaluation_.is_exhausted) return exhausted_error();
  if (error) return *error;
  const auto kept = evaluation_.arena.make_span<Val>(items.size());
  std::ranges::copy(items, kept.begin());
  return list_val(kept);
}

Val Walker::collect_map(const Comprehension& comprehension, const Val& range) {
  const bool is_entry = comprehension.kind == Comprehension::Kind::kTransformMapEntry;
  auto& arena = evaluation_.arena;
  std::optional<Val> error;
  MapBuilder builder(arena);
  const auto insert = [&](const Val& key, const Val& value) {
    if (error || builder.insert(key, value)) return;
    error = fail("insert failed: key " + message_text(key) + " already exists");
  };
  const auto size = size_of_range(range);
  for (std::size_t i = 0; i < size; ++i) {
    bind_item(comprehension, range, i);
    if (evaluation_.is_exhausted) return exhausted_error();
    if (!keeps(comprehension, error)) continue;
    // A call of three arguments ends at the first that fails, here the accumulator.
    if (error && !is_entry) {
      evaluation_.charge(1);
      continue;
    }
    const auto key = slots_[comprehension.slot];
    const auto made = eval(*comprehension.transform);
    evaluation_.charge(is_entry ? kMergeCost : kInsertCost);
    if (error) continue;
    if (made.is_error()) {
      error = made;
    } else if (!is_entry) {
      insert(key, made);
    } else if (!made.is(ValKind::kMap)) {
      error = fail("no such overload: cel.@mapInsert(map, " + std::string(type_name(made)) + ")");
    } else {
      for (std::size_t j = 0; j < map_size(made) && arena.step(); ++j) {
        const auto item = map_at(arena, made, j);
        insert(item.key, item.value);
      }
    }
  }
  evaluation_.charge(kResultCost);
  if (evaluation_.is_exhausted) return exhausted_error();
  return error ? *error : builder.build();
}

// optMap is `a.hasValue() ? optional.of(<a.value() as the variable: result>) : optional.none()`:
// what the operand costs is paid twice, the second time when the variable is first used.
Val Walker::eval_bind(const Bind& bind) {
  const auto cost_before = evaluation_.cost;
  Binding binding{.slot = bind.slot, .outer = binding_};
  binding_ = &binding;
  auto value = eval(*bind.value);
  binding_ = binding.outer;
  if (evaluation_.is_exhausted) return exhausted_error();
  constexpr std::uint64_t kDeferredMax = std::numeric_limits<std::uint32_t>::max();
  const auto cost = evaluation_.cost - cost_before;
  if (bind.kind == Bind::Kind::kBind) {
    evaluation_.cost = cost_before;
    value.deferred_cost = static_cast<std::uint32_t>(std::min(cost, kDeferredMax));
    slots_[bind.slot] = value;
    return eval(*bind.result);
  }
  evaluation_.charge(1);
  if (value.is_error()) return value;
  if (!value.is(ValKind::kOptional)) {
    return fail("no such overload: hasValue(" + std::string(type_name(value)) + ")");
  }
  if (value.optional == nullptr) {
    evaluation_.charge(1);
    return value;
  }
  auto& slot = slots_[bind.slot];
  slot = *value.optional;
  slot.deferred_cost =
      static_cast<std::uint32_t>(std::min(cost - binding.paid_outside + 1, kDeferredMax));
  const auto result = eval(*bind.result);
  if (bind.kind == Bind::Kind::kOptFlatMap) return result;
  evaluation_.charge(1);
  return result.is_error() ? result : optional_val(evaluation_.arena, result);
}

}  // namespace gatefold::cel
