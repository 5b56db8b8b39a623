#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <stdexcept>

#include <fmt/format.h>

#include "tools/bench/child.h"
#include "tools/bench/scenario.h"

namespace gatefold::bench {
namespace {

double cpu_now_us() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

}  // namespace

Cost cost_in_child(const std::function<std::uint64_t()>& work, std::uint64_t* peak) {
  Child child([&] {
    const auto start = std::chrono::steady_clock::now();
    const auto cpu = cpu_now_us();
    const auto operations = work();
    const auto wall =
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
    fmt::print("{} {} {}\n", operations, wall, cpu_now_us() - cpu);
    std::fflush(stdout);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    int signal = 0;
    sigwait(&signals, &signal);
    return 0;
  });
  const auto line = child.read_line();
  std::uint64_t operations = 0;
  double wall = 0;
  double cpu = 0;
  if (std::sscanf(line.c_str(), "%lu %lf %lf", &operations, &wall, &cpu) != 3 || operations == 0) {
    throw std::runtime_error("a measured process failed: " + line);
  }
  if (peak != nullptr) *peak = child.peak_resident_bytes();
  const auto count = static_cast<double>(operations);
  return {operations, wall / count, cpu / count};
}

}  // namespace gatefold::bench
