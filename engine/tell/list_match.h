// Which items of two versions of a list are the same item: a list that was reordered has not
// changed in its items.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema_node.h"
#include "schema/value.h"

namespace gatefold::engine {

struct ListMatch {
  // For each item of the new list its place in the old one. Each old place stands at most once.
  std::vector<std::optional<std::size_t>> old_of_new;
  // What items are called in paths, where they have an identity; both empty where they are told
  // apart by their places.
  std::vector<std::string> old_names;
  std::vector<std::string> new_names;

  bool is_named() const { return !old_names.empty() || !new_names.empty(); }
};

// Items are told apart by the first of these that all items of both lists have, without two of one
// list being equal:
// - the list's map keys, where `schema` is there and has some;
// - `controllerName` and `parentRef` or `ancestorRef`, as the ledger's paths name them;
// - one of `name`, `type`, `key`, `uid`, `port` and `protocol`, `port`, `ip`, `manager` and its
//   operation and subresource;
// - themselves, where they are strings, numbers or booleans;
// else by their places, after what both lists begin and end with. `name_space` is the object's:
// references without one mean it.
ListMatch match_lists(const SchemaNode* schema, const JsonArray& old_list,
                      const JsonArray& new_list, std::string_view name_space);

// The names that match_lists gives the items of a list that stands alone; empty without identity.
std::vector<std::string> item_names(const SchemaNode* schema, const JsonArray& list,
                                    std::string_view name_space);

}  // namespace gatefold::engine
