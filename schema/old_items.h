// The items that a list of type map had before, found by their keys.
#pragma once

#include <map>
#include <string>

#include "schema/schema_node.h"
#include "schema/value.h"

namespace gatefold {

// Borrows the schema and the old list.
class OldItems {
 public:
  // `old_list` may be nullptr or no list; lists of other types pair nothing.
  OldItems(const SchemaNode& schema, const Value* old_list);

  // The old item with the keys of `item`; nullptr where there was none.
  const Value* counterpart(const Value& item) const;

 private:
  std::string keys_text(const Value& item) const;

  const SchemaNode& schema_;
  std::map<std::string, const Value*> by_keys_;
};

}  // namespace gatefold
