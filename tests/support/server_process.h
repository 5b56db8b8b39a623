// The real binary as a process of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace gatefold::test {

class ServerProcess {
 public:
  // Starts `binary` with `arguments` and waits for its line of readiness; throws where none comes.
  ServerProcess(const std::string& binary, std::vector<std::string> arguments);
  ~ServerProcess();  // kills
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  std::uint16_t port() const { return port_; }
  std::uint64_t revision() const { return revision_; }
  std::chrono::milliseconds time_to_ready() const { return time_to_ready_; }
  std::uint64_t resident_bytes() const;

  void kill_hard();  // SIGKILL, and waits
  int end();         // SIGTERM, and waits; the exit code

 private:
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
  std::uint64_t revision_ = 0;
  std::chrono::milliseconds time_to_ready_{0};
};

}  // namespace gatefold::test
