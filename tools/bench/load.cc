#include "tools/bench/load.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

namespace gatefold::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Parser = http::response_parser<http::string_body>;

constexpr std::uint64_t kBodyBytesMax = 1ull << 30;

tcp::endpoint endpoint_of(std::uint16_t port) {
  return {asio::ip::address_v4::loopback(), port};
}

asio::awaitable<tcp::socket> connected(std::uint16_t port) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect(endpoint_of(port), asio::use_awaitable);
  socket.set_option(tcp::no_delay(true));
  co_return socket;
}

struct Tally {
  LoadResult result;
  std::vector<float> latencies_us;
  std::uint64_t started = 0;
};

void note(Tally& tally, const http::response<http::string_body>& response, Clock::duration took) {
  ++tally.result.operations;
  tally.result.bytes += response.body().size();
  tally.latencies_us.push_back(std::chrono::duration<float, std::micro>(took).count());
  if (response.result_int() / 100 == 2) return;
  ++tally.result.failures;
  if (tally.result.first_failure.empty()) tally.result.first_failure = response.body();
}

asio::awaitable<void> run_connection(const Load& load, int connection, Clock::time_point until,
                                     Tally& tally) {
  auto socket = co_await connected(load.port);
  boost::beast::flat_buffer buffer;
  // Connecting may take all the time there is.
  for (std::uint64_t n = 0; n == 0 || Clock::now() < until; ++n) {
    if (load.operations_max != 0 && tally.started >= load.operations_max) break;
    ++tally.started;
    const auto request = load.request(connection, n);
    const auto start = Clock::now();
    co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
    Parser parser;
    parser.body_limit(kBodyBytesMax);
    co_await http::async_read(socket, buffer, parser, asio::use_awaitable);
    note(tally, parser.get(), Clock::now() - start);
  }
}

void finish(Tally& tally, Clock::time_point start) {
  tally.result.wall_seconds = std::chrono::duration<double>(Clock::now() - start).count();
  auto& all = tally.latencies_us;
  if (all.empty()) return;
  std::ranges::sort(all);
  tally.result.median_us = all[all.size() / 2];
  tally.result.p99_us = all[all.size() * 99 / 100];
}

auto on_failure(Tally& tally) {
  return [&tally](std::exception_ptr failure) {
    if (!failure) return;
    ++tally.result.failures;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      if (tally.result.first_failure.empty()) tally.result.first_failure = error.what();
    }
  };
}

asio::awaitable<std::string> call_once(std::uint16_t port, const std::string& request) {
  auto socket = co_await connected(port);
  co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
  boost::beast::flat_buffer buffer;
  Parser parser;
  parser.body_limit(kBodyBytesMax);
  co_await http::async_read(socket, buffer, parser, asio::use_awaitable);
  if (parser.get().result_int() / 100 != 2) throw std::runtime_error(parser.get().body());
  co_return parser.get().body();
}

struct Streams {
  const FanOut& fan_out;
  Tally tally;
  int open = 0;
  int complete = 0;
};

asio::awaitable<void> write_events(Streams& streams) {
  auto socket = co_await connected(streams.fan_out.port);
  boost::beast::flat_buffer buffer;
  for (std::uint64_t n = 0; n < streams.fan_out.lines_each; ++n) {
    const auto request = streams.fan_out.write(n);
    co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
    Parser parser;
    co_await http::async_read(socket, buffer, parser, asio::use_awaitable);
    if (parser.get().result_int() / 100 != 2) throw std::runtime_error(parser.get().body());
  }
}

// Counts the ends of lines in the raw stream; a chunk's own line ends are CRLF and the objects are
// JSON without line breaks, so that a line feed without a carriage return is one event.
asio::awaitable<void> run_stream(Streams& streams) {
  auto socket = co_await connected(streams.fan_out.port);
  co_await asio::async_write(socket, asio::buffer(streams.fan_out.watch), asio::use_awaitable);
  std::vector<char> bytes(1u << 16);
  std::uint64_t lines = 0;
  char last = 0;
  bool is_open = false;
  while (lines < streams.fan_out.lines_each) {
    const auto size = co_await socket.async_read_some(asio::buffer(bytes), asio::use_awaitable);
    if (!is_open) {
      is_open = true;
      if (++streams.open == streams.fan_out.watchers) {
        asio::co_spawn(socket.get_executor(), write_events(streams), on_failure(streams.tally));
      }
    }
    streams.tally.result.bytes += size;
    for (std::size_t i = 0; i < size; ++i) {
      lines += bytes[i] == '\n' && last != '\r' ? 1 : 0;
      last = bytes[i];
    }
  }
  streams.tally.result.operations += lines;
}

}  // namespace

LoadResult run_load(const Load& load) {
  asio::io_context context(1);
  Tally tally;
  const auto start = Clock::now();
  for (int i = 0; i < load.connections; ++i) {
    asio::co_spawn(context, run_connection(load, i, start + load.duration, tally),
                   on_failure(tally));
  }
  context.run();
  finish(tally, start);
  return tally.result;
}

std::string call(std::uint16_t port, const std::string& request) {
  asio::io_context context(1);
  std::string body;
  std::exception_ptr failure;
  asio::co_spawn(context, call_once(port, request),
                 [&](std::exception_ptr error, std::string answer) {
                   failure = error;
                   body = std::move(answer);
                 });
  context.run();
  if (failure) std::rethrow_exception(failure);
  return body;
}

std::string http_request(std::string_view method, std::string_view target, std::string_view body,
                         std::string_view content_type) {
  auto text = fmt::format(
      "{} {} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: gatefold-bench\r\n"
      "Accept: application/json\r\n",
      method, target);
  if (!body.empty()) {
    text += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", content_type, body.size());
  }
  text.append("\r\n").append(body);
  return text;
}

LoadResult run_fan_out(const FanOut& fan_out) {
  asio::io_context context(1);
  Streams streams{fan_out, {}, 0, 0};
  const auto start = Clock::now();
  for (int i = 0; i < fan_out.watchers; ++i) {
    asio::co_spawn(context, run_stream(streams), on_failure(streams.tally));
  }
  context.run();
  finish(streams.tally, start);
  return streams.tally.result;
}

}  // namespace gatefold::bench
