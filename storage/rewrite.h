// The rows of a redaction. Included by .cc files only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <rocksdb/write_batch.h>

#include "storage/event.h"
#include "storage/pin.h"
#include "storage/redact.h"

namespace gatefold::storage {

Result<std::vector<Revision>> plan_redaction(const Snapshot::Pin& pin,
                                             const RedactRequest& request);

// Goes over the versions of an object, oldest first: digests take the place of bodies, and what was
// stored against a frame that goes is stored anew against the next version that stays.
class Rewrite {
 public:
  Rewrite(const Snapshot::Pin& pin, ObjectKey key, std::span<const Revision> revisions)
      : pin_(pin), key_(std::move(key)), revisions_(revisions.begin(), revisions.end()) {}

  // Fills the batch with some of it, ending between frames: written whole, all can be read. True:
  // there is more.
  Result<bool> next();
  rocksdb::WriteBatch& batch() { return batch_; }
  // By the batch.
  std::uint64_t bytes_added() const { return bytes_added_; }
  std::uint64_t bytes_freed() const { return bytes_freed_; }
  const std::vector<Revision>& frames() const { return frames_; }  // that are gone

 private:
  Result<void> read_versions();
  Result<void> redact(Revision revision, const BodyRow& row);
  Result<void> hang(Revision revision, const BodyRow& row);
  Result<void> change_current(Revision revision, Revision frame, std::string_view body);
  void put(Revision revision, const std::string& row);
  Revision pointer(Revision revision, const BodyRow& row) const;

  const Snapshot::Pin& pin_;
  ObjectKey key_;
  std::vector<Revision> revisions_;
  std::vector<Revision> versions_;  // newest first; the last one is next
  bool has_read_ = false;
  std::size_t row_bytes_ = 0;  // of the row that is looked at
  Revision gone_;              // the frame that was dropped last
  Revision frame_;             // what hangs in its place; 0: nothing yet
  std::string frame_body_;
  std::vector<Revision> frames_;
  rocksdb::WriteBatch batch_;
  std::uint64_t bytes_added_ = 0;
  std::uint64_t bytes_freed_ = 0;
};

// Compacts what held the bodies, once nobody reads what was there. Beside the writer.
Result<void> take_out(const Database& database, const ObjectKey& key,
                      std::span<const Revision> revisions, int wait_ms,
                      const std::stop_token& stop);

}  // namespace gatefold::storage
