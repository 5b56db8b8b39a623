#include "tools/gatefold/options.h"

#include <CLI/CLI.hpp>

namespace gatefold::tools {

void add_source(CLI::App& command, Source& source) {
  auto* group = command.add_option_group("source");
  group->add_option("--server", source.server, "A running server, http://HOST:PORT");
  group->add_option("--data", source.directory, "A data directory that no server holds");
  group->require_option(1);
}

void add_output(CLI::App& command, std::string& output) {
  command.add_option("-o,--output", output, "table, or json: one line each")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
}

}  // namespace gatefold::tools
