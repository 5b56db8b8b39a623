// The HTTP server: accepts connections and gives each to one of its threads, where it stays.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "api/limits.h"
#include "api/pipeline.h"
#include "schema/status.h"

namespace gatefold::api {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: a free one
  unsigned threads = 2;
  ServerLimits limits;
};

class Server {
 public:
  // Listens and serves until stop(). `context` outlives the server. kServiceUnavailable where the
  // address can't be had.
  static Result<std::unique_ptr<Server>> start(const Context& context, ServerOptions options);
  // After Engine::stop(): until then the engine may post answers to the server's threads.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // `http://127.0.0.1:8080`
  std::string url() const;
  std::uint16_t port() const;
  // Accepts nothing more, ends idle connections, lets requests under way finish within the limit
  // for that; then nothing of the server runs.
  void stop();

 private:
  class Threads;
  explicit Server(std::unique_ptr<Threads> threads);
  std::unique_ptr<Threads> threads_;
};

}  // namespace gatefold::api
