#include "tools/gatefold/serving.h"

#include <algorithm>
#include <charconv>
#include <thread>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <malloc.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include "api/limits.h"
#include "tools/gatefold/json_lines.h"

namespace gatefold::tools {

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

void set_up_logging(const std::string& level, const std::string& format) {
  auto logger = spdlog::stderr_logger_mt("gatefold");
  logger->set_level(spdlog::level::from_str(level));
  if (format == "json") {
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

Result<void> check_exposure(const Endpoint& endpoint, bool allow_unauthenticated) {
  if (endpoint.is_loopback || allow_unauthenticated) return {};
  return bad_request(
      fmt::format("{} is no loopback address, and everybody may do everything; "
                  "say --allow-unauthenticated to serve everybody who can reach it",
                  endpoint.address));
}

sigset_t prepare_process() {
  // Few arenas: memory at rest matters more than the last bit of allocation speed.
  mallopt(M_ARENA_MAX, 2);  // NOLINT(concurrency-mt-unsafe): no other thread runs yet
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

}  // namespace gatefold::tools
