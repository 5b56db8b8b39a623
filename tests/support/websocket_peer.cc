#include "tests/support/websocket_peer.h"

#include <chrono>
#include <stdexcept>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace gatefold::test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;

constexpr std::chrono::seconds kPatience{60};

}  // namespace

// One read is always under way once there was one, so that what comes while something else is
// waited for is not lost.
struct WebSocketPeer::Impl {
  asio::io_context context;
  websocket::stream<tcp::socket, false> stream{context};
  beast::flat_buffer buffer;
  bool ponged = false;
  bool is_reading = false;
  bool has_read = false;
  beast::error_code error;

  void read() {
    if (is_reading || has_read) return;
    is_reading = true;
    stream.async_read(buffer, [this](beast::error_code failed, std::size_t) {
      is_reading = false;
      has_read = true;
      error = failed;
    });
  }

  // False: it took too long.
  template <class Holds>
  bool wait(Holds holds) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!holds() && std::chrono::steady_clock::now() < end) {
      context.restart();
      context.run_one_until(end);
    }
    return holds();
  }
};

WebSocketPeer::WebSocketPeer(std::uint16_t port, const std::string& target)
    : impl_(std::make_unique<Impl>()) {
  auto& stream = impl_->stream;
  stream.next_layer().connect({asio::ip::address_v4::loopback(), port});
  stream.control_callback([this](websocket::frame_type type, beast::string_view) {
    impl_->ponged = impl_->ponged || type == websocket::frame_type::pong;
  });
  stream.handshake("127.0.0.1:" + std::to_string(port), target);
}

WebSocketPeer::~WebSocketPeer() = default;

std::optional<WebSocketPeer::Frame> WebSocketPeer::next() {
  impl_->read();
  if (!impl_->wait([&] { return impl_->has_read; })) throw std::runtime_error("no frame came");
  impl_->has_read = false;
  // The server may have hung up before this side has.
  const bool is_closed = impl_->stream.reason().code == websocket::close_code::normal;
  if (impl_->error && is_closed) return std::nullopt;
  if (impl_->error) throw boost::system::system_error(impl_->error);
  Frame frame{.is_text = impl_->stream.got_text(),
              .content = beast::buffers_to_string(impl_->buffer.data())};
  impl_->buffer.clear();
  return frame;
}

void WebSocketPeer::send(std::string_view text) {
  bool sent = false;
  impl_->stream.async_write(asio::buffer(text),
                            [&](const beast::error_code&, std::size_t) { sent = true; });
  impl_->wait([&] { return sent; });
}

bool WebSocketPeer::answers_ping() {
  impl_->read();
  impl_->stream.async_ping({}, [](const beast::error_code&) {});
  return impl_->wait([&] { return impl_->ponged; });
}

void WebSocketPeer::close() {
  bool closed = false;
  impl_->stream.async_close(websocket::close_code::normal,
                            [&](const beast::error_code&) { closed = true; });
  impl_->wait([&] { return closed; });
}

}  // namespace gatefold::test
