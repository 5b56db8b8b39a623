// One request, read whole from a connection within the limits of its server.
#pragma once

#include <atomic>
#include <optional>

#include <boost/asio/awaitable.hpp>

#include "api/byte_budget.h"
#include "api/connection.h"
#include "api/limits.h"
#include "api/request.h"
#include "api/response.h"
#include "api/websocket_handshake.h"

namespace gatefold::api {

// What the connections of a server share; outlives them.
struct ServerState {
  explicit ServerState(const ServerLimits& given) : limits(given), bodies(given.request_bytes) {}

  const ServerLimits limits;
  ByteBudget bodies;
  std::atomic<bool> draining{false};
};

// Without a request: `refusal` is the answer before the connection is closed; without that too, the
// client has gone or the server ends.
struct Received {
  explicit Received(ByteBudget& budget) : share(budget) {}

  std::optional<Request> request;
  std::optional<Response> refusal;
  bool keep_alive = false;
  bool takes_chunks = true;  // HTTP/1.0 does not
  std::optional<WebSocketHandshake> handshake;
  ByteBudget::Share share;
};

boost::asio::awaitable<Received> receive(Connection& connection, ServerState& state);

// Takes in for a while what a refused client still sends: closing on bytes that nobody read resets
// the connection, and a client that reads only after writing would lose the answer.
boost::asio::awaitable<void> linger(Connection& connection, const ServerState& state);

}  // namespace gatefold::api
