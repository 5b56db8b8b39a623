#include <memory>

#include <CLI/CLI.hpp>

#include "tools/gatefold/commands.h"
#include "tools/gatefold/options.h"
#include "tools/gatefold/replay.h"

namespace gatefold::tools {
namespace {

constexpr const char* kSemantics =
    "The directory is only read. What is served is a history of its own in memory: revisions count "
    "from 1 and\nevents carry the time of the replay; objects keep their uids, timestamps and "
    "managers, and say in the\nannotation replay.gatefold.dev/revision which revision of the "
    "history they show. Events of the writers\nunder test are withheld; those of others are laid "
    "over what is there, where the controller changed it.\nWhatever comes in over HTTP is the "
    "controller's: it is judged as everywhere, and reported at the end\n(SIGTERM, or "
    "--exit-at-end) against what the history says. Nothing else is done by itself: garbage, "
    "ends\nof namespaces and expiry come as they did in the history, and definitions that the "
    "controller creates\nare not served.\n\nWhat retention or a redaction took from the history, "
    "or "
    "its source never had, is passed over: an object stays\nas it was until a version can be read. "
    "The report and "
    "/gatefold/v1/replay say how much that is. --from is refused where\nthe state is no longer "
    "kept, but for that of Leases and Events.\n\nGET /gatefold/v1/replay and "
    "/gatefold/v1/replay/report; "
    "POST pause, resume, step?count=N, speed?x=X and\nseek?revision=N or seek?time=T below it. "
    "Seeking back puts the state as it was, and forgets what the controller\nwrote.";

}  // namespace

void add_replay(CLI::App& app, Run& run) {
  auto shared = std::make_shared<ReplayCommandOptions>();
  auto& options = *shared;
  auto* command = app.add_subcommand(
      "replay", "Serve a history as if it happened now, in front of a controller");
  command->footer(kSemantics);
  command->add_option("DIR", options.directory, "A data directory that no server holds")
      ->required()
      ->check(CLI::ExistingDirectory);
  command->add_option(
      "--from", options.from,
      "Begin with the state as of this revision or RFC 3339 time; else, as before the first event, "
      "with nothing");
  command->add_option("--to", options.to, "End with it; else with the last event");
  command
      ->add_option("--speed", options.speed,
                   "10x follows the events' times at ten times their speed; max; step waits to be "
                   "told. Without a watch max folds the events to what they come to")
      ->capture_default_str();
  command
      ->add_option("--gap-max", options.gap_max, "Longest wait between two events, after the speed")
      ->capture_default_str();
  command->add_option("--listen", options.listen, "ADDRESS:PORT; port 0 picks a free one")
      ->capture_default_str();
  command->add_option("--under-test", options.under_test,
                      "user=PATTERN, fieldManager=PATTERN or userAgent=PATTERN: the history's "
                      "writer whose events are withheld; * is any text. May be repeated: each is");
  command->add_flag("--wait-for-watch", options.wait_for_watch, "Begin with the first watch");
  command->add_flag("--exit-at-end", options.exit_at_end,
                    "End by itself, with exit code 1 where the report has differences");
  command
      ->add_option("--settle", options.settle,
                   "How long nothing is written at the end before --exit-at-end ends")
      ->capture_default_str();
  command->add_flag("--allow-unauthenticated", options.allow_unauthenticated,
                    "Serve everybody on an address that is not loopback");
  add_output(*command, options.output);
  command->add_option("--log-level", options.log_level, "Least level on stderr")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  command->callback([shared, &run] { run = [shared] { return run_replay(*shared); }; });
}

}  // namespace gatefold::tools
