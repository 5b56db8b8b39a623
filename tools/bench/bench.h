// `gatefold bench`: what it costs, beside a floor that is measured in the same run
// (tests/bench/README.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gatefold::bench {

struct BenchOptions {
  double seconds = 5;                // of each load
  std::vector<std::string> only;     // names of scenarios; empty: all
  std::uint64_t events = 1'000'000;  // of the history that is opened and replayed
  std::string body;  // a file with the object that is created; empty: the built-in Gateway
  std::string directory = "/tmp";  // data directories are made below and removed
  std::string output = "table";    // or json: one line a scenario
};

// The names that `only` may hold.
const std::vector<std::string>& scenario_names();

int run_bench(const BenchOptions& options);

}  // namespace gatefold::bench
