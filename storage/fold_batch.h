// Folds the events of one WriteBatch, each seeing what the ones before it did. Included by .cc
// files only.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include <rocksdb/write_batch.h>

#include "storage/database.h"
#include "storage/fold.h"

namespace gatefold::storage {

class FoldBatch {
 public:
  FoldBatch(const Database& database, rocksdb::WriteBatch& batch)
      : database_(database), batch_(batch) {}

  // Fails where the object's current row can't be read; nothing was added then.
  Result<void> add(const FoldInput& input);

 private:
  Result<std::optional<PriorRow>> prior(const std::string& object) const;

  const Database& database_;
  rocksdb::WriteBatch& batch_;
  std::unordered_map<std::string, std::optional<PriorRow>> touched_;
};

}  // namespace gatefold::storage
