// The log and the rows that are folded from it, in one RocksDB. Written by one thread (the writer);
// snapshots are read by any.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "schema/channel.h"
#include "schema/status.h"
#include "storage/prepared_event.h"
#include "storage/retention.h"
#include "storage/snapshot.h"

namespace rocksdb {
class Env;
}

namespace gatefold::storage {

struct StoreOptions {
  std::filesystem::path directory;
  bool in_memory = false;  // RocksDB's NewMemEnv; `directory` is only a name then
  rocksdb::Env* env =
      nullptr;             // a faulty one in tests; nullptr: the default one. Outlives the Store
  bool read_only = false;  // tools on a directory: shares the lock, creates and writes no file
  // read_only alone: head and snapshots are as of then.
  std::optional<Moment> at;
  std::uint64_t reserve_bytes = 64ull << 20;  // below this much free space writes are refused
  // Of the kinds that are compiled in; what the directory was opened with last, and standard at
  // first, where it is not given.
  std::optional<Channel> channel;
  // Drop the derived families, whatever is in their files, and fold the log anew. Where something
  // else is damaged nothing is changed, and the error names it.
  bool refold = false;
  // Called now and then during long work (refold) with events done and events in all.
  std::function<void(std::uint64_t, std::uint64_t)> progress;
};

struct RedactRequest;

// One writer's write that the guard turned into nothing, to be counted.
struct SightingCount {
  ObjectKey key;
  std::string writer;
  std::string rule;
  std::uint64_t count = 0;
  Time first;
  Time last;
};

// One event of a batch. Its previous version and its frame may be events of the same batch, whose
// revisions are not known before the writer numbers them: then the place in the batch is given and
// the revision filled in by commit().
struct BatchEntry {
  PreparedEvent prepared;
  int previous_in_batch = -1;
  int frame_in_batch = -1;
};

// What happened to a batch. Each asks for something different of the caller.
enum class CommitOutcome {
  kCommitted,
  kRejected,  // nothing was written: no space, or rows that can't be read. Numbers are free again
  kUnknown,   // it may or may not be there. recover() tells; nothing may be numbered before
};

struct CommitResult {
  CommitOutcome outcome = CommitOutcome::kUnknown;
  Head head;            // after the batch, for kCommitted
  std::string message;  // of a failure
};

class Store {
 public:
  // Whether the directory holds a store.
  static bool exists(const std::filesystem::path& directory);
  // The names of the families that `refold` drops and folds anew.
  static std::vector<std::string> derived_families();
  // Creates the directory where it is missing. kServiceUnavailable with the holder's pid in the
  // message where another process holds it; kInternalError with a message that starts "corruption:"
  // where the log or the WAL is damaged.
  static Result<std::unique_ptr<Store>> open(StoreOptions options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Any thread.
  std::shared_ptr<const Snapshot> snapshot() const;
  // 16 hexadecimal digits that differ for each directory and fork; part of continue tokens.
  const std::string& incarnation() const;
  Channel channel() const;

  // Writer thread only. Numbers the events from head().revision + 1, lifts their times so that time
  // never goes back, chains them, folds them and writes all of it as one WriteBatch with one WAL
  // sync. The events get their revision and time. An empty batch writes the sightings only, without
  // a sync.
  CommitResult commit(std::span<BatchEntry> batch, std::span<const SightingCount> sightings);
  const Head& head() const;
  // Writer thread only. Notes that all events up to the head come from the directory with this
  // incarnation; see Snapshot::provenance().
  Result<void> note_origin(const std::string& incarnation);
  // Writer thread only. For a copy of a log whose own server went on, and gave numbers that nobody
  // knows here: takes a new incarnation, and passes over all numbers up to `last`, which is the
  // head then. Snapshot::check_given() tells who names one of them.
  Result<void> begin_epoch(Revision last);

  // Writer thread only. Whether there is room for writes: false below reserve_bytes.
  bool has_space() const;
  // Writer thread only. Whether a write failed so that nobody knows what is there: of commit(),
  // with kUnknown, or of trim() or redact(). Nothing is written before recover().
  bool is_broken() const;
  // Writer thread only, while it is broken. Whether the disk takes a synced write, and has room:
  // without it recover() is in vain. RocksDB has no part in it.
  Result<void> probe() const;
  // Writer thread only, while it is broken. Closes and opens RocksDB again and takes the head from
  // the log. All snapshots must be gone or go within `wait_ms`; fails (and may be called again)
  // otherwise or while the disk is still broken.
  Result<Head> recover(int wait_ms);

  // Writer thread only. One step of dropping what is kept no longer of a resource: some ten
  // milliseconds, and one WriteBatch without a sync, since it is done again where it is lost. True:
  // there may be more to drop. Snapshots that are held go on showing what they did.
  Result<bool> trim(std::string_view resource, const Retention& retention, Time now);
  // The steps of a redaction, see redact.h. Writer thread only, but for what scrub() answers.
  // Which versions a request means; those that were redacted before where there are no others.
  // kNotFound where there are none, kConflict where the current one
  // is among them.
  Result<std::vector<Revision>> plan_redaction(const RedactRequest& request) const;
  // Writes digests in place of the bodies, and anew what was stored against them. Whole for each
  // key frame; done again where it was interrupted.
  Result<void> redact(const ObjectKey& key, std::span<const Revision> revisions);
  // Takes the bytes out of the files, which takes as long as rewriting all that was written since:
  // any thread may do it beside the writer. It waits up to `wait_ms` until nobody reads what was
  // there; kServiceUnavailable otherwise, and where it is stopped: then it may be done again. It
  // holds the database, and is gone before the Store closes.
  using Scrub = std::move_only_function<Result<void>(const std::stop_token&)>;
  Scrub scrub(ObjectKey key, std::vector<Revision> revisions, int wait_ms) const;

  // Writer thread only; of each resource that the log has or had something of.
  const KeptByResource& kept() const;

  // Writes everything to disk, so that opening is fast. Writer thread only.
  Result<void> flush();
  // Full compaction; for tools and measurements.
  Result<void> compact();
  // Bytes per column family after compaction, for measurements.
  std::vector<std::pair<std::string, std::uint64_t>> family_bytes() const;

 private:
  class Files;
  explicit Store(std::unique_ptr<Files> files);
  std::unique_ptr<Files> files_;
};

}  // namespace gatefold::storage
