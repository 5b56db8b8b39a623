#include "tools/gatefold/events_command.h"

#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "schema/json.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/options.h"
#include "tools/gatefold/paint.h"

namespace gatefold::tools {
namespace {

std::string object_text(const Value& event) {
  const auto name_space = string_at(event, {"object", "namespace"});
  return fmt::format("{}{}{}/{}", string_at(event, {"kind"}), name_space.empty() ? "" : "/",
                     name_space, string_at(event, {"object", "name"}));
}

// What a person wants to know of an event beside who and when.
std::string remarks_text(const Value& event) {
  std::string text;
  const auto add = [&](const std::string& remark) { text += (text.empty() ? "" : ", ") + remark; };
  if (const auto* transitions = find(event, "transitions")) {
    for (const auto& transition : transitions->as_array()) {
      const auto old_status = string_at(transition, {"oldStatus"});
      const auto new_status = string_at(transition, {"newStatus"});
      add(fmt::format("{} {} -> {}", string_at(transition, {"type"}),
                      old_status.empty() ? "-" : old_status,
                      new_status.empty() ? "-" : new_status));
    }
  }
  if (const auto* repairs = find(event, "repairs")) {
    for (const auto& repair : repairs->as_array())
      add(fmt::format("repaired {} ({})", string_at(repair, {"type"}),
                      string_at(repair, {"rule"})));
  }
  if (find(event, "deleting") != nullptr) add("deleting");
  return text;
}

Colour type_colour(std::string_view type) {
  if (type == "ADDED") return Colour::kGood;
  return type == "DELETED" ? Colour::kBad : Colour::kNone;
}

void print_row(std::string_view line, const Paint& paint) {
  const auto parsed = parse_json(line);
  if (!parsed) return;
  const auto& event = parsed->value;
  const auto manager = string_at(event, {"actor", "fieldManager"});
  const auto subresource = string_at(event, {"actor", "subresource"});
  const auto type = string_at(event, {"type"});
  fmt::print("{:>8}  {}  {}  {:<40}  {:<10}  {:<28}  {}\n", integer_at(event, {"revision"}, 0),
             string_at(event, {"time"}).substr(0, 23),
             paint(type_colour(type), fmt::format("{:<8}", type)), object_text(event),
             fmt::format("{}{}{}", string_at(event, {"actor", "verb"}),
                         subresource.empty() ? "" : "/", subresource),
             manager.empty() ? string_at(event, {"actor", "user"}) : manager, remarks_text(event));
}

void print_line(std::string_view line, const EventsOptions& options, const Paint& paint) {
  if (options.output == "json") {
    fmt::print("{}\n", line);
  } else if (options.output == "table") {
    print_row(line, paint);
  } else if (const auto parsed = parse_json(line); parsed) {
    print_value(parsed->value, options.output);
  }
}

}  // namespace

int run_events(const EventsOptions& options) {
  if (options.output == "table") {
    fmt::print("{:>8}  {:<23}  {:<8}  {:<40}  {:<10}  {:<28}  {}\n", "REVISION", "TIME", "TYPE",
               "OBJECT", "VERB", "WRITER", "REMARKS");
  }
  const auto source = OpenSource::open(options.source);
  if (!source) return report(source.error());
  auto query = options.query;
  const Paint paint(options.color);
  std::uint64_t printed = 0;
  for (bool wait = false;;) {
    const auto at = source->read_page(query, options.kind, {}, wait, [&](std::string_view line) {
      ++printed;
      print_line(line, options, paint);
    });
    if (!at) return report(at.error());
    if (std::fflush(stdout) != 0) return kInputOutput;
    // What comes later belongs to those who follow.
    if (!options.follow && (query.until.number == 0 || query.until > at->head)) {
      query.until = at->head;
    }
    const bool has_all = options.query.limit > 0 && printed >= options.query.limit;
    const bool is_end = at->seen >= query.until && (query.until.number > 0 || !options.follow);
    if (has_all || is_end) return kFine;
    query.after = at->seen;
    if (options.query.limit > 0) query.limit = options.query.limit - printed;
    wait = at->seen >= at->head;
  }
}

void add_log(CLI::App& app, Run& run) {
  auto shared = std::make_shared<EventsOptions>();
  auto& options = *shared;
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
  command->add_flag("--bodies", query.bodies,
                    "With the objects as they were stored; needs -o json or yaml");
  command->add_option("--limit", query.limit, "At most so many events; 0: all");
  command->add_flag("-f,--follow", options.follow, "Go on with what comes; needs --server");
  add_output(*command, options.output);
  add_color(*command, options.color);
  command->callback([shared, &run] {
    if (shared->follow && shared->source.server.empty()) {
      throw CLI::ValidationError("--follow", "needs --server");
    }
    if (shared->query.bodies && shared->output == "table") {
      throw CLI::ValidationError("--bodies", "needs -o json or yaml");
    }
    run = [shared] { return run_events(*shared); };
  });
}

}  // namespace gatefold::tools
