// How bodies are stored: as a zstd frame, or as a zstd frame whose prefix is the object's key frame
// (a delta).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schema/ids.h"
#include "schema/status.h"
#include "storage/prepared_event.h"

namespace gatefold::storage {

// Both without zstd's magic number. Any thread.
std::string compress_frame(std::string_view body);
std::string compress_delta(std::string_view body, std::string_view frame);
struct StoredBody {
  bool is_delta = false;
  std::string bytes;
};
// A delta against `frame`; where that is not small, or there is none, a frame.
StoredBody store_body(std::string_view body, std::string_view frame);
// `frame` is empty for a frame. `size` is the body's: other content is an error that starts
// "corruption:".
Result<std::string> decompress(std::string_view stored, std::size_t size, std::string_view frame);

// Why a body is no longer there.
enum class BodyGap : std::uint8_t { kNone, kTrimmed, kRedacted };

// A row of `bodies`: form, size of the body, distance to the frame (of a delta), the stored bytes.
// Of a body that was dropped: the form says why, the distance stays, and its digest is stored,
// which the chain needs.
struct BodyRow {
  Revision frame_revision;  // equal to the row's own: it is a frame
  std::size_t size = 0;
  std::string_view stored;
  BodyGap gap = BodyGap::kNone;
};
std::string encode_body_row(Revision revision, const BodyRow& row);
// `frame_revision` is what the body was stored against: retention goes by it.
std::string encode_body_gap(Revision revision, Revision frame_revision, BodyGap gap,
                            const Digest& digest);
// Of a row with a gap.
Digest gap_digest(const BodyRow& row);
std::optional<BodyRow> parse_body_row(Revision revision, std::string_view bytes);

}  // namespace gatefold::storage
