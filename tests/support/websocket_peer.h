// A blocking WebSocket client, for watches.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gatefold::test {

// Waits a minute at most for anything; throws an std::exception where nothing comes or the
// server says no.
class WebSocketPeer {
 public:
  WebSocketPeer(std::uint16_t port, const std::string& target);
  ~WebSocketPeer();

  struct Frame {
    bool is_text = false;
    std::string content;
  };
  // The next message; nothing where the server has closed as it should.
  std::optional<Frame> next();
  void send(std::string_view text);
  bool answers_ping();
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gatefold::test
