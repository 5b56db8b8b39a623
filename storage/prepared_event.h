// An event made ready to be numbered and written: all the work that needs no revision, done on the
// caller's thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "storage/event.h"

namespace gatefold::storage {

using Chain = std::array<std::uint8_t, 16>;
using Digest = std::array<std::uint8_t, 32>;
// Canonical JSON without metadata.resourceVersion; shared by the log, the current row and the
// watchers.
using Body = std::shared_ptr<const std::string>;

// The key frame that new versions of an object are stored against.
struct Frame {
  Revision revision;  // 0: there is none yet
  Body body;
};

struct PreparedEvent {
  Event event;
  Body body;  // of a kDeleted event: the last content
  Digest digest{};
  std::uint32_t splice_at = 0;
  Revision frame_revision;           // 0: the body is stored as a frame of its own
  std::string stored_body;           // compressed frame or delta
  std::vector<std::uint8_t> record;  // FlatBuffers; revision and time are written in place later
};

// Encodes record and body. Any thread. `frame` may be empty; a delta that is not small becomes a
// frame.
PreparedEvent prepare_event(Event event, Body body, const Frame& frame);

// Where `"resourceVersion":"N",` is spliced into a canonical body: before metadata.uid.
std::uint32_t find_splice(std::string_view body);
// Appends `body` with the resourceVersion in its place.
void append_spliced(std::string& out, std::string_view body, std::uint32_t splice_at,
                    Revision revision);

}  // namespace gatefold::storage
