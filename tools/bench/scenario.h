// One line of the report, and how it comes about.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bench/bench.h"

namespace gatefold::bench {

struct Cost {
  std::uint64_t operations = 0;
  double wall_us = 0;  // per operation, all connections together
  double cpu_us = 0;   // user and system time of the server's process, per operation
};

struct Report {
  std::string name;
  std::string unit;  // what one operation is
  Cost ours;
  std::optional<Cost> floor;
  std::string note;
};

struct Setting {
  BenchOptions options;
  std::string gateway;    // JSON of the object that is created, with generateName
  std::string directory;  // empty, for this scenario alone; removed behind it
};

// measure.cc: runs `work` in a process of its own; it answers the number of its operations. `peak`
// gets the most memory that was resident.
Cost cost_in_child(const std::function<std::uint64_t()>& work, std::uint64_t* peak = nullptr);

using Scenario = std::function<std::vector<Report>(const Setting&)>;

// http_scenarios.cc
std::vector<Report> bench_create(const Setting& setting, int connections);
std::vector<Report> bench_get(const Setting& setting);
std::vector<Report> bench_list(const Setting& setting);
std::vector<Report> bench_patch(const Setting& setting);
std::vector<Report> bench_watch(const Setting& setting);
std::vector<Report> bench_rest(const Setting& setting);
// history_scenarios.cc
std::vector<Report> bench_history(const Setting& setting);
std::vector<Report> bench_size(const Setting& setting);
// leases_scenario.cc
std::vector<Report> bench_leases(const Setting& setting);
// validate_scenario.cc
std::vector<Report> bench_validate(const Setting& setting);

}  // namespace gatefold::bench
