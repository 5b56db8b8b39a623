// How bodies are stored: as a zstd frame, or as a zstd frame whose prefix is the object's key frame
// (a delta).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schema/ids.h"
#include "schema/status.h"

namespace gatefold::storage {

// Both without zstd's magic number. Any thread.
std::string compress_frame(std::string_view body);
std::string compress_delta(std::string_view body, std::string_view frame);
// `frame` is empty for a frame. `size` is the body's: other content is an error that starts
// "corruption:".
Result<std::string> decompress(std::string_view stored, std::size_t size, std::string_view frame);

// A row of `bodies`: form, size of the body, distance to the frame (of a delta), the stored bytes.
struct BodyRow {
  Revision frame_revision;  // equal to the row's own: it is a frame
  std::size_t size = 0;
  std::string_view stored;
};
std::string encode_body_row(Revision revision, const BodyRow& row);
std::optional<BodyRow> parse_body_row(Revision revision, std::string_view bytes);

}  // namespace gatefold::storage
