// Lists that merge: their items are told apart by a key, or as a whole where they are primitives.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "schema/value.h"

namespace gatefold::engine {

class ItemIdentity {
 public:
  // `merge_key` is empty for a list of primitives.
  explicit ItemIdentity(std::string merge_key) : merge_key_(std::move(merge_key)) {}

  bool is_keyed() const { return !merge_key_.empty(); }
  const std::string& merge_key() const { return merge_key_; }
  // Equal for items that are the same; nothing where the merge key is missing.
  std::optional<std::string> of(const Value& item) const;

 private:
  std::string merge_key_;
};

// Where the items of a list stand, of equal ones the first. A list is asked as often as a patch has
// items; walking it each time would be quadratic.
class ItemPlaces {
 public:
  ItemPlaces(const JsonArray& list, const ItemIdentity& identity);

  std::optional<std::size_t> find(const std::string& id) const;
  void add(std::string id, std::size_t place) { places_.emplace(std::move(id), place); }

 private:
  std::map<std::string, std::size_t> places_;
};

// Erases the items of `list` that are in `removed` too.
void erase_items(JsonArray& list, const JsonArray& removed, const ItemIdentity& identity);

// Items that `order` names stand in its order; the others keep theirs and go before a named item
// where they stood before it in `previous`.
void order_items(JsonArray& list, const JsonArray& order, const JsonArray& previous,
                 const ItemIdentity& identity);

}  // namespace gatefold::engine
