// `gatefold rebuild`: what follows from the log, anew.
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "storage/digest.h"
#include "storage/store.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/progress.h"

namespace gatefold::tools {
namespace {

int run_rebuild(const std::string& directory) {
  if (!storage::Store::exists(directory)) {
    return report(unavailable(directory + " is no data directory").error());
  }
  Result<std::unique_ptr<storage::Store>> store;
  {
    Progress progress("events");
    storage::StoreOptions options{.directory = directory, .refold = true};
    options.progress = [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); };
    store = storage::Store::open(std::move(options));
  }
  if (!store) return report(store.error());
  const auto& head = (*store)->head();
  if (auto flushed = (*store)->flush(); !flushed) return report(flushed.error());
  std::string families;
  for (const auto& family : storage::Store::derived_families()) {
    families += fmt::format("{}{}", families.empty() ? "" : ", ", family);
  }
  fmt::print("dropped {} and folded the log anew, up to revision {}, chain {}\n", families,
             head.revision.number, storage::chain_text(head.chain));
  return kFine;
}

}  // namespace

void add_rebuild(CLI::App& app, Run& run) {
  auto directory = std::make_shared<std::string>();
  auto* command = app.add_subcommand(
      "rebuild",
      "Drop all rows that follow from the log, and fold it anew; goes on where it was "
      "broken off. The log itself, and what `verify` says of it, stays");
  command->add_option("--data", *directory, "The data directory; no server may hold it")
      ->required();
  command->callback([directory, &run] { run = [directory] { return run_rebuild(*directory); }; });
}

}  // namespace gatefold::tools
