#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "engine/short_lived.h"
#include "engine/world.h"
#include "storage/fork.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/options.h"
#include "tools/gatefold/print.h"
#include "tools/gatefold/progress.h"

namespace gatefold::tools {
namespace {

struct ForkOptions {
  std::string directory;
  std::string at;
  std::string target;
  std::string output = "text";
};

int run_fork(const ForkOptions& options) {
  const auto moment = parse_moment(options.at);
  if (!moment) return report(moment.error());
  const auto* asked = std::get_if<Time>(&*moment);
  if (asked != nullptr && *asked > engine::real_world().now()) {
    return report(bad_request(options.at + " is in the future").error());
  }
  const auto forked = [&] {
    Progress progress("events");
    return storage::fork(
        options.directory, *moment, options.target,
        [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); },
        engine::is_short_lived);
  }();
  if (!forked) return report(forked.error());
  const auto revision = forked->head.revision.number;
  const auto time = format_nanos(forked->head.time);
  if (options.output != "text") {
    print_value(JsonObject{{"directory", options.target},
                           {"revision", revision},
                           {"time", time},
                           {"asOf", forked->as_of.number},
                           {"undone", forked->undone},
                           {"lacking", JsonArray(forked->lacking.begin(), forked->lacking.end())}},
                options.output);
  } else {
    say("{}: revision {}, {}, {} later events left out\n", options.target, revision, time,
        forked->undone);
    if (forked->as_of > forked->head.revision) {
      say("the events behind it up to revision {} are no longer kept\n", forked->as_of.number);
    }
    for (const auto& resource : forked->lacking) {
      say("{}: only those are there that have not changed since\n", resource);
    }
  }
  return kFine;
}

}  // namespace

void add_fork(CLI::App& app, Run& run) {
  auto options = std::make_shared<ForkOptions>();
  auto* command = app.add_subcommand(
      "fork",
      "Make a new data directory, to be written, that is what another one was at a moment. Its "
      "continue tokens and service accounts' tokens are its own; sightings are left out");
  command->add_option("--data", options->directory, "The data directory; no server may hold it")
      ->required();
  command->add_option("--at", options->at, "A revision, or a time such as 2026-01-02T03:04:05Z")
      ->required();
  command
      ->add_option("directory", options->target,
                   "The new one: absent or empty. Made as DIRECTORY.unfinished and renamed")
      ->required();
  add_result_output(*command, options->output);
  command->callback([options, &run] { run = [options] { return run_fork(*options); }; });
}

}  // namespace gatefold::tools
