#include "storage/store.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <ranges>
#include <set>
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
#include "storage/kept.h"
#include "storage/lineage.h"
#include "storage/pin.h"
#include "storage/recover.h"
#include "storage/redact.h"
#include "storage/rewrite.h"
#include "storage/sightings.h"
#include "storage/trim.h"
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
  if (options.read_only) {
    if (auto found = find_directory(options.directory); !found) {
      return std::unexpected(std::move(found.error()));
    }
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

Result<std::optional<Head>> acknowledged_head(const Location& location) {
  if (!location.acknowledged) return std::nullopt;
  return location.acknowledged->last();
}

// Opening for writing deletes what RocksDB takes for unfinished or left over. So damage is looked
// for before.
Result<void> check_files(const Location& location, const std::optional<Head>& acknowledged) {
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
  const auto database = Database::open(look, is_truth);
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
    const auto acknowledged = acknowledged_head(location);
    if (!acknowledged) return std::unexpected(acknowledged.error());
    if (auto checked = check_files(location, *acknowledged); !checked) return checked;
    auto opened = open_database(refold_wanted, *acknowledged);
    if (!opened) return std::unexpected(std::move(opened.error()));
    auto recovered = recover_state(*opened, location.read_only, *acknowledged, options.progress);
    if (!recovered) return std::unexpected(std::move(recovered.error()));
    const auto settled = settle_channel(**opened, location.read_only, options.channel);
    if (!settled) return std::unexpected(settled.error());
    channel = *settled;
    auto read = read_kept(**opened, nullptr);
    if (!read) return std::unexpected(std::move(read.error()));
    kept = std::move(*read);
    horizons = horizons_of(kept);
    counted.clear();
    database = std::move(*opened);
    head = recovered->head;
    incarnation = std::move(recovered->incarnation);
    if (!location.read_only) acknowledge();
    publish();
    return options.at ? go_back(*options.at) : Result<void>();
  }

  // Without the derived families where they are to be folded anew.
  Result<std::shared_ptr<Database>> open_database(bool refold_wanted,
                                                  const std::optional<Head>& acknowledged) const {
    const bool exists = location.env->FileExists(location.path + "/CURRENT").ok();
    if (!refold_wanted || !exists) {
      auto opened = Database::open(location);
      if (!opened || location.read_only) return opened;
      const auto begins = begins_refold(**opened);
      if (!begins) return std::unexpected(begins.error());
      if (!*begins) return opened;
    }
    auto dropped = drop_derived(location, acknowledged, options.progress);
    if (!dropped) return std::unexpected(std::move(dropped.error()));
    return Database::open(location);
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
    auto next_pin = std::make_shared<const Snapshot::Pin>(database, horizons);
    auto next = std::make_shared<const Snapshot>(next_pin, head);
    const std::scoped_lock lock(mutex);
    snapshot.swap(next);
    pin.swap(next_pin);
  }

  // Closes RocksDB when nobody reads; false: somebody does.
  bool close_if_unused() {
    std::shared_ptr<const Snapshot> last;
    std::shared_ptr<const Snapshot::Pin> last_pin;
    {
      const std::scoped_lock lock(mutex);
      // Ours alone, its Pin held by it and by us, RocksDB by that and by us: nobody can take
      // another one while we hold the mutex. Snapshots of the past share the Pin.
      if (snapshot &&
          (snapshot.use_count() > 1 || pin.use_count() > 2 || database.use_count() > 2)) {
        return false;
      }
      if (!snapshot && database && database.use_count() > 1) return false;
      last.swap(snapshot);
      last_pin.swap(pin);
    }
    last.reset();
    last_pin.reset();
    database.reset();
    return true;
  }

  // Puts the events and what follows from them into `batch`; answers the head after them, and what
  // is kept of the resources that they are of.
  Result<Head> fill(rocksdb::WriteBatch& batch, std::span<BatchEntry> entries,
                    std::span<const SightingCount> sightings, KeptByResource& kept_after) const;

  void count_event(const std::string& resource, std::size_t bytes,
                   KeptByResource& kept_after) const;
  void unhang(PreparedEvent& prepared) const;
  Result<void> redact(const ObjectKey& key, std::span<const Revision> revisions);

  const StoreOptions options;
  const Location location;
  std::shared_ptr<Database> database;  // null while closed
  Head head;                           // writer thread only
  std::string incarnation;
  Channel channel = Channel::kStandard;
  KeptByResource kept;  // writer thread only
  HorizonsPtr horizons;
  // Up to where versions were counted since the store was opened; writer thread only.
  std::map<std::string, Revision, std::less<>> counted;
  std::set<Revision> redacted_frames;  // since the store was opened; writer thread only
  bool is_broken = false;              // writer thread only; see Store::is_broken()

  mutable std::mutex mutex;
  std::shared_ptr<const Snapshot> snapshot;  // guarded by mutex
  std::shared_ptr<const Snapshot::Pin> pin;  // guarded by mutex; the snapshot's
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

// An event that was encoded against a frame which was redacted meanwhile becomes a frame.
void Store::Files::unhang(PreparedEvent& prepared) const {
  if (!redacted_frames.contains(prepared.frame_revision)) return;
  prepared.stored_body = compress_frame(*prepared.body);
  prepared.frame_revision = {};
}

void Store::Files::count_event(const std::string& resource, std::size_t bytes,
                               KeptByResource& kept_after) const {
  auto found = kept_after.find(resource);
  if (found == kept_after.end()) {
    const auto before = kept.find(resource);
    found = kept_after.emplace(resource, before == kept.end() ? Kept{} : before->second).first;
  }
  ++found->second.events;
  found->second.bytes += bytes;
}

Result<Head> Store::Files::fill(rocksdb::WriteBatch& batch, std::span<BatchEntry> entries,
                                std::span<const SightingCount> sightings,
                                KeptByResource& kept_after) const {
  Head next = head;
  std::map<std::string, Touched> touched;
  FoldBatch folded(*database, batch);
  for (auto& entry : entries) {
    number(entry, entries, next);
    const auto& prepared = entry.prepared;
    const auto& event = prepared.event;
    next = {event.revision, next_chain(next.chain, prepared.record, prepared.digest), event.time};
    const auto key = revision_key(event.revision);
    const auto log_row = encode_log_row(next.chain, prepared.record);
    batch.Put(database->family(Family::kLog), key, log_row);
    unhang(entry.prepared);
    const bool is_frame = prepared.frame_revision.number == 0;
    const auto frame_revision = is_frame ? event.revision : prepared.frame_revision;
    const auto body_row = encode_body_row(
        event.revision, {frame_revision, prepared.body->size(), prepared.stored_body});
    batch.Put(database->family(Family::kBodies), key, body_row);
    count_event(event.key.resource, log_row.size() + body_row.size(), kept_after);
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
  if (auto seen = count_sightings(*database, sightings, touched, batch); !seen) {
    return std::unexpected(std::move(seen.error()));
  }
  if (!entries.empty()) batch.Put(slice(kMetaHead), encode_head(next));
  for (const auto& [resource, of_resource] : kept_after) {
    batch.Put(slice(kept_key(resource)), encode_kept(of_resource));
  }
  return next;
}

Result<void> Store::Files::redact(const ObjectKey& key, std::span<const Revision> revisions) {
  const Snapshot::Pin now(database);
  Rewrite rewrite(now, key, revisions);
  for (bool goes_on = true; goes_on;) {
    const auto has_more = rewrite.next();
    if (!has_more) return std::unexpected(has_more.error());
    goes_on = *has_more;
    auto& of_resource = kept[key.resource];
    of_resource.bytes += rewrite.bytes_added();
    of_resource.bytes -= std::min(of_resource.bytes, rewrite.bytes_freed());
    rewrite.batch().Put(slice(kept_key(key.resource)), encode_kept(of_resource));
    // Before it is written: a write that fails may be there all the same.
    redacted_frames.insert(rewrite.frames().begin(), rewrite.frames().end());
    const auto written = database->write(rewrite.batch(), /*sync=*/true);
    if (!written.ok()) {
      is_broken = true;
      return disk_failure(written);
    }
    rewrite.batch().Clear();
  }
  return {};
}

Result<std::unique_ptr<Store>> Store::open(StoreOptions options) {
  if (options.at && !options.read_only) {
    return internal_error("the past can be opened for reading only");
  }
  if (options.refold && options.read_only) {
    return internal_error("rows are folded anew for writing only");
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

bool Store::exists(const std::filesystem::path& directory) {
  std::error_code error;
  return std::filesystem::exists(directory / "CURRENT", error);
}

std::vector<std::string> Store::derived_families() {
  std::vector<std::string> names;
  for (const auto& family : kFamilies) {
    if (family.is_derived) names.emplace_back(family.name);
  }
  return names;
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
  KeptByResource kept_after;
  const auto head = files.fill(rows, batch, sightings, kept_after);
  if (!head) return {CommitOutcome::kRejected, files.head, head.error().message};
  if (rows.Count() == 0) return {CommitOutcome::kCommitted, files.head, ""};
  const auto written = files.database->write(rows, /*sync=*/!batch.empty());
  if (!written.ok()) {
    files.is_broken = true;
    return {CommitOutcome::kUnknown, files.head, written.ToString()};
  }
  files.head = *head;
  for (auto& [resource, of_resource] : kept_after) files.kept[resource] = of_resource;
  if (!batch.empty()) files.acknowledge();
  files.publish();
  return {CommitOutcome::kCommitted, files.head, ""};
}

Result<void> Store::note_origin(const std::string& incarnation) {
  auto& files = *files_;
  if (!files.database || files.location.read_only) return unavailable("the store can't be written");
  rocksdb::WriteBatch batch;
  const auto last = files.head.revision;
  batch.Put(slice(kMetaLineage), encode_lineage({{incarnation, last, last}}));
  auto written = check(files.database->write(batch, /*sync=*/true));
  if (written) files.publish();
  return written;
}

Result<void> Store::begin_epoch(Revision last) {
  auto& files = *files_;
  if (!files.database || files.location.read_only) return unavailable("the store can't be written");
  const auto before = files.head;
  if (last <= before.revision) return bad_request("an epoch begins behind the head");
  auto lineage = read_lineage(*files.database);
  if (!lineage) return std::unexpected(lineage.error());
  auto incarnation = new_incarnation();
  if (!incarnation) return std::unexpected(incarnation.error());
  lineage->push_back({files.incarnation, before.revision, last});
  const auto first = before.revision.next();
  const Head head{last, epoch_chain(before.chain, first, last), before.time};
  rocksdb::WriteBatch batch;
  batch.Put(files.database->family(Family::kLog), revision_key(last),
            encode_seal({first, before.chain, head.chain}));
  batch.Put(slice(kMetaLineage), encode_lineage(*lineage));
  batch.Put(slice(kMetaIncarnation), *incarnation);
  batch.Put(slice(kMetaHead), encode_head(head));
  if (auto written = check(files.database->write(batch, /*sync=*/true)); !written) return written;
  files.head = head;
  files.incarnation = std::move(*incarnation);
  files.acknowledge();
  files.publish();
  return {};
}

const KeptByResource& Store::kept() const {
  return files_->kept;
}

Result<bool> Store::trim(std::string_view resource, const Retention& retention, Time now) {
  auto& files = *files_;
  if (files.location.read_only) return false;
  if (files.is_broken || !files.database) return unavailable("the store can't be written");
  const auto found = files.kept.find(resource);
  if (found == files.kept.end()) return false;
  const auto lineage = read_lineage(*files.database);
  if (!lineage) return std::unexpected(lineage.error());
  // The last event stays, also where the log goes on with numbers that were passed over.
  auto last = files.head.revision;
  for (const auto& ancestor : *lineage | std::views::reverse) {
    if (ancestor.head == last) last = ancestor.last;
  }
  const auto step = [&](auto&& work) -> Result<bool> {
    const Snapshot::Pin pin(files.database);  // of what the step before has left
    Trim trim(pin, found->first, found->second, last);
    auto has_more = work(trim);
    if (!has_more || (trim.is_empty() && trim.kept() == found->second)) return has_more;
    if (auto finished = trim.finish(); !finished) return std::unexpected(finished.error());
    const auto written = files.database->write(trim.batch(), /*sync=*/false);
    if (!written.ok()) {
      files.is_broken = true;
      return disk_failure(written);
    }
    found->second = trim.kept();
    files.horizons = horizons_of(files.kept);
    files.publish();
    return has_more;
  };
  auto has_more = step([&](Trim& trim) { return trim.records(retention.records, now); });
  if (!has_more || *has_more) return has_more;
  auto counted = files.counted[found->first];
  has_more = step([&](Trim& trim) { return trim.versions(retention.records.count, counted); });
  if (has_more) files.counted[found->first] = counted;
  if (!has_more || *has_more) return has_more;
  return step([&](Trim& trim) { return trim.bodies(retention.bodies, now); });
}

Result<std::vector<Revision>> Store::plan_redaction(const RedactRequest& request) const {
  if (files_->location.read_only) return unavailable("the store is open for reading only");
  if (files_->is_broken || !files_->database) return unavailable("the store can't be written");
  return storage::plan_redaction(Snapshot::Pin(files_->database), request);
}

Result<void> Store::redact(const ObjectKey& key, std::span<const Revision> revisions) {
  auto redacted = files_->redact(key, revisions);
  // What was written of it holds, also where the rest failed.
  files_->database->frames().clear();
  files_->publish();
  return redacted;
}

Store::Scrub Store::scrub(ObjectKey key, std::vector<Revision> revisions, int wait_ms) const {
  return [database = files_->database, key = std::move(key), revisions = std::move(revisions),
          wait_ms](const std::stop_token& stop) -> Result<void> {
    if (!database) return unavailable("the store is closed");
    if (auto flushed = database->flush(); !flushed) return flushed;
    return take_out(*database, key, revisions, wait_ms, stop);
  };
}

bool Store::has_space() const {
  std::uint64_t free_bytes = 0;
  const auto status = files_->location.env->GetFreeSpace(files_->location.path, &free_bytes);
  // A file system that can't tell, such as the one in memory, has space until a write fails.
  return !status.ok() || free_bytes >= files_->options.reserve_bytes;
}

bool Store::is_broken() const {
  return files_->is_broken;
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
