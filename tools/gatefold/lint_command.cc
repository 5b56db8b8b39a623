// `gatefold lint`: the guard's rules over the history of a server or a directory.
#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "engine/guard/memory.h"
#include "engine/lint/history_lint.h"
#include "engine/tell/log_line.h"
#include "schema/json.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/options.h"
#include "tools/gatefold/paint.h"
#include "tools/gatefold/print.h"
#include "tools/gatefold/range.h"

namespace gatefold::tools {
namespace {

struct LintOptions {
  Source source;
  engine::LogQuery query;
  std::string kind;
  std::vector<std::string> rules;
  RangeOptions range;
  std::string output = "table";
  std::string color = "auto";
};

// Of a line that is none: enough to see what it is.
constexpr std::size_t kShownBytes = 80;
constexpr std::string_view kFindingRow = "{}  {:<32}  {:<17}  {:>6}  {}\n";

// `revisions` has those of the range.
engine::LintRange range_of(const LintOptions& options, const Range& asked,
                           const engine::LogQuery& revisions) {
  engine::LintRange range;
  range.after = revisions.after;
  range.until = revisions.until;
  range.since = asked.since.value_or(Time{});
  if (asked.until && std::holds_alternative<Time>(*asked.until)) {
    range.until_time = std::get<Time>(*asked.until);
  }
  for (const auto& id : options.rules) range.rules.insert(*engine::find_guard_rule(id));
  return range;
}

// When the last event was that is kept of those up to a revision; 0 where there is none. Looks
// further and further back: before a record that was dropped, many may have been.
Result<Time> time_of(const OpenSource& source, Revision revision) {
  Time time;
  engine::LogQuery query;
  query.until = revision;
  query.after = revision;
  while (time.ns == 0 && query.after.number > 0) {
    const auto looked_at = revision.number - query.after.number;
    query.after.number -= std::min(looked_at + 1, query.after.number);
    auto read =
        read_values([&](const LineSink& lines) { return source.read_all(query, {}, {}, lines); },
                    [&](const Value& line) {
                      time = parse_rfc3339(string_at(line, {"time"})).value_or(Time{});
                    });
    if (!read) return std::unexpected(std::move(read.error()));
  }
  return time;
}

// Hands what `parse` makes of each line that `read` finds to `take`. Fails where one is none.
template <class Read, class Parse, class Take>
auto read_parsed(const Read& read, const Parse& parse, const Take& take)
    -> decltype(read(LineSink())) {
  std::string broken;
  auto done = read(LineSink([&](std::string_view text) {
    const auto line = parse_json(text);
    const auto parsed = line ? parse(line->value) : std::nullopt;
    if (parsed) {
      take(*parsed);
    } else if (broken.empty()) {
      broken = text.substr(0, kShownBytes);
    }
  }));
  if (done && !broken.empty()) return internal_error("this is no line of a history: " + broken);
  return done;
}

// All versions from the first on: what lies in the range is judged by what came before it.
Result<Revision> read_versions(const OpenSource& source, const LintOptions& options, Revision until,
                               engine::HistoryLint& lint) {
  auto query = options.query;
  query.bodies = true;
  query.until = until;
  return read_parsed(
      [&](const LineSink& lines) { return source.read_all(query, options.kind, {}, lines); },
      engine::read_linted_version,
      [&](const engine::LintedVersion& version) { lint.add(version); });
}

std::string revisions_text(const engine::LintFinding& finding) {
  if (finding.first.number == 0) return "-";
  if (finding.first == finding.last) return std::to_string(finding.first.number);
  return fmt::format("{}-{}", finding.first.number, finding.last.number);
}

std::string rule_cell(std::string_view text) {
  return fmt::format("{:<20}", text);
}

void print_table(const engine::LintReport& report, const Paint& paint) {
  if (!report.findings.empty())
    say(kFindingRow, rule_cell("RULE"), "OBJECT", "REVISIONS", "COUNT", "WHAT");
  for (const auto& finding : report.findings) {
    say(kFindingRow, paint(Colour::kUnsure, rule_cell(engine::text_of(finding.rule).id)),
        engine::object_text(finding), revisions_text(finding), finding.count, finding.text);
  }
  if (!report.writers.empty()) say("\nBY WRITER\n");
  for (const auto& writer : report.writers) {
    std::string counts;
    for (const auto& [rule, count] : writer.counts) {
      counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", engine::text_of(rule).id, count);
    }
    say("{}: {} ({} object{})\n", writer.writer, counts, writer.objects,
        writer.objects == 1 ? "" : "s");
  }
  for (const auto& gap : report.gaps) {
    const auto count = gap.versions == 0 ? "" : fmt::format("{} ", gap.versions);
    say("not judged: {}version{} of {}, revisions {} to {}: {}\n", count,
        gap.versions == 1 ? "" : "s", engine::gap_text(gap), gap.first.number, gap.last.number,
        gap.why);
  }
  const bool is_fine = report.findings.empty();
  const auto verdict =
      fmt::format("{} finding{}", report.findings.size(), report.findings.size() == 1 ? "" : "s");
  if (!is_fine) say("\n");
  say("{} in {} versions of {} objects\n", paint(is_fine ? Colour::kGood : Colour::kBad, verdict),
      report.versions, report.objects);
}

int run_lint(const LintOptions& options) {
  const auto range = parse_range(options.range, range_now());
  if (!range) return report(range.error());
  const auto source = OpenSource::open(options.source);
  if (!source) return report(source.error());
  engine::LogQuery revisions;
  if (auto applied = range->apply(*source, revisions); !applied) return report(applied.error());
  auto judged = range_of(options, *range, revisions);
  for (const auto& [revision, time] :
       {std::pair{judged.after, &judged.after_time}, {judged.until, &judged.until_revision_time}}) {
    const auto found = time_of(*source, revision);
    if (!found) return report(found.error());
    *time = *found;
  }
  engine::HistoryLint lint(std::move(judged));
  auto head = read_versions(*source, options, revisions.until, lint);
  if (!head) return report(head.error());
  Result<Time> end;
  // Behind the head nothing has happened.
  if (revisions.after <= *head) {
    end = read_parsed([&](const LineSink& lines) { return source->read_sightings(lines); },
                      engine::read_sighting,
                      [&](const storage::Sighting& sighting) { lint.add_sighting(sighting); });
    if (!end) return report(end.error());
  }
  const auto found = lint.finish(*end);
  if (options.output == "table") {
    print_table(found, Paint(options.color));
  } else {
    print_value(engine::report_json(found), options.output);
  }
  return found.findings.empty() ? kFine : kFoundSomething;
}

std::vector<std::string> rule_ids() {
  std::vector<std::string> ids;
  for (const auto& rule : engine::kGuardRuleTexts) ids.emplace_back(rule.id);
  return ids;
}

std::string rules_help() {
  std::string text = "Judges a history by the guard's rules; 1 where it finds something. Rules:";
  for (const auto& rule : engine::kGuardRuleTexts)
    text += fmt::format("\n  {}: {}", rule.id, rule.what);
  text += fmt::format(
      "\nIt takes {} writes of what stands there already by one writer to be told as no-op, {} "
      "turns "
      "within {} to be a fight, and {} transitions within {} to be a flap.",
      engine::kLoopWrites, engine::kFightTurns, human_duration(engine::kFightWindowNs),
      engine::kFlapTransitions, human_duration(engine::kFlapWindowNs));
  return text;
}

}  // namespace

void add_lint(CLI::App& app, Run& run) {
  auto shared = std::make_shared<LintOptions>();
  auto& options = *shared;
  auto* command = app.add_subcommand(
      "lint", "Find writers of conditions that restamp, fight, flap, lag or say nothing");
  command->footer(rules_help());
  add_source(*command, options.source);
  command->add_option("--kind", options.kind, "Only of this kind, such as gateway");
  command->add_option("-n,--namespace", options.query.name_space, "Only in this namespace");
  command->add_option("--name", options.query.name, "Only of objects with this name");
  command->add_option("--rule", options.rules, "Only by this rule; may be repeated")
      ->check(CLI::IsMember(rule_ids()))
      ->take_all();
  add_range(*command, options.range);
  add_output(*command, options.output);
  add_color(*command, options.color);
  command->callback([shared, &run] { run = [shared] { return run_lint(*shared); }; });
}

}  // namespace gatefold::tools
