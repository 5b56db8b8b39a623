#include "tools/gatefold/serve.h"

#include <csignal>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <malloc.h>
#include <spdlog/spdlog.h>

#include "api/backups.h"
#include "api/server.h"
#include "engine/engine.h"
#include "schema/age.h"
#include "schema/json.h"
#include "schema/moment.h"
#include "schema/time.h"
#include "tools/gatefold/config.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/manifests.h"
#include "tools/gatefold/serving.h"

namespace gatefold::tools {
namespace {

// The file, then the flags.
Result<Config> configured(const ServeOptions& options) {
  auto config = options.config.empty() ? Result<Config>(Config{}) : read_config(options.config);
  if (!config) return config;
  for (const auto& flag : options.guard) {
    if (auto set = set_guard_flag(flag, config->guard); !set)
      return std::unexpected(std::move(set.error()));
  }
  engine::RetentionSettings retention;
  for (const auto& flag : options.retain) {
    if (auto set = set_retain_flag(flag, retention); !set)
      return std::unexpected(std::move(set.error()));
  }
  config->retention.put_over(retention);
  return config;
}

// A typing error looks like a kind that is defined later.
void warn_of_unknown_kinds(const Config& config, const engine::View& view) {
  const auto warn = [&](std::string_view section, const std::string& resource) {
    if (view.catalog->find_resource(resource) == nullptr)
      spdlog::warn("{}.{}: there is no such kind as yet", section, resource);
  };
  for (const auto& resource : config.guard.resources()) warn("guard.kinds", resource);
  for (const auto& resource : config.retention.resources()) {
    if (resource != "*") warn("retention", resource);
  }
}

int serve(const ServeOptions& options, const Config& config, const Endpoint& endpoint,
          std::int64_t event_ttl_ns, std::optional<Moment> at, const sigset_t& signals) {
  engine::EngineOptions engine_options;
  engine_options.guard = config.guard;
  engine_options.retention = config.retention;
  engine_options.event_ttl_ns = event_ttl_ns;
  engine_options.store.directory = options.directory;
  engine_options.store.in_memory = options.in_memory;
  engine_options.store.read_only = at.has_value();
  engine_options.store.at = at;
  if (!options.channel.empty()) engine_options.store.channel = parse_channel(options.channel);
  engine_options.builtin_gateway_api = !options.no_builtin_gateway_api;
  engine_options.store.progress = [](std::uint64_t done, std::uint64_t total) {
    spdlog::info("folding the log anew: {} of {} events", done, total);
  };
  auto engine = engine::Engine::open(std::move(engine_options), engine::real_world());
  if (!engine) return report(engine.error());
  if (const auto view = (*engine)->view()) warn_of_unknown_kinds(config, *view);

  api::Documents documents;
  api::Probes probes;
  add_checks(**engine, probes);
  std::optional<Manifests> manifests;
  if (!options.manifests.empty()) {
    manifests.emplace(**engine, options.manifests);
    probes.add("manifests", false,
               [&manifests] { return api::CheckResult{true, manifests->note()}; });
  }
  api::Metrics metrics;
  api::Backups backups(options.backups);
  const api::Context context{.engine = **engine,
                             .documents = documents,
                             .probes = probes,
                             .metrics = metrics,
                             .backups = &backups};
  auto server = api::Server::start(context, {.address = endpoint.address,
                                             .port = endpoint.port,
                                             .threads = thread_count(options.threads),
                                             .limits = {.connections = connections_max()}});
  if (!server) return report(server.error());
  if (manifests) manifests->start();

  // Reading the kinds leaves as much behind as they take.
  malloc_trim(0);  // NOLINT(concurrency-mt-unsafe): it locks each arena
  // Not of the View: there is none while a broken store is opened again.
  const auto revision = (*engine)->hub().head();
  fmt::print("{}\n",
             to_json(JsonObject{
                 {"ready", true}, {"url", (*server)->url()}, {"revision", revision.number}}));
  std::fflush(stdout);
  spdlog::info("serving {} at revision {}", (*server)->url(), revision.number);

  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("ending on signal {}", signal);
  if (manifests) manifests->stop();
  (*engine)->drain();
  backups.stop();
  (*server)->stop();
  (*engine)->stop();
  server->reset();
  engine->reset();
  return kFine;
}

}  // namespace

int run_serve(const ServeOptions& options) {
  auto endpoint = parse_listen(options.listen);
  if (!endpoint) return report(endpoint.error());
  const auto event_ttl_ns = parse_age_ns(options.event_ttl);
  if (!event_ttl_ns) {
    return report({.reason = Reason::kBadRequest,
                   .message = fmt::format("--event-ttl wants a duration such as 1h30m, not {}",
                                          options.event_ttl)});
  }
  if (auto safe = check_exposure(*endpoint, options.allow_unauthenticated); !safe) {
    return report(safe.error());
  }
  std::optional<Moment> at;
  if (!options.at.empty()) {
    auto moment = parse_moment(options.at);
    if (!moment) return report(moment.error());
    at = *moment;
  }
  const auto config = configured(options);
  if (!config) return report(config.error());
  const auto signals = prepare_process();
  set_up_logging(options.log_level, options.log_format);
  return serve(options, *config, *endpoint, *event_ttl_ns, at, signals);
}

}  // namespace gatefold::tools
