#include "storage/store.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <rocksdb/env.h>
#include <spdlog/spdlog.h>

#include "storage/digest.h"
#include "storage/failures.h"
#include "storage/fold_batch.h"
#include "storage/frames.h"
#include "storage/pin.h"
#include "storage/recover.h"
#include "storage/sightings.h"
#include "storage/wal_check.h"

namespace gatefold::storage {
namespace {

constexpr std::size_t kProbeBytes = 4096;

Result<Location> find_location(const StoreOptions& options) {
  Location location;
  location.path = options.directory.string();
  location.read_only = options.read_only;
  if (options.in_memory && options.env == nullptr) {
    // RocksDB insists on a name.
    if (location.path.empty()) location.path = "/memory";
    location.memory.reset(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    location.env = location.memory.get();
    return location;
  }
  location.env = options.env == nullptr ? rocksdb::Env::Default() : options.env;
  std::error_code error;
  if (options.read_only && !std::filesystem::is_directory(options.directory, error)) {
    return failure(Reason::kNotFound, location.path + " is no data directory");
  }
  if (!options.read_only) std::filesystem::create_directories(options.directory, error);
  if (error) {
    return failure(Reason::kInternalError, "storage: " + location.path + ": " + error.message());
  }
  auto lock = options.read_only ? DirectoryLock::share(options.directory)
                                : DirectoryLock::take(options.directory);
  if (!lock) return std::unexpected(std::move(lock.error()));
  location.lock = std::move(*lock);
  auto acknowledged = Acknowledged::open(options.directory, options.read_only);
  if (!acknowledged) return std::unexpected(std::move(acknowledged.error()));
  location.acknowledged = std::move(*acknowledged);
  return location;
}

Result<void> write_small_file(const Location& location) {
  const auto path = location.path + "/probe";
  std::unique_ptr<rocksdb::WritableFile> file;
  auto status = location.env->NewWritableFile(path, &file, rocksdb::EnvOptions());
  if (status.ok()) status = file->Append(std::string(kProbeBytes, '\0'));
  if (status.ok()) status = file->Sync();
  if (file) {
    const auto closed = file->Close();
    if (status.ok()) status = closed;
  }
  const auto removed = location.env->DeleteFile(path);
  if (status.ok() && !removed.ok()) status = removed;
  return check(status);
}

std::optional<Head> acknowledged_head(const Location& location) {
  return location.acknowledged ? location.acknowledged->last() : std::nullopt;
}

// Opening for writing deletes what RocksDB takes for unfinished or left over. So damage is looked
// for before.
Result<void> check_files(const Location& location) {
  const auto acknowledged = acknowledged_head(location);
  if (location.env->FileExists(location.path + "/CURRENT").IsNotFound()) {
    if (acknowledged && acknowledged->revision.number != 0) {
      return corruption(fmt::format("revision {} was acknowledged, but there is no database",
                                    acknowledged->revision.number));
    }
    return {};
  }
  const auto end = check_wals(*location.env, location.path);
  if (!end) return std::unexpected(end.error());
  if (*end == WalEnd::kComplete || location.read_only) return {};
  auto look = location;
  look.read_only = true;
  const auto database = Database::open(look);
  // What else is wrong is found, or mended, when it is opened for writing.
  if (!database) return {};
  const auto head = prove_head(**database, acknowledged);
  if (!head) return std::unexpected(head.error());
  return {};
}

}  // namespace

class Store::Files {
 public:
  Files(StoreOptions store_options, Location store_location)
      : options(std::move(store_options)), location(std::move(store_location)) {}

  // Opens RocksDB and takes head, incarnation and channel from it.
  Result<void> open(bool refold_wanted) {
    if (auto checked = check_files(location); !checked) return checked;
    auto opened = Database::open(location);
    if (!opened) return std::unexpected(std::move(opened.error()));
    auto recovered = recover_state(*opened, location.read_only, refold_wanted,
                                   acknowledged_head(location), options.progress);
    if (!recovered) return std::unexpected(std::move(recovered.error()));
    const auto settled = settle_channel(**opened, location.read_only, options.channel);
    if (!settled) return std::unexpected(settled.error());
    channel = *settled;
    database = std::move(*opened);
    head = recovered->head;
    incarnation = std::move(recovered->incarnation);
    if (!location.read_only) acknowledge();
    publish();
    return options.at ? go_back(*options.at) : Result<void>();
  }

  // Shows what there was at a moment, and nothing else from here on.
  Result<void> go_back(const Moment& moment) {
    auto past = snapshot->at(moment);
    if (!past) return std::unexpected(std::move(past.error()));
    snapshot = std::move(*past);
    head = snapshot->head();
    return {};
  }

  // Before anybody is told of what is committed.
  void acknowledge() const {
    if (location.acknowledged) location.acknowledged->advance(head);
  }

  // Readers see what is committed from here on.
  void publish() {
    auto next =
        std::make_shared<const Snapshot>(std::make_shared<const Snapshot::Pin>(database), head);
    const std::scoped_lock lock(mutex);
    snapshot.swap(next);
  }

  // Closes RocksDB when nobody reads; false: somebody does.
  bool close_if_unused() {
    std::shared_ptr<const Snapshot> last;
    {
      const std::scoped_lock lock(mutex);
      // Ours alone, and RocksDB is held by it and by us: nobody can take another one while we hold
      // the mutex.
      if (snapshot && (snapshot.use_count() > 1 || database.use_count() > 2)) return false;
      if (!snapshot && database && database.use_count() > 1) return false;
      last.swap(snapshot);
    }
    last.reset();
    database.reset();
    return true;
  }

  // Puts the events and what follows from them into `batch`; answers the head after them.
  Result<Head> fill(rocksdb::WriteBatch& batch, std::span<BatchEntry> entries,
                    std::span<const SightingCount> sightings) const;

  const StoreOptions options;
  const Location location;
  std::shared_ptr<Database> database;  // null while closed
  Head head;                           // writer thread only
  std::string incarnation;
  Channel channel = Channel::kStandard;
  bool is_broken = false;  // writer thread only; a commit had an unknown outcome

  mutable std::mutex mutex;
  std::shared_ptr<const Snapshot> snapshot;  // guarded by mutex
};

namespace {

// Gives the event its place in the log.
void number(BatchEntry& entry, std::span<const BatchEntry> batch, const Head& before) {
  auto& prepared = entry.prepared;
  auto& event = prepared.event;
  event.revision = before.revision.next();
  event.time = std::max(event.time, before.time);
  const auto revision_in_batch = [&](int index) {
    return batch[static_cast<std::size_t>(index)].prepared.event.revision;
  };
  if (entry.previous_in_batch >= 0) event.previous = revision_in_batch(entry.previous_in_batch);
  const bool is_delta = prepared.frame_revision.number != 0;
  if (is_delta && entry.frame_in_batch >= 0) {
    prepared.frame_revision = revision_in_batch(entry.frame_in_batch);
  }
  stamp_record(prepared.record, event.revision, event.time, event.previous);
}

}  // namespace

Result<Head> Store::Files::fill(rocksdb::WriteBatch& batch, std::span<BatchEntry> entries,
                                std::span<const SightingCount> sightings) const {
  Head next = head;
  std::map<std::string, Touched> touched;
  FoldBatch folded(*database, batch);
  for (auto& entry : entries) {
    number(entry, entries, next);
    const auto& prepared = entry.prepared;
    const auto& event = prepared.event;
    next = {event.revision, next_chain(next.chain, prepared.record, prepared.digest), event.time};
    const auto key = revision_key(event.revision);
    batch.Put(database->family(Family::kLog), key, encode_log_row(next.chain, prepared.record));
    const bool is_frame = prepared.frame_revision.number == 0;
    const auto frame_revision = is_frame ? event.revision : prepared.frame_revision;
    batch.Put(database->family(Family::kBodies), key,
              encode_body_row(event.revision,
                              {frame_revision, prepared.body->size(), prepared.stored_body}));
    auto added = folded.add({event, *prepared.body, prepared.splice_at, frame_revision});
    if (!added) return std::unexpected(std::move(added.error()));
    const auto object = object_key(event.key);
    auto& what = touched[object];
    what.is_gone = event.type == EventType::kDeleted;
    if (!what.is_gone) continue;
    what.was_deleted = true;
    if (auto forgotten = forget_sightings(*database, object, batch); !forgotten) {
      return std::unexpected(std::move(forgotten.error()));
    }
  }
  if (auto counted = count_sightings(*database, sightings, touched, batch); !counted) {
    return std::unexpected(std::move(counted.error()));
  }
  if (!entries.empty()) batch.Put(slice(kMetaHead), encode_head(next));
  return next;
}

Result<std::unique_ptr<Store>> Store::open(StoreOptions options) {
  if (options.at && !options.read_only) {
    return internal_error("the past can be opened for reading only");
  }
  auto location = find_location(options);
  if (!location) return std::unexpected(std::move(location.error()));
  const bool refold_wanted = options.refold;
  auto files = std::make_unique<Files>(std::move(options), std::move(*location));
  if (auto opened = files->open(refold_wanted); !opened) {
    return std::unexpected(std::move(opened.error()));
  }
  return std::unique_ptr<Store>(new Store(std::move(files)));
}

Store::Store(std::unique_ptr<Files> files) : files_(std::move(files)) {}
Store::~Store() = default;

std::shared_ptr<const Snapshot> Store::snapshot() const {
  const std::scoped_lock lock(files_->mutex);
  return files_->snapshot;
}

const std::string& Store::incarnation() const {
  return files_->incarnation;
}
Channel Store::channel() const {
  return files_->channel;
}
const Head& Store::head() const {
  return files_->head;
}

CommitResult Store::commit(std::span<BatchEntry> batch, std::span<const SightingCount> sightings) {
  auto& files = *files_;
  if (files.is_broken || !files.database) {
    return {CommitOutcome::kUnknown, files.head, "a commit failed before; the store must recover"};
  }
  if (files.location.read_only) {
    return {CommitOutcome::kRejected, files.head, "the store is open for reading only"};
  }
  if (!has_space()) {
    return {CommitOutcome::kRejected, files.head, "the disk is nearly full"};
  }
  rocksdb::WriteBatch rows;
  const auto head = files.fill(rows, batch, sightings);
  if (!head) return {CommitOutcome::kRejected, files.head, head.error().message};
  if (rows.Count() == 0) return {CommitOutcome::kCommitted, files.head, ""};
  const auto written = files.database->write(rows, /*sync=*/!batch.empty());
  if (!written.ok()) {
    files.is_broken = true;
    return {CommitOutcome::kUnknown, files.head, written.ToString()};
  }
  files.head = *head;
  if (!batch.empty()) files.acknowledge();
  files.publish();
  return {CommitOutcome::kCommitted, files.head, ""};
}

bool Store::has_space() const {
  std::uint64_t free_bytes = 0;
  const auto status = files_->location.env->GetFreeSpace(files_->location.path, &free_bytes);
  // A file system that can't tell, such as the one in memory, has space until a write fails.
  return !status.ok() || free_bytes >= files_->options.reserve_bytes;
}

Result<void> Store::probe() const {
  if (auto written = write_small_file(files_->location); !written) return written;
  if (!has_space()) return unavailable("the disk is nearly full");
  return {};
}

Result<Head> Store::recover(int wait_ms) {
  auto& files = *files_;
  for (int waited_ms = 0; !files.close_if_unused(); ++waited_ms) {
    if (waited_ms >= wait_ms) return unavailable("the store is still being read");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (auto opened = files.open(/*refold_wanted=*/false); !opened) {
    return std::unexpected(std::move(opened.error()));
  }
  files.is_broken = false;
  return files.head;
}

Result<void> Store::flush() {
  if (!files_->database) return unavailable("the store is closed");
  return files_->database->flush();
}

Result<void> Store::compact() {
  if (auto flushed = flush(); !flushed) return flushed;
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (const auto& family : kFamilies) {
    const auto status = files_->database->db().CompactRange(
        options, files_->database->family(family.family), nullptr, nullptr);
    if (!status.ok()) return disk_failure(status);
  }
  return {};
}

std::vector<std::pair<std::string, std::uint64_t>> Store::family_bytes() const {
  std::vector<std::pair<std::string, std::uint64_t>> sizes;
  for (const auto& family : kFamilies) {
    std::uint64_t bytes = 0;
    files_->database->db().GetIntProperty(files_->database->family(family.family),
                                          rocksdb::DB::Properties::kLiveSstFilesSize, &bytes);
    sizes.emplace_back(family.family == Family::kMeta ? "meta" : family.name, bytes);
  }
  return sizes;
}

}  // namespace gatefold::storage
