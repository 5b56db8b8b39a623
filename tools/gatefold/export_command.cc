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
#include "tools/gatefold/print.h"
#include "tools/gatefold/progress.h"
#include "tools/gatefold/range.h"

namespace gatefold::tools {
namespace {

struct ExportOptions {
  Source source;
  engine::LogQuery query;
  RangeOptions range;
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

// `query` has the range; an `until` of 0 is the head.
Result<ArchiveHeader> make_header(const ExportOptions& options, const OpenSource& source,
                                  const engine::LogQuery& query) {
  const auto line = source.read_provenance(query.until);
  if (!line) return std::unexpected(line.error());
  const auto parsed = parse_json(*line);
  if (!parsed) return unavailable("the server said nothing of its head");
  const auto& value = parsed->value;
  const auto chain = storage::parse_chain(string_at(value, {"chain"}));
  const auto channel = parse_channel(string_at(value, {"channel"}));
  if (!chain || !channel) return unavailable("the server said nothing of its head");
  ArchiveHeader header;
  header.until = {static_cast<std::uint64_t>(integer_at(value, {"revision"}, 0))};
  header.after = std::min(query.after, header.until);
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
  const auto range = parse_range(options.range, range_now());
  if (!range) return std::unexpected(range.error());
  const auto source = OpenSource::open(options.source);
  if (!source) return std::unexpected(source.error());
  auto query = options.query;
  if (auto applied = range->apply(*source, query); !applied) {
    return std::unexpected(std::move(applied.error()));
  }
  const auto header = make_header(options, *source, query);
  if (!header) return std::unexpected(header.error());
  const auto form = options.form == "jsonl" ? ArchiveForm::kJsonLines : ArchiveForm::kFlatBuffers;
  ArchiveWriter writer(out, form, *header);
  Progress progress("events");
  // Of a part, or where numbers were passed over, nobody knows how many events there are.
  const auto total = header->is_whole ? header->until.number : 0;
  query.after = header->after;
  query.until = header->until;
  query.bodies = true;
  Result<void> failed;
  while (query.after < query.until && failed) {
    const auto at =
        source->read_page(query, options.kind, {}, /*wait=*/false, [&](std::string_view line) {
          if (failed) failed = writer.add(line);
          progress.show(writer.events(), total);
        });
    if (!at) return std::unexpected(at.error());
    if (at->seen <= query.after) return unavailable("the log could not be read on");
    query.after = at->seen;
  }
  if (failed) failed = writer.finish();
  if (!failed) return std::unexpected(std::move(failed.error()));
  return writer.events();
}

Result<std::uint64_t> write_file(const ExportOptions& options, const std::filesystem::path& path) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  const auto failed = [&] { return unavailable(path.string() + " can't be written"); };
  if (!out) return failed();
  auto written = write_history(options, out);
  out.close();
  if (written && !out) return failed();
  return written;
}

// The export that is there stays until the new one is whole.
Result<std::uint64_t> replace_file(const ExportOptions& options) {
  std::error_code error;
  // Of a link the file that it leads to.
  const auto file = std::filesystem::weakly_canonical(options.file, error);
  if (error) return unavailable(fmt::format("{}: {}", options.file, error.message()));
  auto unfinished = file;
  unfinished += ".unfinished";
  auto written = write_file(options, unfinished);
  if (written) std::filesystem::rename(unfinished, file, error);
  if (written && !error) return written;
  std::error_code ignored;
  std::filesystem::remove(unfinished, ignored);
  if (!written) return written;
  return unavailable(fmt::format("{}: {}", options.file, error.message()));
}

int run_export(const ExportOptions& options) {
  if (options.file.empty() || options.file == "-") {
    const auto written = write_history(options, std::cout);
    return written ? kFine : report(written.error());
  }
  std::error_code ignored;
  const auto there = std::filesystem::status(options.file, ignored);
  // A pipe or a device is no file to replace.
  const bool is_file = !std::filesystem::exists(there) || std::filesystem::is_regular_file(there);
  const auto written = is_file ? replace_file(options) : write_file(options, options.file);
  if (!written) return report(written.error());
  say(stderr, "exported {} events to {}\n", *written, options.file);
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
  auto& range = options.range;
  command->add_option("--from", range.from, "Only events from this revision or time on");
  command->add_option("--since", range.since,
                      "Only events at or after this time, or of so long: 2h, 3d");
  command->add_option("--to", range.until, "Only events up to this revision or time");
  command->add_option("--kind", options.kind, "Only of this kind, such as gateway or svc");
  command->add_option("-n,--namespace", options.query.name_space, "Only in this namespace");
  command->add_option("--name", options.query.name, "Only of objects with this name");
  command
      ->add_option("--format", options.form,
                   "jsonl: lines as of `log -o json --bodies`, and more; or flatbuffers: the log's "
                   "own records")
      ->check(CLI::IsMember({"jsonl", "flatbuffers"}))
      ->capture_default_str();
  command->add_option("-o,--output", options.file,
                      "The file; by default, or as -, standard output");
  command->callback([shared, &run] { run = [shared] { return run_export(*shared); }; });
}

}  // namespace gatefold::tools
