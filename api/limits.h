// Maxima of the HTTP side, each with its reason. Those of the engine are in engine/limits.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace gatefold::api {

// Of what an event keeps of who wrote it.
inline constexpr std::size_t kUserAgentBytesMax = 256;

// A request line with headers: long selectors and tokens fit, floods don't.
inline constexpr std::uint32_t kHeaderBytesMax = 64u << 10;
// Connections at once: each costs about 10 kB; a controller opens one for every informer.
inline constexpr std::size_t kConnectionsMax = 16'384;
// Descriptors that are no connections: RocksDB's open files (256, storage/options.cc) and its logs,
// sockets that wait to be accepted, epoll. Without them a commit fails for want of a file.
inline constexpr std::size_t kDescriptorsReserved = 384;
// Bytes read that are not parsed yet: a whole head, or a chunk's header, with what was read behind.
inline constexpr std::size_t kReadBufferBytesMax = std::size_t{2} * kHeaderBytesMax;
// One read: what most requests are smaller than, and what keeps large ones to few calls. An idle
// connection holds the former.
inline constexpr std::size_t kHeadPieceBytes = 4u << 10;
inline constexpr std::size_t kBodyPieceBytes = 16u << 10;
// Requests in memory of all connections that were not read at once; as much as the engine's queue
// and a batch hold, twice.
inline constexpr std::size_t kRequestBytesMax = 256u << 20;
// Between two bookmarks, and before the end of a watch (R16.8).
inline constexpr std::chrono::seconds kBookmarkInterval{60};
inline constexpr std::chrono::seconds kBookmarkBeforeEnd{2};
// What a client whose request was refused may still send before the connection is closed on it.
inline constexpr std::size_t kLingerBytesMax = 16u << 20;
// A body from which on compressing pays (R1.16): Kubernetes' own bound.
inline constexpr std::size_t kGzipBytesMin = 128u << 10;
// A watch ends after a day at most, however long the client asked for.
inline constexpr std::int64_t kWatchSecondsMax = std::int64_t{24} * 3600;

// The limits of one server; tests have tiny ones.
struct ServerLimits {
  std::size_t connections = kConnectionsMax;
  std::size_t request_bytes = kRequestBytesMax;
  // An idle keep-alive connection; longer than the 90 s after which Go's clients close theirs.
  std::chrono::milliseconds idle{180'000};
  // From the first byte of a request to the end of its head, and from there to its end.
  std::chrono::milliseconds head{30'000};
  std::chrono::milliseconds body{60'000};
  // From a request to its answer, unless it is a watch (R1.8).
  std::chrono::milliseconds answer{60'000};
  std::chrono::milliseconds mutation{34'000};
  // The same for what the server does of its own while the client waits: a backup, a redaction, a
  // replay that is moved far ahead.
  std::chrono::milliseconds work{3'600'000};
  // One write: a client that reads nothing for so long is gone.
  std::chrono::milliseconds write{60'000};
  // How long a refused client may go on sending.
  std::chrono::milliseconds linger{2'000};
  // Requests under way when the server ends.
  std::chrono::milliseconds drain{10'000};
};

}  // namespace gatefold::api
