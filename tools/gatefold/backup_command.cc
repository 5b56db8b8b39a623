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

namespace gatefold::tools {
namespace {

struct BackupOptions {
  Source source;
  std::string to;
  std::uint32_t keep = 0;
};

struct RestoreOptions {
  std::string from;
  std::uint32_t id = 0;
  std::string directory;
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

void print_backup(std::int64_t id, std::string_view time, std::int64_t revision,
                  std::int64_t bytes) {
  fmt::print("{:>4}  {:<20}  {:>16}  {:>12}\n", id, time, revision, bytes);
}

void print_header() {
  fmt::print("{:>4}  {:<20}  {:>16}  {:>12}\n", "ID", "TIME", "REVISION", "BYTES");
}

int run_backup(const BackupOptions& options) {
  if (options.source.server.empty()) {
    const auto backup = back_up_directory(options);
    if (!backup) return report(backup.error());
    print_header();
    print_backup(backup->id, format_seconds(backup->time),
                 static_cast<std::int64_t>(backup->revision.number),
                 static_cast<std::int64_t>(backup->bytes));
    return kFine;
  }
  const auto answer = http_post(
      options.source.server,
      fmt::format("/gatefold/v1/backup?to={}&keep={}", percent_encode(options.to), options.keep),
      "{}");
  if (!answer) return report(answer.error());
  const auto parsed = parse_json(answer->body);
  if (!parsed) return report(unavailable("the server's answer can't be read").error());
  const auto& value = parsed->value;
  print_header();
  print_backup(integer_at(value, {"id"}, 0), string_at(value, {"time"}),
               integer_at(value, {"revision"}, 0), integer_at(value, {"bytes"}, 0));
  return kFine;
}

int run_backups(const std::string& directory) {
  const auto backups = storage::list_backups(directory);
  if (!backups) return report(backups.error());
  print_header();
  for (const auto& backup : *backups) {
    print_backup(backup.id, format_seconds(backup.time),
                 static_cast<std::int64_t>(backup.revision.number),
                 static_cast<std::int64_t>(backup.bytes));
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

Result<storage::Head> restore(const RestoreOptions& options) {
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
  fmt::print("restored backup {} to {}: {} at revision {}, chain {}; new events begin at {}\n",
             backup->id, options.directory, format_seconds(head.time), head.revision.number,
             storage::chain_text(head.chain), next.number);
  return head;
}

int run_restore(const RestoreOptions& options) {
  const auto restored = restore(options);
  return restored ? kFine : report(restored.error());
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
  command->callback([shared, &run] { run = [shared] { return run_backup(*shared); }; });
}

void add_backups(CLI::App& app, Run& run) {
  auto shared = std::make_shared<std::string>();
  auto* command = app.add_subcommand("backups", "List the backups in a directory, oldest first");
  command->add_option("directory", *shared, "Where `backup --to` put them")->required();
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
  command->callback([shared, &run] { run = [shared] { return run_restore(*shared); }; });
}

}  // namespace gatefold::tools
