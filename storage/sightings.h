// Counts of writes that the guard turned into nothing: a bounded number of rows for each object.
// Included by .cc files only.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <rocksdb/write_batch.h>

#include "storage/database.h"

namespace gatefold::storage {

// Rows of one object; writers beyond are counted together under `*`, which takes one more row for
// each rule.
inline constexpr std::size_t kSightingRowsMax = 64;
inline constexpr std::string_view kOtherWriters = "*";

struct SightingValue {
  std::uint64_t count = 0;
  Time first;
  Time last;
};
std::string encode_sighting(const SightingValue& value);
std::optional<SightingValue> parse_sighting(std::string_view bytes);

// What a batch does to an object.
struct Touched {
  bool was_deleted = false;  // what was counted before is forgotten
  bool is_gone = false;      // it is not there behind the batch
};

// Adds the counts to what is stored; not for objects that are not there behind the batch: the next
// one of the name would inherit them. A row that can't be read is logged and costs its count alone.
Result<void> count_sightings(const Database& database, std::span<const SightingCount> counts,
                             const std::map<std::string, Touched>& touched,
                             rocksdb::WriteBatch& batch);
// Sightings go with their object.
Result<void> forget_sightings(const Database& database, std::string_view object,
                              rocksdb::WriteBatch& batch);

}  // namespace gatefold::storage
