// `gatefold redact`: the content of versions of an object goes for good.
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "engine/definitions.h"
#include "engine/history.h"
#include "engine/world.h"
#include "schema/json.h"
#include "storage/redact.h"
#include "tools/gatefold/commands.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/http_client.h"
#include "tools/gatefold/options.h"

namespace gatefold::tools {
namespace {

struct RedactOptions {
  Source source;
  std::string object;
  std::uint64_t revision = 0;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  bool all = false;
  std::string reason;
};

JsonObject asked_of(const RedactOptions& options) {
  JsonObject asked{{"object", options.object}};
  // Signed, as a parser has numbers.
  const auto add = [&](std::string_view name, std::uint64_t revision) {
    if (revision != 0) asked[name] = static_cast<std::int64_t>(revision);
  };
  add("revision", options.revision);
  add("from", options.from);
  add("to", options.to);
  if (options.all) asked["all"] = true;
  if (!options.reason.empty()) asked["reason"] = options.reason;
  return asked;
}

// Who is at the machine's keyboard, as the log shall name them.
std::string local_user() {
  const char* name = std::getenv("USER");  // NOLINT(concurrency-mt-unsafe): no other thread runs
  return name == nullptr || *name == '\0' ? fmt::format("uid {}", getuid()) : std::string(name);
}

Result<storage::RedactReport> redact_directory(const RedactOptions& options) {
  std::error_code error;
  if (!std::filesystem::exists(options.source.directory + "/CURRENT", error)) {
    return unavailable(fmt::format("{} is no data directory", options.source.directory));
  }
  auto store = storage::Store::open({.directory = options.source.directory});
  if (!store) return std::unexpected(std::move(store.error()));
  engine::Definitions definitions(core_catalog());
  if (auto loaded = definitions.load(*(*store)->snapshot()); !loaded) {
    return std::unexpected(std::move(loaded.error()));
  }
  auto request = engine::parse_redaction(*definitions.catalog(), asked_of(options));
  if (!request) return std::unexpected(std::move(request.error()));
  request->actor.user = local_user();
  request->actor.user_agent = "gatefold redact";
  request->actor.verb = "redact";
  request->now = engine::real_world().now();
  return storage::redact(**store, *request);
}

int run_redact(const RedactOptions& options) {
  if (!options.source.server.empty()) {
    auto answer =
        http_post(options.source.server, "/gatefold/v1/redact", to_json(asked_of(options)));
    if (!answer) return report(answer.error());
    fmt::print("{}\n", answer->body);
    return kFine;
  }
  const auto done = redact_directory(options);
  if (!done) return report(done.error());
  JsonArray revisions;
  for (const auto revision : done->revisions) revisions.emplace_back(revision.number);
  fmt::print("{}\n", to_json(JsonObject{{"redacted", std::move(revisions)},
                                        {"revision", done->told.number}}));
  return kFine;
}

}  // namespace

void add_redact(CLI::App& app, Run& run) {
  auto options = std::make_shared<RedactOptions>();
  auto* command = app.add_subcommand(
      "redact",
      "Drop the content of versions of an object for good, out of the files too; the log tells who "
      "did it, and chain and ledger stay true. Names, labels and conditions are no content");
  command->add_option("object", options->object, "such as secret/prod/key")->required();
  auto* which = command->add_option_group("versions");
  which->add_option("--revision", options->revision, "This one")->check(CLI::PositiveNumber);
  auto* from = which->add_option("--from", options->from, "From this one, with --to")
                   ->check(CLI::PositiveNumber);
  which->add_flag("--all", options->all, "All but the current one");
  which->require_option(1);
  auto* to = command->add_option("--to", options->to, "To this one")->check(CLI::PositiveNumber);
  from->needs(to);
  to->needs(from);
  command->add_option("--reason", options->reason, "Why, for the log");
  add_source(*command, options->source);
  command->callback([options, &run] { run = [options] { return run_redact(*options); }; });
}

}  // namespace gatefold::tools
