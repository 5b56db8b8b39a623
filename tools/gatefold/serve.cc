#include "tools/gatefold/serve.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <malloc.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include "api/limits.h"
#include "api/server.h"
#include "engine/engine.h"
#include "schema/json.h"
#include "schema/moment.h"
#include "schema/time.h"
#include "tools/gatefold/config.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/json_lines.h"
#include "tools/gatefold/manifests.h"

namespace gatefold::tools {
namespace {

struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
  bool is_loopback = false;
};

// `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`.
Result<Endpoint> parse_listen(std::string_view text) {
  const auto wrong = [&] {
    return bad_request(fmt::format("--listen wants ADDRESS:PORT, not {}", text));
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong();
  const auto port = text.substr(colon + 1);
  auto host = std::string(text.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  Endpoint endpoint;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  boost::system::error_code bad_address;
  const auto address = boost::asio::ip::make_address(host, bad_address);
  if (error != std::errc() || end != port.data() + port.size() || bad_address) return wrong();
  endpoint.address = host;
  endpoint.is_loopback = address.is_loopback();
  return endpoint;
}

void set_up_logging(const ServeOptions& options) {
  auto logger = spdlog::stderr_logger_mt("gatefold");
  logger->set_level(spdlog::level::from_str(options.log_level));
  if (options.log_format == "json") {
    auto formatter = std::make_unique<JsonLines>();
    logger->set_formatter(std::move(formatter));
  } else {
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  }
  spdlog::set_default_logger(std::move(logger));
}

void add_checks(engine::Engine& engine, api::Probes& probes) {
  probes.add("ping", true, [] { return api::CheckResult{}; });
  probes.add("log", false, [&engine] {
    const auto health = engine.health();
    return api::CheckResult{health.accepts_writes, health.why_not};
  });
  probes.add("shutdown", false, [&engine] {
    return engine.hub().closed() ? api::CheckResult{false, "the server is shutting down"}
                                 : api::CheckResult{};
  });
}

unsigned thread_count(unsigned asked) {
  return asked > 0 ? asked : std::clamp(std::thread::hardware_concurrency(), 1u, 4u);
}

// As many connections as the process may have descriptors for, beside those that the store needs:
// the usual soft limit of 1,024 is far below what it may have.
std::size_t connections_max() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return api::kConnectionsMax;
  const auto given = std::exchange(files.rlim_cur, files.rlim_max);
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) files.rlim_cur = given;
  const std::size_t limit = files.rlim_cur;
  const auto left = limit > api::kDescriptorsReserved ? limit - api::kDescriptorsReserved : 1;
  if (left < api::kConnectionsMax) {
    spdlog::warn("at most {} connections: the process may have {} open files", left, limit);
  }
  return std::min(api::kConnectionsMax, left);
}

// The file, then the flags.
Result<Config> configured(const ServeOptions& options) {
  auto config = options.config.empty() ? Result<Config>(Config{}) : read_config(options.config);
  if (!config) return config;
  for (const auto& flag : options.guard) {
    if (auto set = set_guard_flag(flag, config->guard); !set)
      return std::unexpected(std::move(set.error()));
  }
  return config;
}

// A typing error looks like a kind that is defined later.
void warn_of_unknown_kinds(const engine::GuardSettings& guard, const engine::View& view) {
  for (const auto& resource : guard.resources()) {
    if (view.catalog->find_resource(resource) == nullptr)
      spdlog::warn("guard.kinds.{}: there is no such kind as yet", resource);
  }
}

int serve(const ServeOptions& options, const Config& config, const Endpoint& endpoint,
          std::int64_t event_ttl_ns, std::optional<Moment> at, const sigset_t& signals) {
  engine::EngineOptions engine_options;
  engine_options.guard = config.guard;
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
  if (const auto view = (*engine)->view()) warn_of_unknown_kinds(config.guard, *view);

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
  const api::Context context{**engine, documents, probes, metrics};
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
  const auto event_ttl_ns = parse_go_duration_ns(options.event_ttl);
  if (!event_ttl_ns || *event_ttl_ns < 0) {
    return report({.reason = Reason::kBadRequest,
                   .message = fmt::format("--event-ttl wants a duration such as 1h30m, not {}",
                                          options.event_ttl)});
  }
  if (!endpoint->is_loopback && !options.allow_unauthenticated) {
    return report(
        {.reason = Reason::kBadRequest,
         .message = fmt::format("{} is no loopback address, and everybody may do everything; "
                                "say --allow-unauthenticated to serve everybody who can reach it",
                                endpoint->address)});
  }
  std::optional<Moment> at;
  if (!options.at.empty()) {
    auto moment = parse_moment(options.at);
    if (!moment) return report(moment.error());
    at = *moment;
  }
  const auto config = configured(options);
  if (!config) return report(config.error());
  // Few arenas: memory at rest matters more than the last bit of allocation speed.
  mallopt(M_ARENA_MAX, 2);  // NOLINT(concurrency-mt-unsafe): no other thread runs yet
  set_up_logging(options);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return serve(options, *config, *endpoint, *event_ttl_ns, at, signals);
}

}  // namespace gatefold::tools
