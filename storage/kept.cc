#include "storage/kept.h"

#include <algorithm>
#include <array>

#include "storage/failures.h"
#include "storage/records.h"

namespace gatefold::storage {
namespace {

// The order of the row's numbers; rows of before end with the seventh.
constexpr std::size_t kNumbersAtFirst = 7;
std::array<std::uint64_t*, 8> numbers(Kept& kept) {
  return {&kept.horizon.number,
          &kept.records_done.number,
          &kept.bodies_done.number,
          &kept.events,
          &kept.bytes,
          &kept.dropped_events,
          &kept.dropped_bytes,
          &kept.last_dropped.number};
}

}  // namespace

std::string encode_kept(const Kept& kept) {
  auto copy = kept;
  std::string bytes;
  for (const auto* number : numbers(copy)) append_u64(bytes, *number);
  return bytes;
}

Result<KeptByResource> read_kept(const Database& database, const rocksdb::Snapshot* snapshot) {
  KeptByResource all;
  Rows rows(database, Family::kMeta, snapshot, std::string(kMetaKeptPrefix),
            prefix_end(kMetaKeptPrefix));
  for (; rows.valid(); rows.next()) {
    Kept kept;
    auto bytes = rows.value();
    const auto fields = numbers(kept);
    if (bytes.size() < kNumbersAtFirst * sizeof(std::uint64_t)) {
      return corruption("a meta row of what is kept can't be read");
    }
    for (auto* number : fields) {
      if (bytes.size() < sizeof(std::uint64_t)) {
        kept.last_dropped = kept.horizon;
        break;
      }
      *number = read_u64(bytes);
      bytes.remove_prefix(sizeof(std::uint64_t));
    }
    all.emplace(rows.key().substr(kMetaKeptPrefix.size()), kept);
  }
  if (auto status = rows.status(); !status) return std::unexpected(std::move(status.error()));
  return all;
}

HorizonsPtr horizons_of(const KeptByResource& kept) {
  auto horizons = std::make_shared<Horizons>();
  for (const auto& [resource, of_resource] : kept) {
    const Horizon horizon{of_resource.horizon, of_resource.last_dropped};
    if (horizon.state.number != 0) horizons->emplace(resource, horizon);
  }
  return horizons;
}

Result<void> count_kept(const Database& database) {
  auto kept = read_kept(database, nullptr);
  if (!kept) return std::unexpected(std::move(kept.error()));
  for (auto& [resource, of_resource] : *kept) of_resource.events = of_resource.bytes = 0;
  Rows records(database, Family::kLog, nullptr, "", "", /*fill_cache=*/false);
  Rows bodies(database, Family::kBodies, nullptr, "", "", /*fill_cache=*/false);
  for (; records.valid(); records.next()) {
    const auto row = parse_log_row(records.value());
    if (!row) continue;  // a seal; damage is found by whoever reads the record
    const auto resource = record_resource(row->record);
    if (!resource) continue;
    auto& of_resource = (*kept)[*resource];
    ++of_resource.events;
    of_resource.bytes += records.value().size();
    while (bodies.valid() && bodies.key() < records.key()) bodies.next();
    if (bodies.valid() && bodies.key() == records.key()) {
      of_resource.bytes += bodies.value().size();
    }
  }
  if (auto status = records.status(); !status) return status;
  if (auto status = bodies.status(); !status) return status;
  rocksdb::WriteBatch batch;
  for (const auto& [resource, of_resource] : *kept) {
    batch.Put(slice(kept_key(resource)), encode_kept(of_resource));
  }
  return check(database.write(batch, /*sync=*/true));
}

std::uint64_t events_in(const KeptByResource& kept) {
  std::uint64_t events = 0;
  for (const auto& [resource, of_resource] : kept) events += of_resource.events;
  return events;
}

Result<std::uint64_t> cut_kept(const Database& database, Revision then) {
  auto kept = read_kept(database, nullptr);
  if (!kept) return std::unexpected(std::move(kept.error()));
  for (auto& [resource, of_resource] : *kept) {
    for (auto* revision : {&of_resource.horizon, &of_resource.records_done,
                           &of_resource.bodies_done, &of_resource.last_dropped}) {
      *revision = std::min(*revision, then);
    }
  }
  std::uint64_t cut = 0;
  const auto from = revision_key(then.next());
  Rows records(database, Family::kLog, nullptr, from, "", /*fill_cache=*/false);
  Rows bodies(database, Family::kBodies, nullptr, from, "", /*fill_cache=*/false);
  for (; records.valid(); records.next()) {
    const auto row = parse_log_row(records.value());
    const auto resource = row ? record_resource(row->record) : std::nullopt;
    if (!resource) continue;
    auto& of_resource = (*kept)[*resource];
    auto bytes = records.value().size();
    while (bodies.valid() && bodies.key() < records.key()) bodies.next();
    if (bodies.valid() && bodies.key() == records.key()) bytes += bodies.value().size();
    ++cut;
    of_resource.events -= std::min<std::uint64_t>(of_resource.events, 1);
    of_resource.bytes -= std::min<std::uint64_t>(of_resource.bytes, bytes);
  }
  if (auto status = records.status(); !status) return std::unexpected(std::move(status.error()));
  if (auto status = bodies.status(); !status) return std::unexpected(std::move(status.error()));
  rocksdb::WriteBatch batch;
  for (const auto& [resource, of_resource] : *kept) {
    batch.Put(slice(kept_key(resource)), encode_kept(of_resource));
  }
  auto written = check(database.write(batch, /*sync=*/true));
  if (!written) return std::unexpected(std::move(written.error()));
  return cut;
}

}  // namespace gatefold::storage
