// `gatefold export`: the log as one file that `gatefold import` makes a data directory of.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "schema/json.h"
#include "storage/digest.h"
#include "tools/gatefold/archive.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/options.h"
#include "tools/gatefold/progress.h"

namespace gatefold::tools {
namespace {

struct ExportOptions {
  Source source;
  engine::LogQuery query;  // `until` 0: the head when it began
  std::uint64_t from = 1;
  std::string kind;
  std::string form = "jsonl";
  std::string file;  // empty: standard output
};

JsonObject filters_of(const ExportOptions& options) {
  JsonObject only;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) only[name] = value;
  };
  add("kind", options.kind);
  add("namespace", options.query.name_space);
  add("name", options.query.name);
  return only;
}

Result<ArchiveHeader> make_header(const ExportOptions& options, const OpenSource& source) {
  const auto line = source.read_provenance(options.query.until);
  if (!line) return std::unexpected(line.error());
  const auto parsed = parse_json(*line);
  if (!parsed) return unavailable("the server said nothing of its head");
  const auto& value = parsed->value;
  const auto chain = storage::parse_chain(string_at(value, {"chain"}));
  const auto channel = parse_channel(string_at(value, {"channel"}));
  if (!chain || !channel) return unavailable("the server said nothing of its head");
  ArchiveHeader header;
  header.until = {static_cast<std::uint64_t>(integer_at(value, {"revision"}, 0))};
  header.after = {std::max<std::uint64_t>(options.from, 1) - 1};
  header.chain = *chain;
  header.incarnation = string_at(value, {"incarnation"});
  header.channel = *channel;
  header.only = filters_of(options);
  const auto* whole = find(value, "whole");
  header.is_whole =
      whole != nullptr && *whole == true && header.only.empty() && header.after.number == 0;
  return header;
}

Result<std::uint64_t> write_history(const ExportOptions& options, std::ostream& out) {
  const auto source = OpenSource::open(options.source);
  if (!source) return std::unexpected(source.error());
  const auto header = make_header(options, *source);
  if (!header) return std::unexpected(header.error());
  const auto form = options.form == "jsonl" ? ArchiveForm::kJsonLines : ArchiveForm::kFlatBuffers;
  ArchiveWriter writer(out, form, *header);
  Progress progress("revisions");
  auto query = options.query;
  query.after = header->after;
  query.until = header->until;
  query.bodies = true;
  Result<void> failed;
  while (query.after < query.until && failed) {
    const auto at =
        source->read_page(query, options.kind, {}, /*wait=*/false, [&](std::string_view line) {
          if (failed) failed = writer.add(line);
          progress.show(writer.events(), query.until.number - header->after.number);
        });
    if (!at) return std::unexpected(at.error());
    if (at->seen <= query.after) return unavailable("the log could not be read on");
    query.after = at->seen;
  }
  if (failed) failed = writer.finish();
  if (!failed) return std::unexpected(std::move(failed.error()));
  return writer.events();
}

int run_export(const ExportOptions& options) {
  if (options.file.empty()) {
    const auto written = write_history(options, std::cout);
    return written ? kFine : report(written.error());
  }
  std::ofstream out(options.file, std::ios::binary | std::ios::trunc);
  if (!out) return report(unavailable(options.file + " can't be written").error());
  const auto written = write_history(options, out);
  out.close();
  if (!written) {
    std::error_code ignored;
    std::filesystem::remove(options.file, ignored);
    return report(written.error());
  }
  fmt::print(stderr, "exported {} events to {}\n", *written, options.file);
  return kFine;
}

}  // namespace

void add_export(CLI::App& app, Run& run) {
  auto shared = std::make_shared<ExportOptions>();
  auto& options = *shared;
  auto* command = app.add_subcommand(
      "export",
      "Write the log with all its objects to one file, losslessly. All of it keeps its revisions "
      "and its chain when it is imported; a part of it, or what retention or a redaction left of "
      "it, gets new "
      "revisions. The key of service accounts' tokens and sightings are no part of it");
  add_source(*command, options.source);
  command->add_option("--from", options.from, "Only events from this revision on")
      ->check(CLI::PositiveNumber);
  command->add_option("--to", options.query.until.number, "Only events up to this revision");
  command->add_option("--kind", options.kind, "Only of this kind, such as gateway or svc");
  command->add_option("-n,--namespace", options.query.name_space, "Only in this namespace");
  command->add_option("--name", options.query.name, "Only of objects with this name");
  command
      ->add_option("--format", options.form,
                   "jsonl: lines as of `log -o json --bodies`, and more; or flatbuffers: the log's "
                   "own records")
      ->check(CLI::IsMember({"jsonl", "flatbuffers"}))
      ->capture_default_str();
  command->add_option("-o,--output", options.file, "The file; by default standard output");
  command->callback([shared, &run] { run = [shared] { return run_export(*shared); }; });
}

}  // namespace gatefold::tools
