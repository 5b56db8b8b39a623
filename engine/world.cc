#include "engine/world.h"

#include <algorithm>
#include <chrono>

#include <sys/random.h>

#include "schema/invariant.h"
#include "schema/names.h"

namespace gatefold::engine {

World real_world() {
  World world;
  world.now = [] {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return Time{std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()};
  };
  world.random = [] {
    std::array<std::uint8_t, 32> bytes{};
    const auto got = getrandom(bytes.data(), bytes.size(), 0);
    GATEFOLD_ASSERT(got == static_cast<ssize_t>(bytes.size()));
    return bytes;
  };
  return world;
}

Uid Stamp::uid() const {
  std::array<std::uint8_t, 16> bytes{};
  std::copy_n(random.begin(), bytes.size(), bytes.begin());
  return uid_from_random(bytes);
}

std::string Stamp::generated_name(std::string_view prefix, int attempt) const {
  // The second half of the bytes: uids and names of one command share none. Each attempt shifts
  // them.
  std::uint8_t drawn[5];
  for (std::size_t i = 0; i < 5; ++i) {
    const auto shift = static_cast<std::size_t>(attempt);
    drawn[i] = static_cast<std::uint8_t>(random[16 + (i + 5 * shift) % 16] + 31 * shift);
  }
  return gatefold::generated_name(prefix, drawn);
}

}  // namespace gatefold::engine
