// `gatefold bisect`: the first version of an object in which an expression turns true.
#include <algorithm>
#include <array>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "engine/tell/bisect.h"
#include "schema/cel/cel.h"
#include "schema/moment.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/object_history.h"
#include "tools/gatefold/options.h"
#include "tools/gatefold/paint.h"
#include "tools/gatefold/print.h"
#include "tools/gatefold/progress.h"

namespace gatefold::tools {
namespace {

struct BisectOptions {
  Source source;
  std::string object;
  std::string expression;
  std::string from;
  std::string to;
  bool scans = false;
  std::string output = "table";
  std::string color = "auto";
};

engine::Verdict verdict_of(const cel::Program& program, const VersionBody& body) {
  if (body.is_gap()) return {.is_gap = true};
  const std::array<const Value*, 1> values{&body.value};
  const auto answer = program.evaluate(values, cel::kObjectCostMax);
  if (!answer.value) return {.error = answer.value.error()};
  return {.is_true = answer.value->is_bool() && answer.value->as_bool()};
}

// As far as the two can be compared without knowing which revision is of which time.
bool is_backward(const BisectOptions& options) {
  if (options.from.empty() || options.to.empty()) return false;
  const auto from = parse_moment(options.from);
  const auto to = parse_moment(options.to);
  return from && to && from->index() == to->index() && *to < *from;
}

// The versions between the two ends, without deletions: their bodies are the last ones again.
Result<std::vector<std::size_t>> chosen_versions(const ObjectHistory& history,
                                                 const BisectOptions& options) {
  if (is_backward(options)) {
    return bad_request(fmt::format("--from {} lies behind --to {}", options.from, options.to));
  }
  std::size_t first = 0;
  auto end = history.versions().size();
  if (!options.from.empty()) {
    auto from = history.at(options.from);
    if (!from) return std::unexpected(std::move(from.error()));
    first = from->value_or(0);
  }
  if (!options.to.empty()) {
    auto to = history.at(options.to);
    if (!to) return std::unexpected(std::move(to.error()));
    end = *to ? **to + 1 : 0;
  }
  if (first > 0 && first >= end) {
    return bad_request(fmt::format("--from {} lies behind --to {}", options.from, options.to));
  }
  std::vector<std::size_t> chosen;
  for (auto version = first; version < end; ++version) {
    if (!history.versions()[version].is_deletion) chosen.push_back(version);
  }
  return chosen;
}

Value value_of(const engine::Bisection& found, const engine::VersionMark* first_true,
               const engine::VersionMark* last_false, std::size_t versions) {
  JsonObject line{{"method", found.method == engine::Bisection::Method::kScan ? "scan" : "binary"},
                  {"versions", versions},
                  {"lookedAt", found.looked_at},
                  {"certain", found.is_certain},
                  {"samples", found.samples},
                  {"gaps", found.gaps},
                  {"gapsBefore", found.gaps_before},
                  {"errors", found.errors}};
  if (first_true != nullptr) line["firstTrue"] = mark_object(*first_true);
  if (last_false != nullptr) line["lastFalse"] = mark_object(*last_false);
  if (!found.first_error.empty()) line["firstError"] = found.first_error;
  return line;
}

void print_text(const engine::Bisection& found, const engine::VersionMark* first_true,
                const engine::VersionMark* last_false, std::size_t versions, const Paint& paint) {
  const bool is_scan = found.method == engine::Bisection::Method::kScan;
  if (first_true == nullptr) {
    say("{}{}\n", paint(Colour::kBad, "never true"),
        found.is_blind() ? ": no version could be judged" : "");
  } else {
    say("{} in {}{}\n", paint(Colour::kGood, "first true"), mark_text(*first_true),
        is_scan ? "" : ", as far as was looked at");
    if (last_false != nullptr)
      say("last false in {}\n", mark_text(*last_false));
    else
      say("true in the first version that was asked about\n");
  }
  say("{}: {} of {} versions looked at\n", is_scan ? "scanned" : "halved", found.looked_at,
      versions);
  if (!is_scan) {
    say("not proven: {} samples spread over the history agree with one turn; whether it turned and "
        "went back between two of them, --scan would show\n",
        found.samples);
  }
  if (found.gaps_before > 0) {
    say("{}: {} versions right before it have no body; it may have turned in one of them\n",
        paint(Colour::kUnsure, "gap"), found.gaps_before);
  } else if (found.gaps > 0) {
    say("gap: {} versions that were looked at have no body\n", found.gaps);
  }
  if (found.errors > 0) {
    say("errors: {} versions count as not true, the first: {}\n", found.errors, found.first_error);
  }
}

int run_bisect(const BisectOptions& options) {
  const cel::Environment environment{.variables = {{.name = "self"}}};
  const auto program =
      cel::Program::compile(options.expression, environment, cel::ResultType::kBool);
  if (!program) {
    fmt::print(stderr, "gatefold: {}\n", program.error());
    return kUsage;
  }
  const auto history = ObjectHistory::open(options.source, options.object);
  if (!history) return report_history(history.error());
  const auto chosen = chosen_versions(*history, options);
  if (!chosen) return report_history(chosen.error());
  Progress progress("versions looked at");
  std::size_t looked_at = 0;
  const auto judge = [&](std::size_t place) -> Result<engine::Verdict> {
    progress.show(looked_at++, chosen->size());
    auto body = history->body((*chosen)[place]);
    if (!body) return std::unexpected(std::move(body.error()));
    return verdict_of(**program, *body);
  };
  const auto found = engine::bisect(chosen->size(), options.scans, judge);
  if (!found) return report_history(found.error());
  const auto mark = [&](std::optional<std::size_t> place) -> const engine::VersionMark* {
    return place ? &history->versions()[(*chosen)[*place]].mark : nullptr;
  };
  const auto* first_true = mark(found->first_true);
  const auto* last_false = mark(found->last_false);
  if (options.output == "table") {
    print_text(*found, first_true, last_false, chosen->size(), Paint(options.color));
  } else {
    print_value(value_of(*found, first_true, last_false, chosen->size()), options.output);
  }
  return found->first_true ? kFine : kFoundSomething;
}

}  // namespace

void add_bisect(CLI::App& app, Run& run) {
  auto options = std::make_shared<BisectOptions>();
  auto* command = app.add_subcommand(
      "bisect", "Find the first version of an object in which a CEL expression over self is true");
  command->add_option("object", options->object, "such as gateway/prod/web")->required();
  command->add_option("expression", options->expression, "such as 'self.spec.replicas > 3'")
      ->required();
  command->add_option("--from", options->from, "Begin with the version of this revision or time");
  command->add_option("--to", options->to, "End with the version of this revision or time");
  command->add_flag(
      "--scan", options->scans,
      "Look at every version: without it long histories are sampled and halved, and a flip "
      "between two samples is not seen");
  add_source(*command, options->source);
  add_output(*command, options->output);
  add_color(*command, options->color);
  command->callback([options, &run] { run = [options] { return run_bisect(*options); }; });
}

}  // namespace gatefold::tools
