// A process of its own for what is measured, so that its CPU time and memory are nobody else's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <sys/types.h>

namespace gatefold::bench {

class Child {
 public:
  // Forks; the caller has no threads yet. `body` runs in the child with its standard output on a
  // pipe and gives the exit code; the child's standard error stays.
  explicit Child(const std::function<int()>& body);
  ~Child();  // end()
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The next line that the child prints; empty when it ended.
  std::string read_line();

  // User and system time so far, to 10 ms.
  double cpu_seconds() const;
  std::uint64_t resident_bytes() const;
  std::uint64_t peak_resident_bytes() const;

  // SIGTERM, then waits. Answers the exit code, -1 for a signal. May be called again.
  int end();
  void kill_hard();

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  int exit_code_ = -1;
};

}  // namespace gatefold::bench
