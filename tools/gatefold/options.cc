#include "tools/gatefold/options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "schema/json.h"
#include "schema/yaml.h"

namespace gatefold::tools {

void add_source(CLI::App& command, Source& source) {
  auto* group = command.add_option_group("source");
  group->add_option("--server", source.server, "A running server, http://HOST:PORT");
  group->add_option("--data", source.directory, "A data directory that no server holds");
  group->require_option(1);
}

void add_output(CLI::App& command, std::string& output) {
  command.add_option("-o,--output", output, "table, json: one line each, or yaml")
      ->check(CLI::IsMember({"table", "json", "yaml"}))
      ->capture_default_str();
}

void add_result_output(CLI::App& command, std::string& output) {
  command.add_option("-o,--output", output, "text, json or yaml")
      ->check(CLI::IsMember({"text", "json", "yaml"}))
      ->capture_default_str();
}

void print_value(const Value& value, std::string_view output) {
  if (output == "json") {
    fmt::print("{}\n", to_json(value));
  } else {
    fmt::print("---\n{}", to_yaml(value));
  }
}

}  // namespace gatefold::tools
