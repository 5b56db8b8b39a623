// `gatefold replay`: serves a history as if it happened now, in front of a controller.
#pragma once

#include <string>
#include <vector>

namespace gatefold::tools {

struct ReplayCommandOptions {
  std::string directory;
  std::string from;  // empty: before the first event
  std::string to;    // empty: the last event
  std::string speed = "1x";
  std::string listen = "127.0.0.1:8080";
  std::vector<std::string> under_test;
  std::string gap_max = "1m0s";
  bool wait_for_watch = false;
  bool exit_at_end = false;
  std::string settle = "2s";
  bool allow_unauthenticated = false;
  std::string output = "table";
  std::string log_level = "info";
};

int run_replay(const ReplayCommandOptions& options);

}  // namespace gatefold::tools
