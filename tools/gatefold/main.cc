// The gatefold binary: reads the command line and hands over to one command.
#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "tools/bench/bench.h"
#include "tools/gatefold/events_command.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/kubeconfig.h"
#include "tools/gatefold/serve.h"
#include "tools/gatefold/transitions_command.h"
#include "tools/gatefold/verify_command.h"

namespace gatefold::tools {
namespace {

constexpr const char* kExitCodes =
    "Exit codes: 0 fine, 1 found something, 2 usage, 3 input or output, 4 corruption.";

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

CLI::App* add_serve(CLI::App& app, ServeOptions& options) {
  auto* command = app.add_subcommand("serve", "Serve the API until SIGTERM");
  auto* where = command->add_option_group("state");
  where->add_option("--data", options.directory, "The data directory; created where it is missing");
  where->add_flag("--in-memory", options.in_memory,
                  "Keep everything in memory, touch no directory");
  where->require_option(1);
  command
      ->add_option("--channel", options.channel,
                   "Which Gateway API: standard (at first) or experimental; kept in the directory. "
                   "Kinds that only experimental has outlast it, with their objects")
      ->check(CLI::IsMember({"standard", "experimental"}));
  command->add_flag("--no-builtin-gateway-api", options.no_builtin_gateway_api,
                    "Don't seed the definitions of the Gateway API; those that are there stay");
  command->add_option("--listen", options.listen, "ADDRESS:PORT; port 0 picks a free one")
      ->capture_default_str();
  command->add_flag("--allow-unauthenticated", options.allow_unauthenticated,
                    "Serve everybody on an address that is not loopback");
  command
      ->add_option("--manifests", options.manifests,
                   "Apply this folder of YAML now and whenever it changes")
      ->check(CLI::ExistingDirectory);
  command
      ->add_option("--event-ttl", options.event_ttl,
                   "How long Events are kept after they were written last; 0: for ever")
      ->capture_default_str();
  command->add_option("--threads", options.threads, "Threads that serve; 0: by the processors")
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
  command->add_option("--log-level", options.log_level, "Least level on stderr")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  command->add_option("--log-format", options.log_format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  return command;
}

CLI::App* add_log(CLI::App& app, EventsOptions& options) {
  auto* command = app.add_subcommand("log", "Print the events of the log, oldest first");
  add_source(*command, options.source);
  auto& query = options.query;
  command->add_option("--after", query.after.number, "Only events after this revision");
  command->add_option("--until", query.until.number, "Only events up to this revision");
  command->add_option("--kind", options.kind, "Only of this kind, such as gateway or svc");
  command->add_option("-n,--namespace", query.name_space, "Only in this namespace");
  command->add_option("--name", query.name, "Only of objects with this name");
  command->add_option("--user", query.user, "Only by this user");
  command->add_option("--field-manager", query.field_manager, "Only by this field manager");
  command->add_option("--type", query.type, "Only ADDED, MODIFIED or DELETED")
      ->check(CLI::IsMember({"ADDED", "MODIFIED", "DELETED"}));
  command->add_option("--limit", query.limit, "At most so many events; 0: all");
  command->add_flag("-f,--follow", options.follow, "Go on with what comes; needs --server");
  add_output(*command, options.output);
  return command;
}

CLI::App* add_bench(CLI::App& app, bench::BenchOptions& options) {
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
  return command;
}

// Standard output belongs to what a command prints.
void log_to_stderr() {
  auto logger = spdlog::stderr_logger_mt("tools");
  logger->set_level(spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
}

int run(int argc, char** argv) {
  log_to_stderr();
  CLI::App app{"The Gateway API without Kubernetes, in one binary that never forgets."};
  app.footer(kExitCodes);
  app.set_version_flag("--version", "gatefold " GATEFOLD_VERSION);
  app.require_subcommand(1);

  ServeOptions serve;
  auto* serve_command = add_serve(app, serve);
  EventsOptions events;
  auto* log_command = add_log(app, events);

  TransitionsOptions transitions;
  auto* transitions_command =
      app.add_subcommand("transitions", "Print the timeline of an object's conditions");
  transitions_command->add_option("object", transitions.object, "such as gateway/prod/web")
      ->required();
  add_source(*transitions_command, transitions.source);
  add_output(*transitions_command, transitions.output);

  VerifyOptions verify;
  auto* verify_command =
      app.add_subcommand("verify", "Prove that a data directory's rows equal the fold of its log");
  verify_command
      ->add_option("--data", verify.directory, "The data directory; no server may hold it")
      ->required();
  verify_command->add_option("-o,--output", verify.output, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();

  std::string server = "http://127.0.0.1:8080";
  auto* kubeconfig_command = app.add_subcommand("kubeconfig", "Print a kubeconfig for clients");
  kubeconfig_command->add_option("--server", server, "The server's URL")->capture_default_str();

  bench::BenchOptions bench;
  auto* bench_command = add_bench(app, bench);

  try {
    app.parse(argc, argv);
    if (events.follow && events.source.server.empty()) {
      throw CLI::ValidationError("--follow", "needs --server");
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kFine : kUsage;
  }
  if (serve_command->parsed()) return run_serve(serve);
  if (log_command->parsed()) return run_events(events);
  if (transitions_command->parsed()) return run_transitions(transitions);
  if (verify_command->parsed()) return run_verify(verify);
  if (bench_command->parsed()) return bench::run_bench(bench);
  fmt::print("{}", kubeconfig_text(server));
  return kFine;
}

}  // namespace
}  // namespace gatefold::tools

int main(int argc, char** argv) {
  try {
    return gatefold::tools::run(argc, argv);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "gatefold: {}\n", failure.what());
    return gatefold::tools::kInputOutput;
  }
}
