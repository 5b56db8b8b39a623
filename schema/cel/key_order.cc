#include "schema/cel/key_order.h"

#include <algorithm>
#include <cmath>

namespace gatefold::cel {
namespace {

// Maps up to this size are searched from the front, and keep the order in which they were written.
constexpr std::size_t kSmallMax = 16;

enum class KeyClass : std::uint8_t { kBool, kNumber, kString, kBytes, kOther };

KeyClass class_of(const Val& key) {
  switch (key.kind) {
    case ValKind::kBool:
      return KeyClass::kBool;
    case ValKind::kInt:
    case ValKind::kUint:
      return KeyClass::kNumber;
    case ValKind::kDouble:
      return std::isnan(key.number) ? KeyClass::kOther : KeyClass::kNumber;
    case ValKind::kString:
      return KeyClass::kString;
    case ValKind::kBytes:
      return KeyClass::kBytes;
    default:
      return KeyClass::kOther;
  }
}

// Of a key and one that is looked for: numbers of any type may be equal.
bool keys_match(const Val& a, const Val& b) {
  return same_key(a, b) || (class_of(a) == KeyClass::kNumber && class_of(b) == KeyClass::kNumber &&
                            compare(a, b) == Order::kEqual);
}

// Before `value` in key_less' order, whatever the types of numbers that equal it.
bool is_before(const Val& key, const Val& value) {
  if (class_of(key) != class_of(value)) return class_of(key) < class_of(value);
  return compare(key, value) == Order::kLess;
}

}  // namespace

bool has_key_order(const Val& key) {
  return class_of(key) != KeyClass::kOther;
}

bool key_less(const Val& a, const Val& b) {
  if (class_of(a) != class_of(b)) return class_of(a) < class_of(b);
  const auto order = compare(a, b);
  if (order == Order::kEqual) return a.kind < b.kind;
  return order == Order::kLess;
}

bool same_key(const Val& a, const Val& b) {
  if (a.kind != b.kind) return false;
  if (a.is(ValKind::kNull)) return true;
  return compare(a, b) == Order::kEqual;
}

bool contains_sorted(std::span<const Val> sorted, const Val& value) {
  if (!has_key_order(value)) return false;
  const auto at = std::ranges::lower_bound(sorted, value, is_before);
  return at != sorted.end() && class_of(*at) == class_of(value) &&
         compare(*at, value) == Order::kEqual;
}

bool native_find(Arena& arena, const Val& map, const Val& key, Val& out) {
  const auto items = map.map.items;
  if (map.is_sorted) {
    if (!has_key_order(key)) return false;
    const auto at = std::ranges::lower_bound(items, key, is_before, &MapItem::key);
    if (at == items.end() || !keys_match(at->key, key)) return false;
    out = at->value;
    return true;
  }
  for (const auto& item : items) {
    if (!arena.step()) return false;
    if (!keys_match(item.key, key)) continue;
    out = item.value;
    return true;
  }
  return false;
}

void MapBuilder::append(const Val& key, const Val& value) {
  if (has_key_order(key)) index_.emplace(key, items_.size());
  items_.push_back({key, value});
}

std::size_t MapBuilder::find_same(const Val& key) {
  if (has_key_order(key)) {
    const auto at = index_.find(key);
    return at == index_.end() ? kNowhere : at->second;
  }
  for (std::size_t i = 0; i < items_.size() && arena_.step(); ++i) {
    if (same_key(items_[i].key, key)) return i;
  }
  return kNowhere;
}

std::size_t MapBuilder::find_equal(const Val& key) {
  if (!has_key_order(key)) return find_same(key);
  // Among equal numbers ints come first.
  auto lowest = key;
  const auto at = [&] {
    if (class_of(key) != KeyClass::kNumber) return index_.lower_bound(key);
    auto candidate = index_.lower_bound(lowest);
    if (candidate != index_.begin() && keys_match(std::prev(candidate)->first, key)) --candidate;
    return candidate;
  }();
  return at != index_.end() && keys_match(at->first, key) ? at->second : kNowhere;
}

void MapBuilder::assign(const Val& key, const Val& value) {
  const auto at = find_same(key);
  if (at == kNowhere) {
    append(key, value);
  } else {
    items_[at].value = value;
  }
}

void MapBuilder::erase(const Val& key) {
  const auto at = find_same(key);
  if (at == kNowhere || !arena_.step(items_.size())) return;
  items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(at));
  index_.erase(key);
  for (auto& [_, place] : index_) place -= place > at ? 1 : 0;
}

bool MapBuilder::insert(const Val& key, const Val& value) {
  if (find_equal(key) != kNowhere) return false;
  append(key, value);
  return true;
}

Val MapBuilder::build() {
  const bool is_sorted = items_.size() > kSmallMax && index_.size() == items_.size();
  if (is_sorted) {
    std::ranges::sort(items_, key_less, &MapItem::key);
  }
  const auto items = arena_.make_span<MapItem>(items_.size());
  std::ranges::copy(items_, items.begin());
  auto out = map_val(items);
  out.is_sorted = is_sorted;
  return out;
}

}  // namespace gatefold::cel
