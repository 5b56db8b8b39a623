#include "storage/undo.h"

#include <algorithm>

#include <fmt/format.h>

#include "storage/failures.h"
#include "storage/fold.h"
#include "storage/fold_batch.h"
#include "storage/pin.h"

namespace gatefold::storage {
namespace {

constexpr std::size_t kBatchEventsMax = 256;
constexpr std::size_t kBatchBytesMax = std::size_t{8} << 20;

// Deletes all rows of a family with keys in [from, until).
Result<void> cut(const Database& database, Family family, const std::string& from,
                 const std::string& until) {
  rocksdb::WriteBatch batch;
  if (auto status = batch.DeleteRange(database.family(family), from, until); !status.ok()) {
    return disk_failure(status);
  }
  return check(database.write(batch, /*sync=*/false));
}

// One batch of it. Reads what there was before all of it through `before`.
class Undoing {
 public:
  Undoing(const Database& database, const Snapshot& before, const Snapshot::Pin& pin, Revision then,
          const KeptByResource& kept)
      : database_(database),
        before_(before),
        pin_(pin),
        then_(then),
        kept_(kept),
        folded_(database, batch_) {}

  Result<void> take_back(const Event& event) {
    for (const auto& row : lasting_rows(event)) remove(row.family, row.key);
    const auto object = object_key(event.key);
    // Once for each life that goes on after that moment, or begins.
    if (event.previous <= then_) return restore(event.key, object);
    // Or for its first event that is still there.
    const auto kept = kept_.find(event.key.resource);
    if (kept == kept_.end() || kept->second.horizon <= then_) return {};
    const auto before = pin_.last_version(object, {event.revision.number - 1});
    if (!before) return std::unexpected(before.error());
    const bool is_first = !*before || (*before)->revision <= then_;
    return is_first ? restore(event.key, object) : Result<void>();
  }

  std::size_t bytes() const { return batch_.GetDataSize(); }
  Result<void> write() { return check(database_.write(batch_, /*sync=*/false)); }

 private:
  void remove(Family family, const std::string& key) {
    batch_.Delete(database_.family(family), key);
  }

  // Folding the last version of then again puts its rows in the place of the newest one's; the
  // other rows of that event are there, and stay as they are.
  Result<void> restore(const ObjectKey& key, const std::string& object) {
    const auto last = pin_.last_version(object, then_);
    if (!last) return std::unexpected(last.error());
    if (!*last || (*last)->type == EventType::kDeleted) return forget(key, object);
    const auto event = before_.event((*last)->revision);
    if (!event) return std::unexpected(event.error());
    const auto body = pin_.body((*last)->revision);
    if (!body) return std::unexpected(body.error());
    const auto frame = pin_.frame_revision((*last)->revision);
    if (!frame) return std::unexpected(frame.error());
    return folded_.add({**event, *body, find_splice(*body), *frame});
  }

  // There was no such object then; content that a deletion had need not be kept.
  Result<void> forget(const ObjectKey& key, const std::string& object) {
    const auto current = before_.get(key);
    if (!current) return std::unexpected(current.error());
    if (!*current) return {};
    const PriorRow row{(*current)->owner_uids, (*current)->deleting, (*current)->expiry};
    for (const auto& change : fold_away(object, row)) remove(change.family, change.key);
    return {};
  }

  const Database& database_;
  const Snapshot& before_;
  const Snapshot::Pin& pin_;
  Revision then_;
  const KeptByResource& kept_;
  rocksdb::WriteBatch batch_;
  FoldBatch folded_;
};

// Content that was dropped since can't be current.
Result<void> check_contents(const Database& database) {
  Rows rows(database, Family::kCurrent, nullptr, "", "", /*fill_cache=*/false);
  EnvelopeScratch scratch;
  for (; rows.valid(); rows.next()) {
    const auto row = parse_current_row(rows.value(), scratch);
    if (!row) return corruption("a row of current can't be read");
    if (!row->body.empty()) continue;
    return failure(Reason::kExpired, fmt::format("the content of revision {} is no longer kept",
                                                 row->revision.number));
  }
  return rows.status();
}

// What was dropped, and numbers that were passed over, are no events: batches are counted by what
// is visited.
Result<void> undo_rows(const std::shared_ptr<Database>& database, const Head& now, const Head& then,
                       const KeptByResource& kept, std::uint64_t all, const Progress& progress) {
  const auto pin = std::make_shared<const Snapshot::Pin>(database);
  const Snapshot before(pin, now);
  std::uint64_t done = 0;
  for (auto from = then.revision; from < now.revision;) {
    Undoing undoing(*database, before, *pin, then.revision, kept);
    Result<void> taken;
    std::size_t visited = 0;
    bool is_full = false;
    auto read = before.events(from, now.revision, [&](const Event& event) {
      taken = undoing.take_back(event);
      from = event.revision;
      is_full = ++visited == kBatchEventsMax || undoing.bytes() >= kBatchBytesMax;
      return taken.has_value() && !is_full;
    });
    if (!read) return read;
    if (!taken) return taken;
    if (auto written = undoing.write(); !written) return written;
    if (!is_full) from = now.revision;
    done += visited;
    if (progress) progress(done, all);
  }
  return {};
}

Result<void> cut_log(const Database& database, const Head& now, const Head& then) {
  const auto from = revision_key(then.revision.next());
  const auto until = revision_key(now.revision.next());
  for (const auto family : {Family::kLog, Family::kBodies}) {
    if (auto done = cut(database, family, from, until); !done) return done;
  }
  return cut(database, Family::kSightings, "", "\xff");
}

}  // namespace

Result<std::uint64_t> undo(const std::shared_ptr<Database>& database, const Head& now,
                           const Head& then, const Progress& progress) {
  const auto kept = read_kept(*database, nullptr);
  if (!kept) return std::unexpected(kept.error());
  const auto undone = cut_kept(*database, then.revision);
  if (!undone) return undone;
  const auto stays = read_kept(*database, nullptr);
  if (!stays) return std::unexpected(stays.error());
  const bool folds_anew = *undone > events_in(*stays);
  if (!folds_anew) {
    auto done = undo_rows(database, now, then, *kept, *undone, progress);
    if (!done) return std::unexpected(std::move(done.error()));
  }
  if (auto cut = cut_log(*database, now, then); !cut)
    return std::unexpected(std::move(cut.error()));
  if (!folds_anew) return undone;
  auto folded = mark_for_refold(*database);
  if (folded) folded = refold(database, then, progress);
  if (folded) folded = check_contents(*database);
  if (!folded) return std::unexpected(std::move(folded.error()));
  return undone;
}

}  // namespace gatefold::storage
