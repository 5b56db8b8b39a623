// `gatefold import`: a new data directory from a file that `gatefold export` wrote.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "storage/digest.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/import_audit.h"
#include "tools/gatefold/import_history.h"
#include "tools/gatefold/new_directory.h"
#include "tools/gatefold/options.h"
#include "tools/gatefold/print.h"
#include "tools/gatefold/progress.h"

namespace gatefold::tools {
namespace {

struct ImportOptions {
  std::vector<std::string> files;
  bool is_audit = false;
  std::string directory;
  std::string output = "text";
};

Result<storage::Head> import_file(const ImportOptions& options) {
  const auto& file = options.files.front();
  const bool is_piped = file == kStandardInput;
  std::ifstream opened;
  if (!is_piped) opened.open(file, std::ios::binary);
  if (!opened) return unavailable(file + " can't be read");
  auto reader = ArchiveReader::open(is_piped ? std::cin : opened);
  if (!reader) return std::unexpected(std::move(reader.error()));
  auto made = NewDirectory::begin(options.directory);
  if (!made) return std::unexpected(std::move(made.error()));
  auto store = (*made)->open(reader->header().channel);
  if (!store) return std::unexpected(std::move(store.error()));
  {
    Progress progress("events");
    const auto total = reader->header().is_whole ? reader->header().until.number : 0;
    auto imported =
        import_history(*reader, **store, [&](std::uint64_t done) { progress.show(done, total); });
    if (!imported) return std::unexpected(std::move(imported.error()));
  }
  auto head = (*store)->head();
  if (auto finished = (*made)->finish(); !finished) {
    return std::unexpected(std::move(finished.error()));
  }
  return head;
}

struct ImportedAudit {
  Revision head;
  engine::AuditCounts counts;
};

Result<ImportedAudit> import_audit_logs(const ImportOptions& options) {
  auto made = NewDirectory::begin(options.directory);
  if (!made) return std::unexpected(std::move(made.error()));
  auto store = (*made)->open(Channel::kStandard);
  if (!store) return std::unexpected(std::move(store.error()));
  Progress progress("records");
  const AuditNews news{
      .progress = [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); },
      .warn = [](std::string_view what) { say(stderr, "gatefold: {}\n", what); }};
  auto counts = import_audit(options.files, **store, news);
  if (!counts) return std::unexpected(std::move(counts.error()));
  const auto head = (*store)->head().revision;
  if (auto finished = (*made)->finish(); !finished) {
    return std::unexpected(std::move(finished.error()));
  }
  return ImportedAudit{head, std::move(*counts)};
}

int run_audit(const ImportOptions& options) {
  const auto imported = import_audit_logs(options);
  if (!imported) return report(imported.error());
  const auto& [head, counts] = *imported;
  if (options.output != "text") {
    JsonObject skipped;
    for (const auto& [reason, number] : counts.skipped) skipped[reason] = number;
    print_value(JsonObject{{"directory", options.directory},
                           {"events", head.number},
                           {"writes", counts.writes},
                           {"gaps", counts.gaps},
                           {"records", counts.records},
                           {"skipped", std::move(skipped)}},
                options.output);
    return kFine;
  }
  say("imported {} events to {}, of {} writes, {} of them with a gap, from {} records\n",
      head.number, options.directory, counts.writes, counts.gaps, counts.records);
  for (const auto& [reason, number] : counts.skipped) {
    say("skipped {}: {}\n", number, reason);
  }
  return kFine;
}

int run_import(const ImportOptions& options) {
  if (options.is_audit) return run_audit(options);
  const auto head = import_file(options);
  if (!head) return report(head.error());
  const auto chain = storage::chain_text(head->chain);
  if (options.output == "text") {
    say("imported {} events to {}, chain {}\n", head->revision.number, options.directory, chain);
  } else {
    print_value(
        JsonObject{
            {"directory", options.directory}, {"events", head->revision.number}, {"chain", chain}},
        options.output);
  }
  return kFine;
}

}  // namespace

void add_import(CLI::App& app, Run& run) {
  auto shared = std::make_shared<ImportOptions>();
  auto& options = *shared;
  auto* command = app.add_subcommand(
      "import",
      "Make a data directory of a file that `export` wrote, in either form. Nothing is judged or "
      "altered; a file that is not whole leaves nothing behind");
  command
      ->add_option("file", options.files,
                   "The file, or - for standard input; with --audit one or more")
      ->required();
  command->add_flag(
      "--audit", options.is_audit,
      "The files are Kubernetes audit logs (lines of audit.k8s.io/v1 Events). Writes that "
      "succeeded "
      "become events; what their records leave out is marked in the annotation "
      "audit.gatefold.dev/gap. RequestResponse for all writes is the level that leaves out least. "
      "A "
      "record that is there twice counts once; a last line that is cut off is left out, and said");
  command->add_option("--data", options.directory, "The new data directory")->required();
  add_result_output(*command, options.output);
  command->callback([shared, &run] {
    if (shared->files.size() > 1 && !shared->is_audit) {
      throw CLI::ValidationError("file", "only audit logs are imported together");
    }
    if (std::ranges::count(shared->files, kStandardInput) > 1) {
      throw CLI::ValidationError("file", "standard input is read once");
    }
    // Standard input alone, without stdio's locks for each byte.
    std::ios::sync_with_stdio(false);
    run = [shared] { return run_import(*shared); };
  });
}

}  // namespace gatefold::tools
