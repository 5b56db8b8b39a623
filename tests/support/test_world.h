// A world of which tests are the masters: time stands still until it is moved, chance is drawn
// from a seed.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <random>

#include "engine/world.h"

namespace gatefold::test {

// Outlives the engines that are opened with world(). Any thread.
class TestWorld {
 public:
  engine::World world() {
    return {.now = [this] { return now(); }, .random = [this] { return random(); }};
  }

  Time now() const { return {ns_}; }
  void advance(std::int64_t seconds) { ns_ += seconds * kNsPerSecond; }

 private:
  std::array<std::uint8_t, 32> random() {
    const std::scoped_lock lock(mutex_);
    std::array<std::uint8_t, 32> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<std::uint8_t>(generator_());
    }
    return bytes;
  }

  std::atomic<std::int64_t> ns_ = 1'767'323'045 * kNsPerSecond;  // 2026-01-02T03:04:05Z
  std::mutex mutex_;
  std::mt19937_64 generator_{20260102};  // guarded by mutex_
};

}  // namespace gatefold::test
