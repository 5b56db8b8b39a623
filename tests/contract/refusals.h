// The table of what is refused: a request, the code, the reason, and a part of the message.
#pragma once

#include <string>
#include <string_view>

#include "tests/support/http_peer.h"

namespace gatefold::test {

// Where the requests go: two collections, and the Gateway "web" in the first.
inline const std::string kPath = "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways";
inline const std::string kMaps = "/api/v1/namespaces/default/configmaps";

struct Sent {
  std::string method;
  std::string target;
  HttpPeer::Headers headers;
  std::string body;
};

struct Refusal {
  int code = 0;
  std::string reason;   // "" for an answer that is no Status
  std::string message;  // a part of it, or of the text
};

// Checks the answer, that nothing was written, and that the server goes on.
void refused(const Sent& sent, const Refusal& refusal);

HttpPeer::Headers type(std::string_view content_type);
// A Gateway with `metadata` as it stands there, and one with a name.
std::string with_metadata(std::string_view metadata);
std::string named(std::string_view name);

}  // namespace gatefold::test
