#include "tests/support/http_connection.h"

#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include "schema/json.h"

namespace gatefold::test {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

}  // namespace

asio::awaitable<HttpConnection> HttpConnection::open(std::uint16_t port) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect({asio::ip::address_v4::loopback(), port}, asio::use_awaitable);
  socket.set_option(tcp::no_delay(true));
  co_return HttpConnection(std::move(socket));
}

asio::awaitable<Answer> HttpConnection::call(std::string_view method, std::string_view target,
                                             std::string body, std::string_view content_type) {
  auto head = fmt::format("{} {} HTTP/1.1\r\nHost: test\r\n", method, target);
  if (!body.empty()) {
    head += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", content_type, body.size());
  }
  head += "\r\n" + body;
  co_await asio::async_write(socket_, asio::buffer(head), asio::use_awaitable);
  http::response_parser<http::string_body> parser;
  parser.body_limit(std::uint64_t{1} << 30);
  co_await http::async_read(socket_, buffer_, parser, asio::use_awaitable);
  auto response = parser.release();
  Answer answer{response.result_int(), std::move(response.body()), nullptr};
  if (auto parsed = parse_json(answer.text)) answer.body = std::move(parsed->value);
  co_return answer;
}

asio::awaitable<unsigned> HttpConnection::start_stream(std::string_view target) {
  const auto request = fmt::format("GET {} HTTP/1.1\r\nHost: test\r\n\r\n", target);
  co_await asio::async_write(socket_, asio::buffer(request), asio::use_awaitable);
  http::response_parser<http::empty_body> parser;
  co_await http::async_read_header(socket_, buffer_, parser, asio::use_awaitable);
  co_return parser.get().result_int();
}

asio::awaitable<std::string> HttpConnection::next_line() {
  for (;;) {
    if (const auto end = decoded_.find('\n'); end != std::string::npos) {
      auto line = decoded_.substr(0, end);
      decoded_.erase(0, end + 1);
      co_return line;
    }
    // One chunk: its size, its bytes, an empty line.
    std::string raw(static_cast<const char*>(buffer_.data().data()), buffer_.size());
    buffer_.consume(buffer_.size());
    auto pending = asio::dynamic_buffer(raw);
    const auto head =
        co_await asio::async_read_until(socket_, pending, "\r\n", asio::use_awaitable);
    const auto size = std::stoul(raw.substr(0, head), nullptr, 16);
    if (size == 0) throw std::runtime_error("the stream has ended");
    const auto wanted = head + size + 2;
    if (raw.size() < wanted) {
      co_await asio::async_read(socket_, pending, asio::transfer_exactly(wanted - raw.size()),
                                asio::use_awaitable);
    }
    decoded_.append(raw, head, size);
    const auto rest = raw.substr(wanted);
    auto room = buffer_.prepare(rest.size());
    asio::buffer_copy(room, asio::buffer(rest));
    buffer_.commit(rest.size());
  }
}

}  // namespace gatefold::test
