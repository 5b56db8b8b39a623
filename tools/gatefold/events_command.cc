#include "tools/gatefold/events_command.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "engine/gap.h"
#include "schema/json.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/dropped_events.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/options.h"
#include "tools/gatefold/paint.h"
#include "tools/gatefold/print.h"
#include "tools/gatefold/progress.h"
#include "tools/gatefold/redaction_marks.h"

namespace gatefold::tools {
namespace {

std::string object_text(const Value& event) {
  const auto name_space = string_at(event, {"object", "namespace"});
  return fmt::format("{}{}{}/{}", string_at(event, {"kind"}), name_space.empty() ? "" : "/",
                     name_space, string_at(event, {"object", "name"}));
}

// What a person wants to know of an event beside who and when.
std::string remarks_text(const Value& event, const RedactionMarks& redactions) {
  std::string text = redactions.of(event);
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
  if (const auto gap = string_at(event, {"auditAnnotations", engine::kGapAnnotation});
      !gap.empty()) {
    add(fmt::format("gap: {}", gap));
  }
  return text;
}

Colour type_colour(std::string_view type) {
  if (type == "ADDED") return Colour::kGood;
  return type == "DELETED" ? Colour::kBad : Colour::kNone;
}

void print_header() {
  say("{:>8}  {:<30}  {:<8}  {:<40}  {:<17}  {:<28}  {}\n", "REVISION", "TIME", "TYPE", "OBJECT",
      "VERB", "WRITER", "REMARKS");
}

void print_row(const Value& event, const RedactionMarks& redactions, const Paint& paint) {
  const auto manager = string_at(event, {"actor", "fieldManager"});
  const auto subresource = string_at(event, {"actor", "subresource"});
  const auto type = string_at(event, {"type"});
  say("{:>8}  {}  {}  {:<40}  {:<17}  {:<28}  {}\n", integer_at(event, {"revision"}, 0),
      string_at(event, {"time"}), paint(type_colour(type), fmt::format("{:<8}", type)),
      object_text(event),
      fmt::format("{}{}{}", string_at(event, {"actor", "verb"}), subresource.empty() ? "" : "/",
                  subresource),
      manager.empty() ? string_at(event, {"actor", "user"}) : manager,
      remarks_text(event, redactions));
}

// Lines as they come.
class Printer {
 public:
  Printer(const EventsOptions& options, const OpenSource& source)
      : options_(options), source_(source), paint_(options.color) {
    // Of what is followed nobody knows the end; a terminal shows the lines themselves.
    if (!options.follow && isatty(STDOUT_FILENO) == 0) progress_.emplace("events");
  }

  // Reads what remarks need. Fails where the source can't be read.
  Result<void> begin() {
    return options_.output == "table" ? redactions_.read(source_) : Result<void>();
  }

  // Once, before the first line or where there is none; not before the source was read.
  void print_head() {
    if (options_.output == "table" && !std::exchange(has_head_, true)) print_header();
  }

  void print(std::string_view line) {
    print_head();
    ++printed_;
    if (progress_) progress_->show(printed_, 0);
    if (options_.output == "json") {
      fmt::print("{}\n", line);
      return;
    }
    const auto parsed = parse_line(line);
    if (!parsed) {
      failed_ = std::unexpected(parsed.error());
      return;
    }
    if (options_.output != "table") {
      print_value(*parsed, options_.output);
      return;
    }
    // One that came while others were printed is not known yet; where it can't be read, the row
    // has no remark.
    if (redactions_.is_news(*parsed)) std::ignore = redactions_.read(source_);
    print_row(*parsed, redactions_, paint_);
  }

  // Of lines that could not be read.
  const Result<void>& failed() const { return failed_; }

  std::uint64_t printed() const { return printed_; }

 private:
  const EventsOptions& options_;
  const OpenSource& source_;
  const Paint paint_;
  RedactionMarks redactions_;
  std::optional<Progress> progress_;
  bool has_head_ = false;
  std::uint64_t printed_ = 0;
  Result<void> failed_;
};

}  // namespace

int run_events(const EventsOptions& options) {
  const auto range = parse_range(options.range, range_now());
  if (!range) return report(range.error());
  if (options.follow && range->until && std::holds_alternative<Time>(*range->until)) {
    return report(bad_request("--follow goes on until a revision, not until a time").error());
  }
  const auto source = OpenSource::open(options.source);
  if (!source) return report(source.error());
  auto query = options.query;
  if (auto applied = range->apply(*source, query); !applied) return report(applied.error());
  Printer printer(options, *source);
  if (auto begun = printer.begin(); !begun) return report(begun.error());
  if (auto told = tell_dropped(*source, options.kind, query.after); !told) {
    return report(told.error());
  }
  for (bool wait = false;;) {
    const auto at = source->read_page(query, options.kind, {}, wait,
                                      [&](std::string_view line) { printer.print(line); });
    if (!at) return report(at.error());
    if (!printer.failed()) return report(printer.failed().error());
    printer.print_head();
    if (std::fflush(stdout) != 0) return kInputOutput;
    // What comes later belongs to those who follow.
    if (!options.follow && (query.until.number == 0 || query.until > at->head)) {
      query.until = at->head;
    }
    const auto printed = printer.printed();
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
  add_range(*command, options.range);
  command->add_option("--kind", options.kind, "Only of this kind, such as gateway or svc");
  command->add_option("-n,--namespace", query.name_space, "Only in this namespace");
  command->add_option("--name", query.name, "Only of objects with this name");
  command->add_option("--user", query.user, "Only by this user");
  command->add_option("--field-manager", query.field_manager, "Only by this field manager");
  command->add_option("--type", query.type, "Only ADDED, MODIFIED or DELETED")
      ->check(CLI::IsMember({"ADDED", "MODIFIED", "DELETED"}));
  command->add_flag("--bodies", query.bodies,
                    "With the objects as they were stored; needs -o json or yaml");
  command->add_option("--limit", query.limit, "At most so many events; 0: all")
      ->check(CLI::NonNegativeNumber);
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
