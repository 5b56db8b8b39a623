#include "tools/gatefold/transitions_command.h"

#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "schema/json.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/options.h"

namespace gatefold::tools {
namespace {

std::string writer_text(const Value& line) {
  const auto manager = string_at(line, {"actor", "fieldManager"});
  const auto agent = string_at(line, {"actor", "userAgent"});
  return fmt::format("{} ({}; {})", string_at(line, {"actor", "user"}), manager, agent);
}

void print_transition(const Value& line, std::string& uid) {
  const auto its_uid = string_at(line, {"object", "uid"});
  if (its_uid != uid) {
    uid = its_uid;
    fmt::print("uid {}\n", uid);
    fmt::print("{:>8}  {:<30}  {:<44}  {:<18}  {:<20}  {}\n", "REVISION", "TRANSITION TIME",
               "CONDITION", "STATUS", "REASON", "WRITER");
  }
  const auto old_status = string_at(line, {"oldStatus"});
  const auto new_status = string_at(line, {"newStatus"});
  fmt::print("{:>8}  {:<30}  {:<44}  {:<18}  {:<20}  {}\n", integer_at(line, {"revision"}, 0),
             string_at(line, {"transitionTime"}),
             fmt::format("{} {}", string_at(line, {"path"}), string_at(line, {"type"})),
             fmt::format("{} -> {}", old_status.empty() ? "-" : old_status,
                         new_status.empty() ? "-" : new_status),
             string_at(line, {"reason"}), writer_text(line));
}

void print_sighting(const Value& line) {
  fmt::print("sighting: {} wrote what became nothing {} times ({}), first {}, last {}\n",
             string_at(line, {"writer"}), integer_at(line, {"count"}, 0),
             string_at(line, {"sighting"}), string_at(line, {"first"}), string_at(line, {"last"}));
}

}  // namespace

int run_transitions(const TransitionsOptions& options) {
  std::string uid;
  bool has_lines = false;
  auto found = read_timeline(options.source, options.object, [&](std::string_view text) {
    has_lines = true;
    if (options.output == "json") {
      fmt::print("{}\n", text);
      return;
    }
    const auto line = parse_json(text);
    if (!line) return;
    if (find(line->value, "sighting") != nullptr) {
      print_sighting(line->value);
    } else {
      print_transition(line->value, uid);
    }
  });
  if (!found) return report(found.error());
  if (has_lines) return kFine;
  fmt::print(stderr, "gatefold: no transitions of {} are known\n", options.object);
  return kFoundSomething;
}

void add_transitions(CLI::App& app, Run& run) {
  auto options = std::make_shared<TransitionsOptions>();
  auto* command = app.add_subcommand("transitions", "Print the timeline of an object's conditions");
  command->add_option("object", options->object, "such as gateway/prod/web")->required();
  add_source(*command, options->source);
  add_output(*command, options->output);
  command->callback([options, &run] { run = [options] { return run_transitions(*options); }; });
}

}  // namespace gatefold::tools
