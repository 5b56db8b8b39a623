#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "engine/guard/rules.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/serve.h"

namespace gatefold::tools {
namespace {

std::string guard_help() {
  std::string text = "Modes: off, repair, warn, reject. Rules:";
  for (const auto& rule : engine::kGuardRuleTexts) {
    text += fmt::format(" {} ({})", rule.id, engine::guard_mode_word(rule.initial_mode));
  }
  return text;
}

}  // namespace

void add_serve(CLI::App& app, Run& run) {
  auto shared = std::make_shared<ServeOptions>();
  auto& options = *shared;
  auto* command = app.add_subcommand("serve", "Serve the API until SIGTERM");
  auto* where = command->add_option_group("state");
  where->add_option("--data", options.directory, "The data directory; created where it is missing");
  where->add_flag("--in-memory", options.in_memory,
                  "Keep everything in memory, touch no directory");
  where->require_option(1);
  auto* at = command->add_option(
      "--at", options.at,
      "Serve the past, as of this revision or time (2026-01-02T03:04:05Z): GET, LIST and WATCH, "
      "discovery and OpenAPI as they were; every write is refused. The directory is only read, "
      "beside others that read; it may not be written meanwhile");
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
  command->add_option("--backup-dir", options.backups,
                      "Backups may be asked for, to below this directory; see `gatefold backup`");
  command
      ->add_option("--event-ttl", options.event_ttl,
                   "How long Events are kept after they were written last; 0: for ever")
      ->capture_default_str();
  command
      ->add_option(
          "--config", options.config,
          "A YAML file with settings: guard has a mode for each rule, retention says how much of "
          "the past is kept")
      ->check(CLI::ExistingFile);
  command
      ->add_option("--guard", options.guard,
                   "RULE=MODE, such as restamped=reject or all=warn: what becomes of writes that "
                   "break a rule of conditions. " +
                       guard_help())
      ->expected(1)
      ->take_all()
      ->type_name("RULE=MODE");
  command
      ->add_option("--retain", options.retain,
                   "RESOURCE=LIMIT[,LIMIT...], and again for others: how much of the past is kept. "
                   "RESOURCE: leases.coordination.k8s.io, or * for all whose kind says nothing (of "
                   "Leases and Events an hour is kept). LIMIT: age:30d, count:1000 (versions of an "
                   "object), bytes:2GiB; with bodies (and age or bytes) the content alone goes, "
                   "and what happened stays; all: everything is kept")
      ->allow_extra_args(false)
      ->delimiter('\0');
  command->add_option("--threads", options.threads, "Threads that serve; 0: by the processors")
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
  command->add_option("--log-level", options.log_level, "Least level on stderr")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  command->add_option("--log-format", options.log_format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  for (const auto* other : {"--in-memory", "--channel", "--no-builtin-gateway-api", "--manifests",
                            "--event-ttl", "--config", "--guard", "--retain", "--backup-dir"}) {
    at->excludes(command->get_option(other));
  }
  command->callback([shared, &run] { run = [shared] { return run_serve(*shared); }; });
}

}  // namespace gatefold::tools
