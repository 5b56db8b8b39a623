// `gatefold blame`: who set each field of an object.
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tools/gatefold/commands.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/object_history.h"
#include "tools/gatefold/options.h"
#include "tools/gatefold/paint.h"
#include "tools/gatefold/print.h"

namespace gatefold::tools {
namespace {

struct BlameOptions {
  Source source;
  std::string object;
  std::string output = "table";
  std::string color = "auto";
};

std::string gap_text(const engine::BlamedField& field) {
  if (!field.gap_from) return "";
  if (*field.gap_from == field.mark.revision) return "  (or before: what is known begins here)";
  return fmt::format("  (or in the gap that begins at revision {})", to_string(*field.gap_from));
}

void print_table(const std::vector<engine::BlamedField>& fields, const Paint& paint) {
  say("{:>8}  {:<30}  {:<28}  {}\n", "REVISION", "TIME", "WRITER", "FIELD");
  for (const auto& field : fields) {
    say("{:>8}  {:<30}  {:<28}  {} = {}{}\n", field.mark.revision.number,
        format_nanos(field.mark.time), short_writer(field.mark.actor), field.path,
        value_text(field.value), paint(Colour::kUnsure, gap_text(field)));
  }
}

void print_values(const std::vector<engine::BlamedField>& fields, const std::string& output) {
  for (const auto& field : fields) {
    auto line = mark_object(field.mark);
    line["field"] = field.path;
    line["value"] = field.value;
    if (field.gap_from) line["gapFrom"] = field.gap_from->number;
    print_value(line, output);
  }
}

int run_blame(const BlameOptions& options) {
  const auto history = ObjectHistory::open(options.source, options.object);
  if (!history) return report_history(history.error());
  const auto& versions = history->versions();
  engine::Blame blame;
  std::string last_gap;
  bool is_first = true;
  auto done = history->bodies(history->last_life(), versions.size() - 1,
                              [&](std::size_t version, VersionBody body) {
                                const auto& mark = versions[version].mark;
                                // What is known begins behind it.
                                if (versions[version].is_lost && is_first) return;
                                if (body.is_gap()) {
                                  last_gap = std::move(body.gap);
                                  blame.fold_gap(mark.revision);
                                } else {
                                  if (is_first && !versions[version].is_creation)
                                    blame.fold_gap(mark.revision);
                                  blame.fold(mark, std::move(body.value));
                                }
                                is_first = false;
                              });
  if (!done) return report_history(done.error());
  if (versions.back().is_deletion) {
    say(stderr, "gatefold: {} was deleted: {}\n", options.object, mark_text(versions.back().mark));
  }
  if (!last_gap.empty()) say(stderr, "gatefold: there are gaps: {}\n", last_gap);
  const auto fields = blame.fields();
  if (fields.empty()) return kFoundSomething;
  if (options.output == "table") {
    print_table(fields, Paint(options.color));
  } else {
    print_values(fields, options.output);
  }
  return kFine;
}

}  // namespace

void add_blame(CLI::App& app, Run& run) {
  auto options = std::make_shared<BlameOptions>();
  auto* command = app.add_subcommand(
      "blame", "Print who set each field of an object, in which revision and when");
  command->add_option("object", options->object, "such as gateway/prod/web")->required();
  add_source(*command, options->source);
  add_output(*command, options->output);
  add_color(*command, options->color);
  command->callback([options, &run] { run = [options] { return run_blame(*options); }; });
}

}  // namespace gatefold::tools
