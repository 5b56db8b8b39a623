// An order of keys of maps, so that large ones can be searched.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <vector>

#include "schema/cel/val.h"

namespace gatefold::cel {

// Whether keys have an order: bool, int, uint, double that is a number, string, bytes. The others
// equal nothing, as keys, but null, timestamps and durations.
bool has_key_order(const Val& key);
// By kind, numbers as one kind by their value and then by their type. Both have an order.
bool key_less(const Val& a, const Val& b);

// Whether keys are the same key of one map; numbers of different types are not.
bool same_key(const Val& a, const Val& b);

// map_find of a map that an expression made.
bool native_find(Arena& arena, const Val& map, const Val& key, Val& out);

// The values of `sorted`, in key_less' order, contain one that equals `value` across types.
bool contains_sorted(std::span<const Val> sorted, const Val& value);

// Collects the entries of a map in the order in which they come.
class MapBuilder {
 public:
  explicit MapBuilder(Arena& arena) : arena_(arena) {}

  // An entry whose key is of the same type and equal is replaced, as of a map literal.
  void assign(const Val& key, const Val& value);
  void erase(const Val& key);
  // False: there is a key that equals it, whatever its type, and nothing changes.
  bool insert(const Val& key, const Val& value);
  // Large maps come out in the order of their keys.
  Val build();

 private:
  struct Less {
    bool operator()(const Val& a, const Val& b) const { return key_less(a, b); }
  };
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

  std::size_t find_same(const Val& key);
  std::size_t find_equal(const Val& key);
  void append(const Val& key, const Val& value);

  Arena& arena_;
  std::vector<MapItem> items_;
  std::map<Val, std::size_t, Less> index_;  // of keys that have an order
};

}  // namespace gatefold::cel
