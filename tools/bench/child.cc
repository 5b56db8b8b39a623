#include "tools/bench/child.h"

#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gatefold::bench {
namespace {

std::uint64_t status_bytes(pid_t pid, const std::string& member) {
  std::ifstream file(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(member + ":")) {
      return std::stoull(line.substr(member.size() + 1)) * 1024;
    }
  }
  return 0;
}

}  // namespace

Child::Child(const std::function<int()>& body) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("pipe");
  std::fflush(nullptr);
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork");
  if (pid_ == 0) {
    // An orphan would go on eating the machine.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    int code = 1;
    try {
      code = body();
    } catch (const std::exception& failure) {
      fmt::print(stderr, "gatefold bench: {}\n", failure.what());
    }
    std::fflush(nullptr);
    _exit(code);
  }
  close(ends[1]);
  output_ = ends[0];
}

Child::~Child() {
  end();
  close(output_);
}

std::string Child::read_line() {
  std::string line;
  for (char c = 0; read(output_, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

double Child::cpu_seconds() const {
  std::ifstream file(fmt::format("/proc/{}/stat", pid_));
  std::string text;
  std::getline(file, text);
  // The name, in parentheses, may hold spaces; utime and stime are fields 14 and 15.
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::uint64_t Child::resident_bytes() const {
  return status_bytes(pid_, "VmRSS");
}

std::uint64_t Child::peak_resident_bytes() const {
  return status_bytes(pid_, "VmHWM");
}

int Child::end() {
  if (pid_ < 0) return exit_code_;
  kill(pid_, SIGTERM);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return exit_code_;
}

void Child::kill_hard() {
  if (pid_ > 0) kill(pid_, SIGKILL);
}

}  // namespace gatefold::bench
