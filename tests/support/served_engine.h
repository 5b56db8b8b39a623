// The whole server in this process, on a free port.
#pragma once

#include <cstdint>
#include <memory>

#include "api/server.h"
#include "engine/engine.h"

namespace gatefold::test {

// Options of an engine that touches no disk.
engine::EngineOptions in_memory_options();

class ServedEngine {
 public:
  // Throws std::runtime_error where it can't be opened or there is no port.
  ServedEngine(engine::EngineOptions options, engine::World world, api::ServerLimits limits = {});
  // In memory.
  explicit ServedEngine(engine::World world, api::ServerLimits limits = {});
  ~ServedEngine();
  ServedEngine(const ServedEngine&) = delete;
  ServedEngine& operator=(const ServedEngine&) = delete;

  std::uint16_t port() const { return server_->port(); }
  engine::Engine& engine() { return *engine_; }
  // Checks are added before the first request.
  api::Probes& probes() { return probes_; }
  // As a signal stops the server; the destructor does it too.
  void stop();

 private:
  std::unique_ptr<engine::Engine> engine_;
  api::Documents documents_;
  api::Probes probes_;
  api::Metrics metrics_;
  std::unique_ptr<api::Context> context_;
  std::unique_ptr<api::Server> server_;
};

}  // namespace gatefold::test
