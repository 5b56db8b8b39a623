// How far long work is, on stderr where that is a terminal. What is done within a tenth of a second
// shows nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

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
  bool is_shown_ = false;
  std::chrono::steady_clock::time_point last_;
};

// Of work that says nothing of itself: for how long it has been going on.
class Elapsed {
 public:
  // `what` is done, such as `restoring`.
  explicit Elapsed(std::string what);

 private:
  std::jthread ticker_;
};

}  // namespace gatefold::tools
