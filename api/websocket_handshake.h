// What a client says to change from HTTP to WebSocket (RFC 6455, section 4), as plain strings.
#pragma once

#include <string>

#include "schema/status.h"

namespace gatefold::api {

struct WebSocketHandshake {
  std::string key;
  std::string version;
  std::string origin;  // of the page that asks; empty where no browser does
  std::string host;
};

// kBadRequest where it is none that this server can answer, kForbidden for a page of another
// server: browsers send WebSocket requests from any page, and let it read the answers.
Result<void> check_handshake(const WebSocketHandshake& handshake);

}  // namespace gatefold::api
