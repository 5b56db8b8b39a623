// The socket of one client as a WebSocket: events go out in frames, what the client says is read
// and ignored. Included by the session only: it needs Beast.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "api/connection.h"
#include "api/websocket_handshake.h"

namespace gatefold::api {

// Bounded in time by its connection's limits. Lives on the connection's thread, and until it no
// longer reads.
class WebSocket : public std::enable_shared_from_this<WebSocket> {
 public:
  explicit WebSocket(std::shared_ptr<Connection> connection);

  // Answers the handshake, which check_handshake() found good, with 101. False: the client is gone.
  boost::asio::awaitable<bool> accept(const WebSocketHandshake& handshake, std::string audit_id);

  // One text frame. False: the client is gone.
  boost::asio::awaitable<bool> write_text(std::span<const boost::asio::const_buffer> text);

  // Takes in what the client sends, so that its pings are answered and its end is noticed: then the
  // connection has ended, and `on_end` is called.
  void ignore_frames(std::function<void()> on_end);
  bool reads() const { return reads_; }

  // Says that nothing more comes, and waits for the client to say the same.
  boost::asio::awaitable<void> close();

 private:
  boost::asio::awaitable<void> read_to_end(std::function<void()> on_end);

  const std::shared_ptr<Connection> connection_;
  // Frames are not compressed.
  boost::beast::websocket::stream<boost::asio::ip::tcp::socket&, false> stream_;
  bool reads_ = false;
};

}  // namespace gatefold::api
