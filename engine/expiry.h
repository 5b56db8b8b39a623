// The end of objects whose time is up (spec R23.5). Part of the reactors: acts through the front
// door, on their thread; the clock is the world's.
#pragma once

#include <optional>

#include "engine/engine.h"

namespace gatefold::engine {

class Expiry {
 public:
  explicit Expiry(Engine& engine) : engine_(engine) {}

  // Removes what has expired, a bounded number at once; whether something went. Looks at the index
  // only when something may have.
  bool turn();
  // Whether something will expire: then turn() wants to be called now and then without news.
  bool is_waiting() const { return soonest_.has_value(); }

 private:
  Engine& engine_;
  // Nothing expires before this: whatever is written later expires later. Nothing: not known.
  std::optional<Time> soonest_;
};

}  // namespace gatefold::engine
