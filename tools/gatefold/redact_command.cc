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
#include "tools/gatefold/print.h"
#include "tools/gatefold/progress.h"

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
  std::string output = "text";
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

// The view is gone afterwards: a redaction waits for those who still read what was there.
Result<storage::RedactRequest> parse_for(const storage::Store& store, const Value& asked) {
  engine::View view;
  view.head = store.head();
  view.snapshot = store.snapshot();
  engine::Definitions definitions(core_catalog());
  if (auto loaded = definitions.load(*view.snapshot); !loaded) {
    return std::unexpected(std::move(loaded.error()));
  }
  view.catalog = definitions.catalog();
  return engine::parse_redaction(view, asked);
}

Result<storage::RedactReport> redact_directory(const RedactOptions& options) {
  std::error_code error;
  if (!std::filesystem::exists(options.source.directory + "/CURRENT", error)) {
    return unavailable(fmt::format("{} is no data directory", options.source.directory));
  }
  auto store = storage::Store::open({.directory = options.source.directory});
  if (!store) return std::unexpected(std::move(store.error()));
  auto request = parse_for(**store, asked_of(options));
  if (!request) return std::unexpected(std::move(request.error()));
  request->actor.user = local_user();
  request->actor.user_agent = "gatefold redact";
  request->actor.verb = "redact";
  request->now = engine::real_world().now();
  return storage::redact(**store, *request);
}

Result<storage::RedactReport> redact_on_server(const RedactOptions& options) {
  const auto answer =
      http_post(options.source.server, "/gatefold/v1/redact", to_json(asked_of(options)));
  if (!answer) return std::unexpected(answer.error());
  const auto parsed = parse_json(answer->body);
  const auto* redacted = parsed ? find(parsed->value, "redacted") : nullptr;
  if (redacted == nullptr || !redacted->is_array()) {
    return unavailable("the server's answer can't be read");
  }
  storage::RedactReport report;
  for (const auto& revision : redacted->get_array()) {
    if (const auto* number = revision.if_int64()) {
      report.revisions.push_back({static_cast<std::uint64_t>(*number)});
    }
  }
  report.told = {static_cast<std::uint64_t>(integer_at(parsed->value, {"revision"}, 0))};
  return report;
}

void print_report(const RedactOptions& options, const storage::RedactReport& report) {
  const auto& revisions = report.revisions;
  if (options.output != "text") {
    JsonArray numbers;
    for (const auto revision : revisions) numbers.emplace_back(revision.number);
    JsonObject value{{"redacted", std::move(numbers)}};
    if (report.told.number != 0) value["revision"] = report.told.number;
    print_value(value, options.output);
  } else if (revisions.empty()) {
    say("nothing is left to redact of {}\n", options.object);
  } else {
    const auto first = revisions.front().number;
    const auto last = revisions.back().number;
    say("redacted {} version{} of {}, revision{}; revision {} of the log tells of it\n",
        revisions.size(), revisions.size() == 1 ? "" : "s", options.object,
        first == last ? fmt::format(" {}", first) : fmt::format("s {} to {}", first, last),
        report.told.number);
  }
}

int run_redact(const RedactOptions& options) {
  const auto done = [&] {
    const Elapsed elapsed("redacting");
    return options.source.server.empty() ? redact_directory(options) : redact_on_server(options);
  }();
  if (!done) {
    const auto code = report(done.error());
    // There is no such version, or none with content; or it is the current one.
    if (done.error().reason == Reason::kNotFound) return kFoundSomething;
    return done.error().reason == Reason::kConflict ? kUsage : code;
  }
  print_report(options, *done);
  return done->revisions.empty() ? kFoundSomething : kFine;
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
  add_result_output(*command, options->output);
  command->footer("Ends with 1 where nothing was left to redact.");
  command->callback([options, &run] { run = [options] { return run_redact(*options); }; });
}

}  // namespace gatefold::tools
