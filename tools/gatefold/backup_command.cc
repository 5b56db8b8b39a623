// `gatefold backup`, `gatefold backups` and `gatefold restore`.
#include <algorithm>
#include <chrono>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "schema/json.h"
#include "storage/backup.h"
#include "storage/digest.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/http_client.h"
#include "tools/gatefold/new_directory.h"
#include "tools/gatefold/options.h"
#include "tools/gatefold/print.h"
#include "tools/gatefold/progress.h"

namespace gatefold::tools {
namespace {

struct BackupOptions {
  Source source;
  std::string to;
  std::uint32_t keep = 0;
  std::string output = "text";
};

struct BackupsOptions {
  std::string directory;
  std::string output = "table";
};

struct RestoreOptions {
  std::string from;
  std::uint32_t id = 0;
  std::string directory;
  std::string output = "text";
};

Result<storage::Backup> back_up_directory(const BackupOptions& options) {
  if (!storage::Store::exists(options.source.directory)) {
    return unavailable(options.source.directory + " is no data directory");
  }
  // For writing: what is only in RocksDB's WAL becomes files that the next backup shares.
  auto store = storage::Store::open({.directory = options.source.directory});
  if (!store) return std::unexpected(std::move(store.error()));
  return storage::back_up(*(*store)->snapshot(), options.to, options.keep, {});
}

// A backup as a server tells it.
Value value_of(const storage::Backup& backup) {
  return JsonObject{{"id", std::int64_t{backup.id}},
                    {"time", format_seconds(backup.time)},
                    {"revision", static_cast<std::int64_t>(backup.revision.number)},
                    {"bytes", static_cast<std::int64_t>(backup.bytes)}};
}

void print_header() {
  say("{:>4}  {:<20}  {:>16}  {:>12}\n", "ID", "TIME", "REVISION", "BYTES");
}

void print_row(const Value& backup) {
  say("{:>4}  {:<20}  {:>16}  {:>12}\n", integer_at(backup, {"id"}, 0), string_at(backup, {"time"}),
      integer_at(backup, {"revision"}, 0), integer_at(backup, {"bytes"}, 0));
}

Result<Value> back_up_server(const BackupOptions& options) {
  const auto answer = http_post(
      options.source.server,
      fmt::format("/gatefold/v1/backup?to={}&keep={}", percent_encode(options.to), options.keep),
      "{}");
  if (!answer) return std::unexpected(answer.error());
  auto parsed = parse_json(answer->body);
  if (!parsed) return unavailable("the server's answer can't be read");
  return std::move(parsed->value);
}

int run_backup(const BackupOptions& options) {
  const auto backup = [&]() -> Result<Value> {
    const Elapsed elapsed("backing up");
    if (!options.source.server.empty()) return back_up_server(options);
    auto made = back_up_directory(options);
    if (!made) return std::unexpected(std::move(made.error()));
    return value_of(*made);
  }();
  if (!backup) return report(backup.error());
  if (options.output == "text") {
    print_header();
    print_row(*backup);
  } else {
    print_value(*backup, options.output);
  }
  return kFine;
}

int run_backups(const BackupsOptions& options) {
  const auto backups = storage::list_backups(options.directory);
  if (!backups) return report(backups.error());
  if (options.output == "table") print_header();
  for (const auto& backup : *backups) {
    const auto value = value_of(backup);
    options.output == "table" ? print_row(value) : print_value(value, options.output);
  }
  return kFine;
}

// Nobody can write a million events a second for long: since the server was made, or restored, it
// has given fewer numbers than microseconds went by since 1970.
Revision epoch_end(const storage::Head& head) {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(since).count();
  return std::max(head.revision.next(), Revision{static_cast<std::uint64_t>(micros)});
}

struct Restored {
  std::uint32_t backup = 0;
  storage::Head head;
  Revision next;  // new events begin there
};

Result<Restored> restore(const RestoreOptions& options) {
  const Elapsed elapsed("restoring");
  auto made = NewDirectory::begin(options.directory);
  if (!made) return std::unexpected(std::move(made.error()));
  const auto backup = storage::restore_backup(options.from, options.id, (*made)->path());
  if (!backup) return std::unexpected(backup.error());
  auto store = (*made)->open({});
  if (!store) return std::unexpected(std::move(store.error()));
  const auto head = (*store)->head();
  if (auto begun = (*store)->begin_epoch(epoch_end(head)); !begun)
    return std::unexpected(begun.error());
  const auto next = (*store)->head().revision.next();
  if (auto finished = (*made)->finish(); !finished) return std::unexpected(finished.error());
  return Restored{backup->id, head, next};
}

int run_restore(const RestoreOptions& options) {
  const auto restored = restore(options);
  if (!restored) return report(restored.error());
  const auto& head = restored->head;
  const auto chain = storage::chain_text(head.chain);
  if (options.output == "text") {
    say("restored backup {} to {}: {} at revision {}, chain {}; new events begin at {}\n",
        restored->backup, options.directory, format_seconds(head.time), head.revision.number, chain,
        restored->next.number);
  } else {
    print_value(JsonObject{{"backup", std::int64_t{restored->backup}},
                           {"directory", options.directory},
                           {"time", format_seconds(head.time)},
                           {"revision", head.revision.number},
                           {"chain", chain},
                           {"next", restored->next.number}},
                options.output);
  }
  return kFine;
}

}  // namespace

void add_backup(CLI::App& app, Run& run) {
  auto shared = std::make_shared<BackupOptions>();
  auto* command = app.add_subcommand(
      "backup",
      "Back up a data directory, or a running server that was started with --backup-dir; copies "
      "what is new since the last backup in the same place. Tokens' key included: keep it safe");
  add_source(*command, shared->source);
  command
      ->add_option("--to", shared->to,
                   "Where backups are kept; of a server: on its machine, below its --backup-dir")
      ->required();
  command->add_option("--keep", shared->keep, "Delete all but so many of the latest; 0: none")
      ->capture_default_str();
  add_result_output(*command, shared->output);
  command->callback([shared, &run] { run = [shared] { return run_backup(*shared); }; });
}

void add_backups(CLI::App& app, Run& run) {
  auto shared = std::make_shared<BackupsOptions>();
  auto* command = app.add_subcommand("backups", "List the backups in a directory, oldest first");
  command->add_option("directory", shared->directory, "Where `backup --to` put them")->required();
  add_output(*command, shared->output);
  command->callback([shared, &run] { run = [shared] { return run_backups(*shared); }; });
}

void add_restore(CLI::App& app, Run& run) {
  auto shared = std::make_shared<RestoreOptions>();
  auto* command = app.add_subcommand(
      "restore",
      "Make a data directory of a backup. Its history stays as it was; new revisions are far "
      "above all that clients may have seen, so that none is given twice");
  command->add_option("directory", shared->from, "Where `backup --to` put it")->required();
  command->add_option("--backup", shared->id, "Which one; by default the latest");
  command->add_option("--data", shared->directory, "The new data directory")->required();
  add_result_output(*command, shared->output);
  command->callback([shared, &run] { run = [shared] { return run_restore(*shared); }; });
}

}  // namespace gatefold::tools
