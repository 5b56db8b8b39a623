// The items that a list of type map had before, found by their keys, and whether a value is as it
// was (R19.24).
#pragma once

#include <map>
#include <optional>
#include <string>

#include "schema/schema_node.h"
#include "schema/value.h"

namespace gatefold {

// Borrows the schema and the old list.
class OldItems {
 public:
  // `old_list` may be nullptr or no list; lists of other types pair nothing.
  OldItems(const SchemaNode& schema, const Value* old_list);

  // The first old item with the keys of `item`; nullptr where there was none. Items that lack a
  // key, or have no scalar as one, are nobody's counterpart.
  const Value* counterpart(const Value& item) const;

 private:
  std::optional<std::string> keys_text(const Value& item) const;

  const SchemaNode& schema_;
  std::map<std::string, const Value*> by_keys_;
};

// Whether they are equal as far as the schema pairs them: items of a list of type map by their
// keys, in any order; what it doesn't know, or can't pair, is taken as changed.
bool is_unchanged(const SchemaNode& schema, const Value& value, const Value& old_value);

}  // namespace gatefold
