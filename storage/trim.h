// Dropping what retention lets go of, as compaction in etcd does it: each object keeps its newest
// version at or before the horizon unless that is a deletion, and the key frame of it. Included by
// .cc files only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <rocksdb/write_batch.h>

#include "storage/event.h"
#include "storage/pin.h"
#include "storage/retention.h"

namespace gatefold::storage {

// What one step looks at: as many changes as one batch of the writer makes, so that trimming keeps
// up with any flood, and some ten milliseconds of the writer's time.
inline constexpr std::size_t kTrimChangesMax = 512;

// One step of trimming one resource, as one WriteBatch: applied whole or not at all, it leaves rows
// that a refold of the log makes again.
class Trim {
 public:
  // `pin` shows the rows as they are now; nothing is written meanwhile. `kept` is the resource's.
  Trim(const Snapshot::Pin& pin, std::string resource, const Kept& kept, Revision head)
      : pin_(pin), resource_(std::move(resource)), kept_(kept), head_(head) {}

  // Each goes over changes behind the last one that it has seen, oldest first, and answers whether
  // there may be more to do.
  Result<bool> records(const KeepLimits& limits, Time now);
  Result<bool> bodies(const KeepLimits& limits, Time now);
  // By the count of versions. `counted` is up to where that was done already.
  Result<bool> versions(std::uint64_t count_max, Revision& counted);
  // One record, whatever is kept; the horizon is the caller's.
  Result<void> drop_record(Revision revision);

  // Closes the batch: seals for the records that were dropped, and what is kept now.
  Result<void> finish();
  rocksdb::WriteBatch& batch() { return batch_; }
  const Kept& kept() const { return kept_; }
  bool is_empty() const { return batch_.Count() == 0; }

 private:
  enum class What : std::uint8_t { kRecords, kBodies };
  // What is left of an object at or before the change that was looked at last.
  struct Left {
    Revision version;
    Revision frame;
  };
  Result<bool> walk(What what, const KeepLimits& limits, Time now);
  Result<bool> is_due(Revision revision, const KeepLimits& limits, Time now) const;
  Result<void> replace(What what, const std::string& object, Revision revision, EventType type);
  Result<Revision> nth_version(std::string_view object, std::uint64_t n,
                               std::uint64_t& visited) const;
  Result<bool> replace_all(const std::string& object, Revision version);
  Result<std::vector<Revision>> records_before(std::string_view object, Revision revision) const;
  Result<std::vector<Revision>> bodies_before(std::string_view object, Revision revision) const;
  Result<void> drop(What what, Revision revision);
  Result<void> drop_body(Revision revision);
  Result<void> seal();
  Result<Seal> begin_seal(Revision first);
  void note_dropped(std::size_t bytes_before, std::size_t bytes_after);

  const Snapshot::Pin& pin_;
  std::string resource_;
  Kept kept_;
  Revision head_;
  rocksdb::WriteBatch batch_;
  std::unordered_map<std::string, Left> left_;
  std::map<Revision, Chain> dropped_;
};

}  // namespace gatefold::storage
