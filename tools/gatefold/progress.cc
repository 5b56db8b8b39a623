#include "tools/gatefold/progress.h"

#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

namespace gatefold::tools {
namespace {

constexpr std::chrono::milliseconds kInterval{100};

}  // namespace

Progress::Progress(std::string what)
    : what_(std::move(what)), is_terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (is_terminal_) fmt::print(stderr, "\r\033[K");
}

void Progress::show(std::uint64_t done, std::uint64_t total) {
  const auto now = std::chrono::steady_clock::now();
  if (!is_terminal_ || now - last_ < kInterval) return;
  last_ = now;
  if (total == 0) {
    fmt::print(stderr, "\r{} {}", done, what_);
  } else {
    fmt::print(stderr, "\r{} of {} {}", done, total, what_);
  }
}

}  // namespace gatefold::tools
