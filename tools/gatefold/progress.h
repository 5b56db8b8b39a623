// How far long work is, on stderr where that is a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace gatefold::tools {

class Progress {
 public:
  // `what` is counted, such as `events`.
  explicit Progress(std::string what);
  ~Progress();  // wipes the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  // `total` 0: nobody knows. Cheap enough to be called for each event.
  void show(std::uint64_t done, std::uint64_t total);

 private:
  std::string what_;
  bool is_terminal_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace gatefold::tools
