// `gatefold show`: an object as it was.
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "schema/json.h"
#include "schema/yaml.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/object_history.h"
#include "tools/gatefold/options.h"
#include "tools/gatefold/print.h"

namespace gatefold::tools {
namespace {

struct ShowOptions {
  Source source;
  std::string object;
  std::string at;
  std::string output = "yaml";
};

int run_show(const ShowOptions& options) {
  const auto history = ObjectHistory::open(options.source, options.object);
  if (!history) return report_history(history.error());
  auto version = std::optional(history->versions().size() - 1);
  if (!options.at.empty()) {
    auto found = history->at(options.at);
    if (!found) return report_history(found.error());
    version = *found;
  }
  if (!version) {
    say(stderr, "gatefold: {} was not there yet at {}: its first version is of {}\n",
        options.object, options.at, mark_text(history->versions().front().mark));
    return kFoundSomething;
  }
  const auto& shown = history->versions()[*version];
  auto body = history->body(*version);
  if (!body) return report_history(body.error());
  if (shown.is_deletion) {
    say(stderr, "gatefold: {} was deleted: {}\n", options.object, mark_text(shown.mark));
  }
  if (body->is_gap()) {
    say(stderr, "gatefold: a gap at {}: {}\n", mark_text(shown.mark), body->gap);
    return kFoundSomething;
  }
  sort_members(body->value);
  fmt::print("{}", options.output == "json" ? pretty_json(body->value) : to_yaml(body->value));
  return kFine;
}

}  // namespace

void add_show(CLI::App& app, Run& run) {
  auto options = std::make_shared<ShowOptions>();
  auto* command =
      app.add_subcommand("show", "Print an object as it was; of a deleted one the last version");
  command->add_option("object", options->object, "such as gateway/prod/web")->required();
  command->add_option("--at", options->at, "A revision or an RFC 3339 time; the head by default");
  add_source(*command, options->source);
  command->add_option("-o,--output", options->output, "yaml or json")
      ->check(CLI::IsMember({"yaml", "json"}))
      ->capture_default_str();
  command->callback([options, &run] { run = [options] { return run_show(*options); }; });
}

}  // namespace gatefold::tools
