#include "tools/gatefold/progress.h"

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <stop_token>

#include <fmt/format.h>
#include <unistd.h>

namespace gatefold::tools {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kInterval{100};
constexpr std::chrono::seconds kTick{1};

bool is_terminal() {
  return isatty(STDERR_FILENO) == 1;
}

void wipe_line() {
  fmt::print(stderr, "\r\033[K");
}

void tick(const std::stop_token& stop, const std::string& what) {
  const auto begun = Clock::now();
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  bool is_shown = false;
  while (!never.wait_for(lock, stop, kTick, [] { return false; }) && !stop.stop_requested()) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begun);
    fmt::print(stderr, "\r{}, {}s", what, seconds.count());
    is_shown = true;
  }
  if (is_shown) wipe_line();
}

}  // namespace

Progress::Progress(std::string what)
    : what_(std::move(what)), is_terminal_(is_terminal()), last_(Clock::now()) {}

Progress::~Progress() {
  if (is_shown_) wipe_line();
}

void Progress::show(std::uint64_t done, std::uint64_t total) {
  if (!is_terminal_) return;
  const auto now = Clock::now();
  if (now - last_ < kInterval) return;
  last_ = now;
  is_shown_ = true;
  if (total == 0) {
    fmt::print(stderr, "\r{} {}", done, what_);
  } else {
    fmt::print(stderr, "\r{} of {} {}", done, total, what_);
  }
}

Elapsed::Elapsed(std::string what) {
  if (!is_terminal()) return;
  ticker_ =
      std::jthread([what = std::move(what)](const std::stop_token& stop) { tick(stop, what); });
}

}  // namespace gatefold::tools
