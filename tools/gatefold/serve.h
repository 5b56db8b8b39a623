// `gatefold serve`: wires the rooms together and runs until SIGTERM.
#pragma once

#include <string>
#include <vector>

namespace gatefold::tools {

struct ServeOptions {
  std::string directory;
  bool in_memory = false;
  std::string at;       // a moment; empty: the newest, to be written
  std::string channel;  // empty: the directory's
  bool no_builtin_gateway_api = false;
  std::string listen = "127.0.0.1:8080";
  bool allow_unauthenticated = false;
  std::string backups;    // where backups are made on request; empty: nowhere
  std::string manifests;  // a folder; empty: none
  std::string log_level = "info";
  std::string log_format = "text";
  std::string event_ttl = "1h0m0s";
  std::string config;               // a file; empty: none
  std::vector<std::string> guard;   // RULE=MODE, on top of the file
  std::vector<std::string> retain;  // see engine/retention.h; on top of the file
  unsigned threads = 0;             // 0: as many as there are processors, at most four
};

int run_serve(const ServeOptions& options);

}  // namespace gatefold::tools
