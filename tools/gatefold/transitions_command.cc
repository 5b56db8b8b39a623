#include "tools/gatefold/transitions_command.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <span>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "engine/standing.h"
#include "engine/tell/log_line.h"
#include "schema/json.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/dropped_events.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/object_history.h"
#include "tools/gatefold/options.h"
#include "tools/gatefold/print.h"
#include "tools/gatefold/timeline_table.h"

namespace gatefold::tools {
namespace {

std::string writer_text(const Value& line) {
  const auto manager = string_at(line, {"actor", "fieldManager"});
  const auto agent = string_at(line, {"actor", "userAgent"});
  return fmt::format("{} ({}; {})", string_at(line, {"actor", "user"}), manager, agent);
}

void print_transition(const Value& line, std::string& uid, const Paint& paint) {
  const auto its_uid = string_at(line, {"object", "uid"});
  if (its_uid != uid) {
    uid = its_uid;
    say("uid {}\n", uid);
    say("{:>8}  {:<30}  {:<44}  {:<18}  {:<20}  {}\n", "REVISION", "TRANSITION TIME", "CONDITION",
        "STATUS", "REASON", "WRITER");
  }
  const auto old_status = string_at(line, {"oldStatus"});
  const auto new_status = string_at(line, {"newStatus"});
  const auto type = string_at(line, {"type"});
  const auto moved = fmt::format("{} -> {}", old_status.empty() ? "-" : old_status,
                                 new_status.empty() ? "-" : new_status);
  say("{:>8}  {:<30}  {:<44}  {}  {:<20}  {}\n", integer_at(line, {"revision"}, 0),
      string_at(line, {"transitionTime"}), fmt::format("{} {}", string_at(line, {"path"}), type),
      paint(status_colour(type, new_status), fmt::format("{:<18}", moved)),
      string_at(line, {"reason"}), writer_text(line));
}

void print_sighting(const Value& line) {
  say("sighting: {} wrote what became nothing {} times ({}), first {}, last {}\n",
      string_at(line, {"writer"}), integer_at(line, {"count"}, 0), string_at(line, {"sighting"}),
      string_at(line, {"first"}), string_at(line, {"last"}));
}

engine::ConditionMove move_of(const Value& line) {
  engine::ConditionMove move;
  move.uid = parse_uid(string_at(line, {"object", "uid"})).value_or(Uid{});
  move.revision = engine::revision_at(line, "revision");
  move.time = engine::time_at(line, "time");
  move.actor = engine::actor_in(line);
  move.transition = engine::read_transition(line);
  return move;
}

// Transitions may have been dropped.
Result<void> add_standing(const ObjectHistory& history, std::vector<engine::ConditionMove>& moves) {
  const auto& versions = history.versions();
  const auto body = history.body(versions.size() - 1);
  if (!body) return std::unexpected(body.error());
  const auto uid = parse_uid(versions.back().uid);
  if (uid && !body->is_gap()) {
    engine::add_standing(body->value, engine::collect_conditions(body->value), *uid, moves);
  }
  return {};
}

void tell_unknown(const ObjectHistory& history) {
  const auto count = std::ranges::count_if(history.versions(), &ObjectVersion::is_stand_in);
  if (count == 0) return;
  say(stderr,
      "gatefold: {} of {} versions of {} only stand in for what is not known: how its conditions "
      "moved in them nobody can tell\n",
      count, history.versions().size(), history.object());
}

// Of what was read.
std::vector<engine::ConditionTimeline> timelines_of(const ObjectHistory& history,
                                                    std::span<const engine::ConditionMove> moves,
                                                    Time until) {
  std::vector<engine::ObjectEnd> ends;
  std::vector<engine::ObjectGap> gaps;
  for (const auto& version : history.versions()) {
    const auto uid = parse_uid(version.uid).value_or(Uid{});
    if (version.is_deletion) {
      ends.push_back({uid, version.mark.revision, version.mark.time});
    } else if (version.is_stand_in) {
      gaps.push_back({uid, version.mark.revision});
    }
  }
  return engine::timelines(moves, ends, until, gaps);
}

}  // namespace

int run_transitions(const TransitionsOptions& options) {
  const auto none = [&] {
    say(stderr, "gatefold: no transitions of {} are known\n", options.object);
    return kFoundSomething;
  };
  const auto history = ObjectHistory::open(options.source, options.object);
  if (!history && history.error().reason == Reason::kNotFound) return none();
  if (!history) return report(history.error());
  std::string uid;
  bool has_lines = false;
  std::vector<engine::ConditionMove> moves;
  const Paint paint(options.color);
  const auto print = [&](const Value& line) {
    has_lines = true;
    const bool is_sighting = find(line, "sighting") != nullptr;
    if (!is_sighting) moves.push_back(move_of(line));
    if (options.output != "table") {
      print_value(line, options.output);
    } else if (is_sighting) {
      print_sighting(line);
    } else {
      print_transition(line, uid, paint);
    }
  };
  const auto until =
      read_values([&](const LineSink& lines) { return history->timeline(lines); }, print);
  if (!until) return report(until.error());
  const auto kind = options.object.substr(0, options.object.find('/'));
  if (auto told = tell_dropped(history->source(), kind, {}); !told) return report(told.error());
  tell_unknown(*history);
  if (auto added = add_standing(*history, moves); !added) return report(added.error());
  const auto timelines = timelines_of(*history, moves, *until);
  if (options.output == "table") {
    print_timelines(timelines, paint);
  } else {
    for (const auto& timeline : timelines) print_value(timeline_value(timeline), options.output);
  }
  return has_lines || !timelines.empty() ? kFine : none();
}

void add_transitions(CLI::App& app, Run& run) {
  auto options = std::make_shared<TransitionsOptions>();
  auto* command = app.add_subcommand(
      "transitions",
      "Print the timeline of an object's conditions. What holds still is told up to "
      "now by a server; up to the last event of the log, whichever object's, by "
      "a directory, whose clock has stopped");
  command->add_option("object", options->object, "such as gateway/prod/web")->required();
  add_source(*command, options->source);
  add_output(*command, options->output);
  add_color(*command, options->color);
  command->callback([options, &run] { run = [options] { return run_transitions(*options); }; });
}

}  // namespace gatefold::tools
