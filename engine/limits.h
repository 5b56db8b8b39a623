// Every maximum of the engine and of what is built on it, with its reason.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace gatefold::engine {

// Kubernetes' own bound of a request body (R4.20).
inline constexpr std::size_t kBodyBytesMax = 3u << 20;
// The stored form of an object: etcd's request bound, so that what fits here fits there.
inline constexpr std::size_t kObjectBytesMax = 3u << 19;
// Every walk over a value recurses; deeper input is refused when it is parsed.
inline constexpr std::size_t kNestingMax = 512;
// Events in one WriteBatch: beyond it a sync is amortised and only latency grows.
inline constexpr std::size_t kBatchEventsMax = 512;
inline constexpr std::size_t kBatchBytesMax = 8u << 20;
// Commands that wait for the writer; a full queue is answered with 429.
inline constexpr std::size_t kQueueCommandsMax = 8192;
inline constexpr std::size_t kQueueBytesMax = 128u << 20;
// Changes that the writer remembers to judge reads by; an older decision is decided again.
inline constexpr std::size_t kRecentChangesMax = 65536;
// Generated names that are tried before a create fails (R6.6).
inline constexpr int kGeneratedNamesMax = 8;
// Redactions that wait: each takes the writer for long, and people ask for them.
inline constexpr std::size_t kRedactionsMax = 16;
// Events that live watchers read from memory.
inline constexpr std::size_t kWindowBytesMax = 4u << 20;
inline constexpr std::size_t kWindowEventsMax = 16384;
// Watchers in all: about 5 kB each.
inline constexpr std::size_t kWatchersMax = 50'000;
// What a watcher or a list hands out at once.
inline constexpr std::size_t kChunkBytesMax = 256u << 10;
// Events outside the selection that one piece of a list or watch of the log looks at: a selector
// that matches nothing may not keep a thread for the whole log.
inline constexpr std::size_t kLookedAtMax = 4096;
// Objects that a list page holds at most when the client asks for more.
inline constexpr std::int64_t kPageObjectsMax = 1'000'000;
// Catalogs of the past that are kept: kinds that are equal are shared, so that each takes what its
// own definitions do, a megabyte or two.
inline constexpr std::size_t kPastCatalogsMax = 8;
// Tokens whose signature was found to be good, at about 2 kB each.
inline constexpr std::size_t kOpenedTokensMax = 4096;
// How long a read waits for a revision that is not there yet (R14.8).
inline constexpr std::chrono::milliseconds kFreshnessWait{3000};

}  // namespace gatefold::engine
