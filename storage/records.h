// Events as the bytes of schema/events.fbs, and back: the log's record and the envelope of a
// current row.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schema/status.h"
#include "storage/prepared_event.h"
#include "storage/snapshot.h"

namespace gatefold::storage {

// Revision, time and previous revision hold places that stamp_record() fills.
std::vector<std::uint8_t> encode_record(const Event& event, std::uint32_t splice_at);
void stamp_record(std::span<std::uint8_t> record, Revision revision, Time time, Revision previous);

struct DecodedRecord {
  Event event;
  std::uint32_t splice_at = 0;
};
Result<DecodedRecord> decode_record(std::string_view record);
// As parse_current_row() reads envelopes: the answer views `scratch`, and trusts what is stored.
using RecordScratch = std::vector<std::uint64_t>;
EventOutline outline_record(std::string_view record, RecordScratch& scratch);
// These alone, for a fraction of the cost. Nothing where the bytes are no record.
std::optional<std::string> record_resource(std::string_view record);
std::optional<Time> record_time(std::string_view record);

// A row of `log`: the chain, then the record.
std::string encode_log_row(const Chain& chain, std::span<const std::uint8_t> record);
struct LogRow {
  Chain chain{};
  std::string_view record;
};
// Nothing for a seal as well.
std::optional<LogRow> parse_log_row(std::string_view bytes);

// What stands in `log` for a run of records that were dropped, under the last one's key. The chain
// goes over it: `before` is the chain of the row before `first`, `after` the last one's own.
struct Seal {
  Revision first;
  Chain before{};
  Chain after{};
};
std::string encode_seal(const Seal& seal);
// Nothing where the row is a record.
std::optional<Seal> parse_seal(std::string_view bytes);
// Of its row; no record is so short.
inline constexpr std::size_t kSealBytes = 2 * Chain{}.size() + 4 + sizeof(std::uint64_t);

// A row of `current`: the envelope with its size in front, then the body.
std::string encode_current_row(const Event& event, Revision frame_revision, std::uint32_t splice_at,
                               std::string_view body);
struct CurrentRow {
  Revision revision;
  EventType type = EventType::kAdded;
  std::string_view schema_id;
  std::uint32_t splice_at = 0;
  std::string_view body;
  const void* envelope = nullptr;
};
// FlatBuffers are read where they are aligned, rows lie anywhere: the envelope is copied into
// `scratch`, which the answer views. Trusts RocksDB's checksums: listing a thousand rows does not
// walk through each of them.
using EnvelopeScratch = std::vector<std::uint64_t>;
std::optional<CurrentRow> parse_current_row(std::string_view bytes, EnvelopeScratch& scratch);
Result<StoredObject> decode_current_row(ObjectKey key, std::string_view bytes);

// What the fold needs to know of the row that it replaces.
struct PriorRow {
  std::vector<Uid> owner_uids;
  bool deleting = false;
  Time expiry;
};
Result<PriorRow> decode_prior_row(std::string_view bytes);

}  // namespace gatefold::storage
