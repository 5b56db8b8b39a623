// Maxima of the HTTP side, each with its reason. Those of the engine are in engine/limits.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace gatefold::api {

// A request line with headers: long selectors and tokens fit, floods don't.
inline constexpr std::uint32_t kHeaderBytesMax = 64u << 10;
// Connections at once: each costs about 10 kB; a controller opens one for every informer.
inline constexpr std::size_t kConnectionsMax = 20'000;
// An idle keep-alive connection; longer than the 90 s after which Go's clients close theirs.
inline constexpr std::chrono::seconds kIdleTimeout{180};
// From a request's head to the end of its body.
inline constexpr std::chrono::seconds kBodyTimeout{60};
// One write: a client that reads nothing for so long is gone.
inline constexpr std::chrono::seconds kWriteTimeout{60};
// Between two bookmarks, and before the end of a watch (R16.8).
inline constexpr std::chrono::seconds kBookmarkInterval{60};
inline constexpr std::chrono::seconds kBookmarkBeforeEnd{2};
// What a client whose request was refused may still send before the connection is closed on it.
inline constexpr std::size_t kLingerBytesMax = 16u << 20;
inline constexpr std::chrono::seconds kLingerTimeout{2};
// Requests under way when the server ends.
inline constexpr std::chrono::seconds kDrainTimeout{10};

}  // namespace gatefold::api
