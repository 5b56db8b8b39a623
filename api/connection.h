// The socket of one client: reads and writes that are bounded in time, and bytes read that nobody
// has parsed yet, bounded in size. Lives on one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "api/limits.h"

namespace gatefold::api {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;
  using ErrorCode = boost::system::error_code;

  explicit Connection(boost::asio::ip::tcp::socket socket);

  boost::asio::ip::tcp::socket& socket() { return socket_; }
  boost::beast::flat_buffer& buffer() { return buffer_; }

  // What waits for the socket ends by itself `limit` from now. Stays until it is set anew.
  void limit(Clock::duration limit);
  void unlimited() { deadline_ = Clock::time_point::max(); }

  // Reads some bytes behind those in the buffer. timed_out at the limit, no_buffer_space where the
  // buffer is full.
  boost::asio::awaitable<ErrorCode> fill(std::size_t bytes_max);
  // The same for the first bytes of a request: end_if_idle() ends it with operation_aborted.
  boost::asio::awaitable<ErrorCode> fill_when_idle(std::size_t bytes_max);
  void end_if_idle();

  // Reads ahead into the buffer, so that the client's end is noticed while an answer without an end
  // goes out; `on_end` is called then, and once more when stop_reading_ahead() is through. A client
  // that fills the buffer meanwhile counts as gone.
  void read_ahead(std::function<void()> on_end);
  void stop_reading_ahead();
  bool reads_ahead() const { return is_reading_ahead_; }
  bool has_ended() const { return has_ended_; }
  // For who reads from the socket instead.
  void note_end() { has_ended_ = true; }

 private:
  void arm();

  boost::asio::ip::tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  boost::asio::steady_timer alarm_;
  Clock::time_point deadline_ = Clock::time_point::max();
  Clock::time_point armed_at_ = Clock::time_point::max();
  bool is_late_ = false;
  bool is_idle_ = false;
  bool is_reading_ahead_ = false;
  bool has_ended_ = false;
};

}  // namespace gatefold::api
