// Folding the log anew. A marker in `meta` says how far it came, in the same batch as the rows
// themselves: a crash anywhere is gone on from.
#include <fmt/format.h>

#include "storage/failures.h"
#include "storage/fold_batch.h"
#include "storage/kept.h"
#include "storage/pin.h"
#include "storage/recover.h"

namespace gatefold::storage {
namespace {

constexpr std::size_t kBatchEventsMax = 256;
constexpr std::size_t kBatchBytesMax = std::size_t{8} << 20;

struct Marker {
  std::uint64_t fold_version = 0;
  Revision next;  // 0: the families are still to be emptied
};

std::string encode(const Marker& marker) {
  std::string bytes;
  append_u64(bytes, marker.fold_version);
  append_u64(bytes, marker.next.number);
  return bytes;
}

Result<std::optional<Marker>> read_marker(const Database& database) {
  const auto bytes = database.read(Family::kMeta, kMetaRefold);
  if (!bytes) return std::unexpected(bytes.error());
  if (!*bytes) return std::nullopt;
  if ((*bytes)->size() != 16) return corruption("the meta row of the refold can't be read");
  const std::string_view marker = **bytes;
  return Marker{read_u64(marker), {read_u64(marker.substr(8))}};
}

Result<void> write_marker(const Database& database, Marker marker) {
  rocksdb::WriteBatch batch;
  batch.Put(slice(kMetaRefold), encode(marker));
  return check(database.write(batch, /*sync=*/true));
}

bool goes_on(const std::optional<Marker>& marker) {
  return marker && marker->fold_version == kFoldVersion && marker->next.number != 0;
}

// Where to begin; the derived families hold exactly what was folded before.
Result<Revision> begin(Database& database) {
  const auto marker = read_marker(database);
  if (!marker) return std::unexpected(marker.error());
  if (goes_on(*marker)) return (*marker)->next;
  if (auto marked = mark_for_refold(database); !marked) {
    return std::unexpected(std::move(marked.error()));
  }
  for (const auto& family : kFamilies) {
    if (!family.is_derived) continue;
    if (auto emptied = database.empty_family(family.family); !emptied) {
      return std::unexpected(std::move(emptied.error()));
    }
  }
  if (auto marked = write_marker(database, {kFoldVersion, {1}}); !marked) {
    return std::unexpected(std::move(marked.error()));
  }
  return Revision{1};
}

// Fewer than the head's number where some were passed over or dropped; 0: nobody knows.
std::uint64_t events_kept(const Database& database) {
  const auto kept = read_kept(database, nullptr);
  return kept ? events_in(*kept) : 0;
}

// Folds from `next` until the batch is full or the log ends, counting in `done`; answers where to
// go on.
Result<Revision> fold_some(const Database& database, const Snapshot::Pin& pin, Rows& rows,
                           Revision next, Revision head, std::uint64_t& done) {
  rocksdb::WriteBatch batch;
  FoldBatch folded(database, batch);
  for (std::size_t i = 0; i < kBatchEventsMax && next <= head; ++i, next = next.next()) {
    if (batch.GetDataSize() > kBatchBytesMax) break;
    const auto seal = rows.valid() ? parse_seal(rows.value()) : std::nullopt;
    const auto last = seal ? parse_revision_key(rows.key()) : std::nullopt;
    if (last && seal->first == next) {
      next = *last;
      rows.next();
      continue;
    }
    const auto row = rows.valid() ? parse_log_row(rows.value()) : std::nullopt;
    if (!row || rows.key() != revision_key(next)) {
      if (auto status = rows.status(); !status) return std::unexpected(std::move(status.error()));
      return corruption(fmt::format("the log has no row {}", next.number));
    }
    const auto record = decode_record(row->record);
    if (!record) return std::unexpected(record.error());
    auto body = pin.body(next);
    // Of a body that was dropped nothing remains in the rows: a later version follows.
    if (!body && body.error().reason == Reason::kExpired) body = std::string();
    if (!body) return std::unexpected(body.error());
    const auto frame_revision = pin.frame_revision(next);
    if (!frame_revision) return std::unexpected(frame_revision.error());
    const FoldInput input{record->event, *body, record->splice_at, *frame_revision};
    if (auto added = folded.add(input); !added) return std::unexpected(std::move(added.error()));
    ++done;
    rows.next();
  }
  batch.Put(slice(kMetaRefold), encode({kFoldVersion, next}));
  if (auto written = check(database.write(batch, /*sync=*/false)); !written) {
    return std::unexpected(std::move(written.error()));
  }
  return next;
}

}  // namespace

Result<void> mark_for_refold(const Database& database) {
  return write_marker(database, {kFoldVersion, {}});
}

Result<bool> goes_on_folding(const Database& database) {
  const auto marker = read_marker(database);
  if (!marker) return std::unexpected(marker.error());
  return goes_on(*marker);
}

// Of a damaged log derived rows may be all that can be read.
Result<void> drop_derived(const Location& location, const std::optional<Head>& acknowledged,
                          const Progress& progress) {
  const auto is_ours = prove_truth(location, acknowledged, progress);
  if (!is_ours) return std::unexpected(is_ours.error());
  if (!*is_ours) return {};
  const auto database = Database::open_to_drop(location);
  if (!database) return std::unexpected(database.error());
  if (auto marked = mark_for_refold(**database); !marked) return marked;
  for (const auto& family : kFamilies) {
    if (!family.is_derived || !(*database)->has(family.family)) continue;
    if (auto dropped = (*database)->drop_family(family.family); !dropped) return dropped;
  }
  return {};
}

Result<void> refold(const std::shared_ptr<Database>& database, const Head& head,
                    const Progress& progress) {
  auto next = begin(*database);
  if (!next) return std::unexpected(std::move(next.error()));
  {
    const Snapshot::Pin pin(database);
    Rows rows(*database, Family::kLog, nullptr, revision_key(*next), "", /*fill_cache=*/false);
    const auto all = events_kept(*database);
    std::uint64_t done = 0;
    while (*next <= head.revision) {
      next = fold_some(*database, pin, rows, *next, head.revision, done);
      if (!next) return std::unexpected(std::move(next.error()));
      if (progress) progress(done, all);
    }
  }
  if (auto counted = count_kept(*database); !counted) return counted;
  rocksdb::WriteBatch batch;
  batch.Delete(slice(kMetaRefold));
  batch.Put(slice(kMetaFold), [] {
    std::string bytes;
    append_u64(bytes, kFoldVersion);
    return bytes;
  }());
  return check(database->write(batch, /*sync=*/true));
}

}  // namespace gatefold::storage
