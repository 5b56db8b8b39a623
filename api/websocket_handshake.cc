#include "api/websocket_handshake.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include <fmt/format.h>

#include "schema/base64.h"

namespace gatefold::api {
namespace {

constexpr std::string_view kVersion = "13";
constexpr std::size_t kKeyBytes = 16;

std::string_view authority_of(std::string_view origin) {
  const auto scheme_end = origin.find("://");
  return scheme_end == std::string_view::npos ? std::string_view() : origin.substr(scheme_end + 3);
}

bool is_same_host(std::string_view a, std::string_view b) {
  return !a.empty() && std::ranges::equal(a, b, [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

}  // namespace

Result<void> check_handshake(const WebSocketHandshake& handshake) {
  if (handshake.version != kVersion) {
    return bad_request(fmt::format("Sec-WebSocket-Version: Invalid value: \"{}\": must be {}",
                                   handshake.version, kVersion));
  }
  const auto key = from_base64(handshake.key);
  if (!key || key->size() != kKeyBytes) {
    return bad_request(
        fmt::format("Sec-WebSocket-Key: Invalid value: must be {} bytes in base64", kKeyBytes));
  }
  if (!handshake.origin.empty() && !is_same_host(authority_of(handshake.origin), handshake.host)) {
    return failure(Reason::kForbidden, fmt::format("a page of {} may not open a WebSocket to {}",
                                                   handshake.origin, handshake.host));
  }
  return {};
}

}  // namespace gatefold::api
