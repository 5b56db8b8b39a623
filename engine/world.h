// The two sources of what is not deterministic: the wall clock and chance. Everything they give is
// decided once and lives in the event.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "schema/ids.h"
#include "schema/time.h"

namespace gatefold::engine {

// Both members are called from any thread.
struct World {
  std::function<Time()> now;
  std::function<std::array<std::uint8_t, 32>()> random;
};

// The machine's clock and the kernel's random source.
World real_world();

// What one command may need of the world, drawn once however often the command is decided.
struct Stamp {
  Time now;
  std::array<std::uint8_t, 32> random{};
  std::int64_t event_ttl_ns = 0;  // how long what expires is kept from now on; 0: for ever

  Uid uid() const;
  // The n-th generated name for a prefix; differs for each attempt.
  std::string generated_name(std::string_view prefix, int attempt) const;
};

}  // namespace gatefold::engine
