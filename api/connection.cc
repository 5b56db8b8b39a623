#include "api/connection.h"

#include <algorithm>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace gatefold::api {
namespace {

namespace asio = boost::asio;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kAheadPieceBytes = 1024;

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket)
    : socket_(std::move(socket)), buffer_(kReadBufferBytesMax), alarm_(socket_.get_executor()) {}

void Connection::limit(Clock::duration limit) {
  deadline_ = Clock::now() + limit;
  is_late_ = false;
  // An alarm that comes too early sets itself anew, so that most limits cost no timer.
  if (deadline_ < armed_at_) arm();
}

void Connection::arm() {
  armed_at_ = deadline_;
  alarm_.expires_at(deadline_);
  alarm_.async_wait([weak = weak_from_this()](ErrorCode error) {
    const auto self = weak.lock();
    if (error || !self) return;
    self->armed_at_ = Clock::time_point::max();
    if (self->deadline_ == Clock::time_point::max()) return;
    if (Clock::now() < self->deadline_) {
      self->arm();
      return;
    }
    self->is_late_ = true;
    ErrorCode ignored;
    self->socket_.cancel(ignored);
  });
}

asio::awaitable<Connection::ErrorCode> Connection::fill(std::size_t bytes_max) {
  const auto room = std::min(bytes_max, buffer_.max_size() - buffer_.size());
  if (room == 0) co_return asio::error::no_buffer_space;
  if (is_late_) co_return asio::error::timed_out;
  auto [error, bytes] = co_await socket_.async_read_some(buffer_.prepare(room), kTuple);
  buffer_.commit(bytes);
  if (error == asio::error::operation_aborted && is_late_) co_return asio::error::timed_out;
  co_return error;
}

asio::awaitable<Connection::ErrorCode> Connection::fill_when_idle(std::size_t bytes_max) {
  if (buffer_.capacity() > bytes_max) buffer_.shrink_to_fit();
  is_idle_ = true;
  auto error = co_await fill(bytes_max);
  is_idle_ = false;
  co_return error;
}

void Connection::end_if_idle() {
  ErrorCode ignored;
  if (is_idle_) socket_.cancel(ignored);
}

void Connection::read_ahead(std::function<void()> on_end) {
  const auto room = std::min(kAheadPieceBytes, buffer_.max_size() - buffer_.size());
  if (room == 0) {
    has_ended_ = true;
    on_end();
    return;
  }
  is_reading_ahead_ = true;
  socket_.async_read_some(
      buffer_.prepare(room), [self = shared_from_this(), on_end = std::move(on_end)](
                                 ErrorCode error, std::size_t bytes) mutable {
        self->buffer_.commit(bytes);
        const bool goes_on = !error && std::exchange(self->is_reading_ahead_, false);
        if (goes_on) {
          self->read_ahead(std::move(on_end));
          return;
        }
        self->is_reading_ahead_ = false;
        if (error && error != asio::error::operation_aborted) self->has_ended_ = true;
        on_end();
      });
}

void Connection::stop_reading_ahead() {
  ErrorCode ignored;
  socket_.cancel(ignored);
}

}  // namespace gatefold::api
