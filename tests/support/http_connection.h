// A keep-alive connection for tests that talk to a server over real sockets, many at a time on one
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "schema/value.h"

namespace gatefold::test {

struct Answer {
  unsigned code = 0;
  std::string text;
  Value body;  // null where the text is no JSON
};

class HttpConnection {
 public:
  // Throws boost::system::system_error where there is no server.
  static boost::asio::awaitable<HttpConnection> open(std::uint16_t port);

  boost::asio::awaitable<Answer> call(std::string_view method, std::string_view target,
                                      std::string body = {},
                                      std::string_view content_type = "application/json");

  // Sends the request of a watch and reads the head of its answer; then next_line() gives its
  // events.
  boost::asio::awaitable<unsigned> start_stream(std::string_view target);
  // Without its end; throws at the end of the stream.
  boost::asio::awaitable<std::string> next_line();

  boost::asio::ip::tcp::socket& socket() { return socket_; }

 private:
  explicit HttpConnection(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

  boost::asio::ip::tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  std::string decoded_;  // of chunks, not handed out yet
};

}  // namespace gatefold::test
