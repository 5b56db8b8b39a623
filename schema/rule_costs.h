// What the rules of a definition's schema may cost, one by one and together, as Kubernetes
// estimates before it admits them (spec R19.30).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/field_error.h"
#include "schema/schema_node.h"

namespace gatefold {

// How many values there are at most; nothing: nobody says.
using CountMax = std::optional<std::uint64_t>;

// Of a schema's items, map values or properties, where there are `count` of itself.
CountMax count_below(const SchemaNode& schema, CountMax count);

// Of one version's schema.
class RuleCosts {
 public:
  // Of an expression that costs `cost` for one value of `schema`, where there are `count` of them:
  // unbounded ones are as many as a request holds.
  static std::uint64_t of_all(std::uint64_t cost, const SchemaNode& schema, bool is_resource,
                              CountMax count);

  // Counts what all evaluations of an expression cost at most; `what` is `rule` or
  // `messageExpression`, `field` where it stands. An error where that is beyond its limit.
  std::optional<FieldError> count(std::string_view what, std::string field, std::uint64_t cost);

  // Where all together are beyond theirs: the most expensive ones and the schema at `path`.
  FieldErrors total(const std::string& path) const;

 private:
  struct Expensive {
    std::string field;
    std::uint64_t cost = 0;
  };
  std::uint64_t total_ = 0;
  std::vector<Expensive> most_expensive_;  // dearest first
};

}  // namespace gatefold
