// The gatefold binary: reads the command line and hands over to one command.
#include <cstdio>
#include <exception>
#include <iostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "schema/field_error.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/print.h"

namespace gatefold::tools {
namespace {

constexpr const char* kExitCodes =
    "Exit codes: 0 fine, 1 found something, 2 usage, 3 input or output, 4 corruption, 5 corruption "
    "of rows alone that `gatefold rebuild` makes anew (of verify).";

// Standard output belongs to what a command prints.
void log_to_stderr() {
  auto logger = spdlog::stderr_logger_mt("tools");
  logger->set_level(spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
}

// What a command printed may be written only now, and to a disk that is full.
int written(int code) {
  std::cout.flush();
  const bool is_whole = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good();
  if (is_whole || (code != kFine && code != kFoundSomething)) return code;
  say(stderr, "gatefold: standard output could not be written\n");
  return kInputOutput;
}

// An empty text is a variable that a script did not set. Taken for an option that was not given, it
// would ask about the present instead of the past.
void refuse_empty_values(CLI::App& app) {
  const auto check = [](const std::string& text) {
    return text.empty() ? std::string("an empty value") : std::string();
  };
  for (auto* option : app.get_options()) {
    if (option->get_items_expected_max() > 0) option->check(CLI::Validator(check, ""));
  }
  for (auto* below : app.get_subcommands([](const CLI::App*) { return true; })) {
    refuse_empty_values(*below);
  }
}

int run(int argc, char** argv) {
  log_to_stderr();
  CLI::App app{"The Gateway API without Kubernetes, in one binary that never forgets."};
  app.footer(kExitCodes);
  app.set_version_flag("--version", "gatefold " GATEFOLD_VERSION);
  app.require_subcommand(1);
  Run chosen;
  for (const auto add :
       {add_serve,       add_fork,       add_replay, add_log,    add_show,    add_diff,
        add_transitions, add_blame,      add_bisect, add_lint,   add_stats,   add_verify,
        add_redact,      add_export,     add_import, add_backup, add_backups, add_restore,
        add_rebuild,     add_kubeconfig, add_bench}) {
    add(app, chosen);
  }
  refuse_empty_values(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    const std::string first = argc > 1 ? argv[1] : "";
    const bool is_unknown =
        !first.empty() && first.front() != '-' &&
        app.get_subcommands([&](const CLI::App* command) { return command->get_name() == first; })
            .empty();
    if (is_unknown) {
      say(stderr, "gatefold: there is no subcommand {}\n", go_quote(first));
    } else {
      app.exit(error);
    }
    return kUsage;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kFine : kUsage;
  }
  return chosen();
}

}  // namespace
}  // namespace gatefold::tools

int main(int argc, char** argv) {
  try {
    return gatefold::tools::written(gatefold::tools::run(argc, argv));
  } catch (const std::exception& failure) {
    gatefold::tools::say(stderr, "gatefold: {}\n", failure.what());
    return gatefold::tools::kInputOutput;
  }
}
