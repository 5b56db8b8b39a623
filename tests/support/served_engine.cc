#include "tests/support/served_engine.h"

#include <stdexcept>
#include <utility>

namespace gatefold::test {

engine::EngineOptions in_memory_options() {
  engine::EngineOptions options;
  options.store.directory = "/gatefold-test";
  options.store.in_memory = true;
  return options;
}

ServedEngine::ServedEngine(engine::World world, api::ServerLimits limits)
    : ServedEngine(in_memory_options(), std::move(world), limits) {}

ServedEngine::ServedEngine(engine::EngineOptions options, engine::World world,
                           api::ServerLimits limits) {
  auto engine = engine::Engine::open(std::move(options), std::move(world));
  if (!engine) throw std::runtime_error(engine.error().message);
  engine_ = std::move(*engine);
  probes_.add("ping", true, [] { return api::CheckResult{}; });
  context_.reset(new api::Context{*engine_, documents_, probes_, metrics_});
  auto server = api::Server::start(*context_, {.port = 0, .limits = limits});
  if (!server) throw std::runtime_error(server.error().message);
  server_ = std::move(*server);
}

ServedEngine::~ServedEngine() {
  stop();
  server_.reset();
  engine_.reset();
}

void ServedEngine::stop() {
  engine_->drain();
  server_->stop();
  engine_->stop();
}

}  // namespace gatefold::test
