// How much of the past is kept of a resource.
#pragma once

#include <cstdint>

namespace gatefold::storage {

// What is beyond one of these goes; 0 is no bound.
struct KeepLimits {
  std::int64_t age_ns = 0;  // since a version was replaced
  std::uint64_t count = 0;  // versions of one object, its current one among them
  std::uint64_t bytes = 0;  // of all records and bodies of the resource, as Kept has them

  bool is_unlimited() const { return age_ns == 0 && count == 0 && bytes == 0; }
  friend bool operator==(const KeepLimits&, const KeepLimits&) = default;
};

// Bodies may go before the records that say what happened, who did it and which conditions moved.
// Of an object that is there its newest version always stays.
struct Retention {
  KeepLimits records;
  KeepLimits bodies;  // without `count`

  friend bool operator==(const Retention&, const Retention&) = default;
};

}  // namespace gatefold::storage
