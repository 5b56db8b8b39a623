#include "tests/support/server_process.h"

#include <csignal>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema/json.h"

namespace gatefold::test {

ServerProcess::ServerProcess(const std::string& binary, std::vector<std::string> arguments) {
  const auto start = std::chrono::steady_clock::now();
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("pipe");
  arguments.insert(arguments.begin(), binary);
  std::vector<char*> raw;
  for (auto& argument : arguments) raw.push_back(argument.data());
  raw.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execv(binary.c_str(), raw.data());
    _exit(127);
  }
  close(ends[1]);
  std::string line;
  for (char c = 0; read(ends[0], &c, 1) == 1 && c != '\n';) line += c;
  close(ends[0]);
  const auto ready = parse_json(line);
  if (!ready) throw std::runtime_error("the server did not get ready: " + line);
  time_to_ready_ = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - start);
  const std::string url(string_at(ready->value, {"url"}));
  port_ = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  revision_ = static_cast<std::uint64_t>(integer_at(ready->value, {"revision"}, 0));
}

ServerProcess::~ServerProcess() {
  kill_hard();
}

std::uint64_t ServerProcess::resident_bytes() const {
  std::ifstream file(fmt::format("/proc/{}/status", pid_));
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmRSS:")) return std::stoull(line.substr(6)) * 1024;
  }
  return 0;
}

void ServerProcess::kill_hard() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

int ServerProcess::end() {
  kill(pid_, SIGTERM);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace gatefold::test
