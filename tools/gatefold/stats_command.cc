// `gatefold stats`: what a log is full of.
#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "engine/tell/stats.h"
#include "schema/json.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/dropped_events.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/options.h"
#include "tools/gatefold/print.h"
#include "tools/gatefold/range.h"

namespace gatefold::tools {
namespace {

using engine::Stats;

struct StatsOptions {
  Source source;
  engine::LogQuery query;
  RangeOptions range;
  std::string kind;
  std::size_t top = 10;
  std::string output = "table";
};

std::uint64_t size_at(const Value& line, std::string_view key) {
  const auto* list = find(line, key);
  return list == nullptr ? 0 : list->as_array().size();
}

void count(const Value& line, Stats& stats) {
  const std::string kind(string_at(line, {"object", "resource"}));
  const auto name_space = string_at(line, {"object", "namespace"});
  const auto object = fmt::format("{}{}{}/{}", kind, name_space.empty() ? "" : "/", name_space,
                                  string_at(line, {"object", "name"}));
  const auto manager = string_at(line, {"actor", "fieldManager"});
  const auto user = string_at(line, {"actor", "user"});
  const auto writer = manager.empty() ? std::string(user) : fmt::format("{} ({})", manager, user);
  stats.add({.time = parse_rfc3339(string_at(line, {"time"})).value_or(Time{}),
             .type = string_at(line, {"type"}),
             .kind = kind,
             .object = object,
             .writer = writer,
             .transitions = size_at(line, "transitions"),
             .repairs = size_at(line, "repairs")});
}

Result<void> read_all(const OpenSource& source, const engine::LogQuery& query,
                      const std::string& kind, Stats& stats) {
  const auto read =
      read_values([&](const LineSink& lines) { return source.read_all(query, kind, {}, lines); },
                  [&](const Value& line) { count(line, stats); });
  if (!read) return std::unexpected(read.error());
  return {};
}

void print_counts(std::string_view title, const std::vector<Stats::Named>& counts) {
  say("\n{:>10}  {:>7}  {:>7}  {:>11}  {:>7}  {}\n", "EVENTS", "ADDED", "DELETED", "TRANSITIONS",
      "REPAIRS", title);
  for (const auto& [name, each] : counts) {
    say("{:>10}  {:>7}  {:>7}  {:>11}  {:>7}  {}\n", each.events, each.added, each.deleted,
        each.transitions, each.repairs, name);
  }
}

// How far back each resource can be read of which something was dropped.
Result<std::vector<Value>> read_kept(const OpenSource& source) {
  std::vector<Value> kept;
  const auto read = read_values([&](const LineSink& lines) { return source.read_kept(lines); },
                                [&](const Value& line) { kept.push_back(line); });
  if (!read) return std::unexpected(read.error());
  return kept;
}

void print_kept(const std::vector<Value>& kept) {
  if (kept.empty()) return;
  say("\n{:>10}  {:>10}  {:>12}  {:>10}  {:>13}  {}\n", "READABLE", "EVENTS", "BYTES", "DROPPED",
      "DROPPED BYTES", "NOT ALL KEPT");
  for (const auto& line : kept) {
    const auto number = [&](std::string_view key) { return integer_at(line, {key}, 0); };
    say("{:>10}  {:>10}  {:>12}  {:>10}  {:>13}  {}\n",
        fmt::format("from {}", number("oldestRevision")), number("events"), number("bytes"),
        number("droppedEvents"), number("droppedBytes"), string_at(line, {"resource"}));
  }
}

double events_a_second(const engine::EventCount& all) {
  const auto seconds = static_cast<double>(all.last.ns - all.first.ns) / kNsPerSecond;
  return seconds > 0 ? static_cast<double>(all.events) / seconds : 0;
}

// The stretch with the most events.
struct Peak {
  Time from;
  std::int64_t stretch_ns = 0;
  std::uint64_t events = 0;
};

Peak peak_of(const Stats::Rate& rate) {
  const auto busiest = std::ranges::max_element(rate.events);
  if (busiest == rate.events.end()) return {};
  const auto place = busiest - rate.events.begin();
  return {{rate.from.ns + place * rate.stretch_ns}, rate.stretch_ns, *busiest};
}

void print_table(const Stats& stats, std::size_t top) {
  const auto& all = stats.all();
  say("{} events from {} to {}", all.events, format_nanos(all.first), format_nanos(all.last));
  if (const auto rate = events_a_second(all); rate > 0) say(", {:.3g} a second", rate);
  if (const auto peak = peak_of(stats.rate()); peak.events > 0) {
    say("; most in {} from {}: {}", human_duration(peak.stretch_ns), format_nanos(peak.from),
        peak.events);
  }
  say("\n");
  print_counts("KIND", stats.kinds(top));
  print_counts("WRITER", stats.writers(top));
  print_counts("OBJECT", stats.objects(top));
}

JsonObject counts_object(std::string_view of, std::string_view name,
                         const engine::EventCount& count) {
  return {{of, name},
          {"events", count.events},
          {"added", count.added},
          {"deleted", count.deleted},
          {"transitions", count.transitions},
          {"repairs", count.repairs},
          {"first", format_nanos(count.first)},
          {"last", format_nanos(count.last)}};
}

void print_total(const Stats& stats, const std::string& output) {
  auto total = counts_object("total", "all", stats.all());
  total["perSecond"] = events_a_second(stats.all());
  if (const auto peak = peak_of(stats.rate()); peak.events > 0) {
    total["peak"] = JsonObject{{"from", format_nanos(peak.from)},
                               {"seconds", peak.stretch_ns / kNsPerSecond},
                               {"events", peak.events}};
  }
  print_value(total, output);
}

void print_values(std::string_view of, const std::vector<Stats::Named>& counts,
                  const std::string& output) {
  for (const auto& [name, each] : counts) print_value(counts_object(of, name, each), output);
}

int run_stats(const StatsOptions& options) {
  const auto range = parse_range(options.range, range_now());
  if (!range) return report(range.error());
  const auto source = OpenSource::open(options.source);
  if (!source) return report(source.error());
  auto query = options.query;
  if (auto applied = range->apply(*source, query); !applied) return report(applied.error());
  Stats stats;
  if (auto read = read_all(*source, query, options.kind, stats); !read) return report(read.error());
  // Of the whole log the table has it.
  const bool is_stretch = query.after.number + query.until.number > 0;
  if (is_stretch) {
    auto told = tell_dropped(*source, options.kind, query.after);
    if (!told) return report(told.error());
  }
  const auto kept = read_kept(*source);
  if (!kept) return report(kept.error());
  if (stats.all().events == 0) {
    say(stderr, "gatefold: no events\n");
    return kFoundSomething;
  }
  if (options.output == "table") {
    print_table(stats, options.top);
    print_kept(*kept);
    return kFine;
  }
  print_total(stats, options.output);
  print_values("kind", stats.kinds(options.top), options.output);
  print_values("writer", stats.writers(options.top), options.output);
  print_values("object", stats.objects(options.top), options.output);
  for (const auto& line : *kept) print_value(line, options.output);
  return kFine;
}

}  // namespace

void add_stats(CLI::App& app, Run& run) {
  auto options = std::make_shared<StatsOptions>();
  auto* command = app.add_subcommand(
      "stats",
      "Count the events of the log by kind, writer and object, the hottest first, and say how far "
      "back each kind can be read of which not everything is kept");
  add_source(*command, options->source);
  auto& query = options->query;
  add_range(*command, options->range);
  command->add_option("--kind", options->kind, "Only of this kind, such as gateway or svc");
  command->add_option("-n,--namespace", query.name_space, "Only in this namespace");
  command->add_option("--top", options->top, "So many of each")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  add_output(*command, options->output);
  command->callback([options, &run] { run = [options] { return run_stats(*options); }; });
}

}  // namespace gatefold::tools
