#include "engine/patch/keyed_list.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "schema/json.h"

namespace gatefold::engine {
namespace {

constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();

struct Ranked {
  std::size_t ordered = kNowhere;
  std::size_t previous = kNowhere;
  Value* item = nullptr;
};

// Named items first, then the others; equal ranks as they stand in the list.
bool comes_before(const Ranked& a, const Ranked& b) {
  if (a.ordered != b.ordered) return a.ordered < b.ordered;
  return a.item < b.item;
}

std::vector<Ranked> ranked(JsonArray& list, const JsonArray& order, const JsonArray& previous,
                           const ItemIdentity& identity) {
  const ItemPlaces ordered(order, identity);
  const ItemPlaces before(previous, identity);
  std::vector<Ranked> items;
  items.reserve(list.size());
  for (auto& item : list) {
    const auto id = identity.of(item);
    items.push_back(id ? Ranked{ordered.find(*id).value_or(kNowhere),
                                before.find(*id).value_or(kNowhere), &item}
                       : Ranked{kNowhere, kNowhere, &item});
  }
  return items;
}

}  // namespace

std::optional<std::string> ItemIdentity::of(const Value& item) const {
  const auto* value = is_keyed() ? gatefold::find(item, merge_key_) : &item;
  return value == nullptr ? std::nullopt : std::optional(canonical_json(*value));
}

ItemPlaces::ItemPlaces(const JsonArray& list, const ItemIdentity& identity) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (auto id = identity.of(list[i])) add(std::move(*id), i);
  }
}

std::optional<std::size_t> ItemPlaces::find(const std::string& id) const {
  const auto found = places_.find(id);
  return found == places_.end() ? std::nullopt : std::optional(found->second);
}

void erase_items(JsonArray& list, const JsonArray& removed, const ItemIdentity& identity) {
  const ItemPlaces places(removed, identity);
  auto* from = std::remove_if(list.begin(), list.end(), [&](const Value& item) {
    const auto id = identity.of(item);
    return id && places.find(*id).has_value();
  });
  list.erase(from, list.end());
}

void order_items(JsonArray& list, const JsonArray& order, const JsonArray& previous,
                 const ItemIdentity& identity) {
  auto items = ranked(list, order, previous, identity);
  std::ranges::sort(items, comes_before);
  const auto others = std::ranges::find(items, kNowhere, &Ranked::ordered);
  JsonArray result;
  result.reserve(items.size());
  auto named = items.begin();
  auto other = others;
  while (named != others || other != items.end()) {
    const bool takes_other =
        named == others ||
        (other != items.end() && named->previous != kNowhere && other->previous < named->previous);
    result.push_back(std::move(*(takes_other ? other++ : named++)->item));
  }
  list = std::move(result);
}

}  // namespace gatefold::engine
