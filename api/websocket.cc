#include "api/websocket.h"

#include <array>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>

#include "api/http_head.h"

namespace gatefold::api {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
// A watching client has nothing to say: what is longer ends the watch.
constexpr std::size_t kClientMessageBytesMax = 64u << 10;
constexpr std::size_t kIgnoredPieceBytes = 1024;

// Beast reads the handshake from a message of its own.
http::request<http::empty_body> message_of(const WebSocketHandshake& handshake) {
  http::request<http::empty_body> message(http::verb::get, "/", 11);
  message.set(http::field::host, handshake.host);
  message.set(http::field::connection, "upgrade");
  message.set(http::field::upgrade, "websocket");
  message.set(http::field::sec_websocket_key, handshake.key);
  message.set(http::field::sec_websocket_version, handshake.version);
  return message;
}

}  // namespace

WebSocket::WebSocket(std::shared_ptr<Connection> connection)
    : connection_(std::move(connection)), stream_(connection_->socket()) {
  stream_.auto_fragment(false);
  stream_.read_message_max(kClientMessageBytesMax);
  stream_.text(true);
}

asio::awaitable<bool> WebSocket::accept(const WebSocketHandshake& handshake, std::string audit_id) {
  if (audit_id.empty()) audit_id = make_audit_id();
  stream_.set_option(websocket::stream_base::decorator(
      [audit_id](websocket::response_type& response) { response.set("Audit-Id", audit_id); }));
  const auto message = message_of(handshake);
  auto [error] = co_await stream_.async_accept(message, kTuple);
  co_return !error;
}

asio::awaitable<bool> WebSocket::write_text(std::span<const asio::const_buffer> text) {
  auto [error, bytes] = co_await stream_.async_write(text, kTuple);
  co_return !error;
}

void WebSocket::ignore_frames(std::function<void()> on_end) {
  reads_ = true;
  asio::co_spawn(connection_->socket().get_executor(), read_to_end(std::move(on_end)),
                 [self = shared_from_this()](const std::exception_ptr&) {});
}

asio::awaitable<void> WebSocket::read_to_end(std::function<void()> on_end) {
  std::array<char, kIgnoredPieceBytes> ignored{};
  for (;;) {
    auto [error, bytes] = co_await stream_.async_read_some(asio::buffer(ignored), kTuple);
    if (error) break;
  }
  reads_ = false;
  connection_->note_end();
  on_end();
}

asio::awaitable<void> WebSocket::close() {
  co_await stream_.async_close(websocket::close_code::normal, kTuple);
}

}  // namespace gatefold::api
