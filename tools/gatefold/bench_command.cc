#include <memory>

#include <CLI/CLI.hpp>

#include "tools/bench/bench.h"
#include "tools/gatefold/commands.h"

namespace gatefold::tools {

void add_bench(CLI::App& app, Run& run) {
  auto shared = std::make_shared<bench::BenchOptions>();
  auto& options = *shared;
  auto* command = app.add_subcommand(
      "bench", "Measure what serving costs, beside a floor measured in the same run");
  command->add_option("--seconds", options.seconds, "How long each load lasts")
      ->check(CLI::Range(0.1, 600.0))
      ->capture_default_str();
  command->add_option("--only", options.only, "Names of scenarios")
      ->delimiter(',')
      ->check(CLI::IsMember(bench::scenario_names()));
  command
      ->add_option("--events", options.events, "Length of the history that is opened and replayed")
      ->check(CLI::Range(1000, 100'000'000))
      ->capture_default_str();
  command
      ->add_option("--body", options.body,
                   "A file with the Gateway to create; it has a generateName")
      ->check(CLI::ExistingFile);
  command->add_option("--dir", options.directory, "Where data directories are made and removed")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  command->add_option("-o,--output", options.output, "table, or json: one line each")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->callback([shared, &run] { run = [shared] { return bench::run_bench(*shared); }; });
}

}  // namespace gatefold::tools
