// Values drawn from a seed, for properties that hold for all of them.
#pragma once

#include <cstdint>
#include <random>

#include "schema/value.h"

namespace gatefold::test {

class RandomValues {
 public:
  explicit RandomValues(std::uint64_t seed) : random_(seed) {}

  // A tree of at most `depth` levels of containers. Finite numbers, valid UTF-8; empty keys and
  // strings that look like other things occur.
  Value value(int depth);
  std::string string();

  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }

 private:
  Value scalar();
  double number();

  std::mt19937_64 random_;
};

}  // namespace gatefold::test
