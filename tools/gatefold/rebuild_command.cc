// `gatefold rebuild`: what follows from the log, anew.
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "storage/digest.h"
#include "storage/store.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/options.h"
#include "tools/gatefold/progress.h"

namespace gatefold::tools {
namespace {

struct RebuildOptions {
  std::string directory;
  std::string output = "text";
};

int run_rebuild(const RebuildOptions& asked) {
  const auto& directory = asked.directory;
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
  const auto families = storage::Store::derived_families();
  const auto chain = storage::chain_text(head.chain);
  if (asked.output == "text") {
    fmt::print("dropped {} and folded the log anew, up to revision {}, chain {}\n",
               fmt::join(families, ", "), head.revision.number, chain);
  } else {
    print_value(JsonObject{{"rebuilt", JsonArray(families.begin(), families.end())},
                           {"revision", head.revision.number},
                           {"chain", chain}},
                asked.output);
  }
  return kFine;
}

}  // namespace

void add_rebuild(CLI::App& app, Run& run) {
  auto asked = std::make_shared<RebuildOptions>();
  auto* command = app.add_subcommand(
      "rebuild",
      "Read the log through, drop all rows that follow from it, and fold it anew. Where the log is "
      "damaged that is said, and nothing dropped. What is broken off goes on when the directory is "
      "opened for writing next");
  command->add_option("--data", asked->directory, "The data directory; no server may hold it")
      ->required();
  add_result_output(*command, asked->output);
  command->callback([asked, &run] { run = [asked] { return run_rebuild(*asked); }; });
}

}  // namespace gatefold::tools
