#include "api/session.h"

#include <algorithm>
#include <array>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "api/gzip.h"
#include "api/http_head.h"
#include "api/limits.h"
#include "engine/limits.h"

namespace gatefold::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
using Clock = std::chrono::steady_clock;
// What one event of a watch is written from: its type, its object, its end.
constexpr std::size_t kEventBuffers = 3;

std::string_view event_opening(engine::WatchEventType type) {
  switch (type) {
    case engine::WatchEventType::kAdded:
      return R"({"type":"ADDED","object":)";
    case engine::WatchEventType::kModified:
      return R"({"type":"MODIFIED","object":)";
    case engine::WatchEventType::kDeleted:
      return R"({"type":"DELETED","object":)";
    case engine::WatchEventType::kBookmark:
      return R"({"type":"BOOKMARK","object":)";
    case engine::WatchEventType::kError:
      return R"({"type":"ERROR","object":)";
  }
  return "";
}

asio::const_buffer buffer_of(std::string_view text) {
  return {text.data(), text.size()};
}

Reply internal_error(std::string_view what) {
  spdlog::error("a request ended by an exception: {}", what);
  return error_response({.reason = Reason::kInternalError,
                         .message = "Internal error occurred: the request could not be served"});
}

Reply timed_out() {
  return error_response(
      {.reason = Reason::kTimeout,
       .message = "Timeout: request did not complete within the allotted timeout"});
}

bool is_read(const Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

bool is_work(const Request& request) {
  return request.path.starts_with("/gatefold/v1/");
}

void say_gzip(Response& response) {
  response.headers.emplace_back("Content-Encoding", "gzip");
  response.headers.emplace_back("Vary", "Accept-Encoding");
}

// Watches heed timeoutSeconds alone (R1.8).
bool is_watch(const Request& request) {
  const auto info = parse_request_info(request);
  return info && info->verb == RequestVerb::kWatch;
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const Context& context, ServerState& state)
    : connection_(std::make_shared<Connection>(std::move(socket))),
      context_(context),
      state_(state),
      timer_(connection_->socket().get_executor()) {}

void Session::take(std::uint64_t turn, Reply reply) {
  if (turn != turn_) return;
  reply_ = std::move(reply);
  timer_.cancel();
}

void Session::run_task(std::uint64_t turn, std::move_only_function<void()>& task) {
  try {
    task();
  } catch (const std::exception& failure) {
    take(turn, internal_error(failure.what()));
  }
}

std::optional<Reply> Session::begin(Request request, RequestLabels& labels) {
  try {
    return serve(
        context_, std::move(request), labels,
        [self = shared_from_this(), turn = turn_](Reply reply) {
          self->take(turn, std::move(reply));
        },
        [self = shared_from_this(), turn = turn_,
         executor = timer_.get_executor()](std::move_only_function<void()> task) {
          asio::post(executor, [self, turn, task = std::move(task)]() mutable {
            self->run_task(turn, task);
          });
        });
  } catch (const std::exception& failure) {
    return internal_error(failure.what());
  }
}

asio::awaitable<Reply> Session::answer(Request request, Head& head, RequestLabels& labels) {
  std::chrono::nanoseconds limit = is_read(request)   ? state_.limits.answer
                                   : is_work(request) ? state_.limits.work
                                                      : state_.limits.mutation;
  const auto asked = parse_timeout(request.query);
  if (!asked && !is_watch(request)) co_return error_response(asked.error());
  if (asked && *asked) limit = std::min(limit, **asked);

  const auto deadline = Clock::now() + limit;
  ++turn_;
  auto reply = begin(std::move(request), labels);
  timer_.expires_at(deadline);
  while (!reply && !reply_ && Clock::now() < deadline) co_await timer_.async_wait(kTuple);
  ++turn_;
  if (!reply) reply = std::exchange(reply_, std::nullopt);
  reply_.reset();
  if (!reply) {
    head.keep_alive = false;
    reply = timed_out();
  }
  co_return std::move(*reply);
}

asio::awaitable<bool> Session::write(Response response, const Head& head) {
  if (head.takes_gzip && !head.is_head && response.body.size() > kGzipBytesMin) {
    response.body = Gzip().take(response.body, true);
    say_gzip(response);
  }
  http::response<http::string_body> message;
  fill_head(response, head.audit_id, head.keep_alive && !state_.draining, message);
  if (head.is_head) {
    message.content_length(response.body.size());
  } else {
    message.body() = std::move(response.body);
    if (response.code != 304) message.prepare_payload();
  }
  connection_->limit(state_.limits.write);
  http::response_serializer<http::string_body> serializer(message);
  auto& socket = connection_->socket();
  if (head.is_head || response.code == 304) {
    auto [error, bytes] = co_await http::async_write_header(socket, serializer, kTuple);
    co_return !error;
  }
  auto [error, bytes] = co_await http::async_write(socket, serializer, kTuple);
  co_return !error;
}

asio::awaitable<bool> Session::write_open_head(const Response& response, const Head& head) {
  http::response<http::empty_body> message;
  fill_head(response, head.audit_id, head.keep_alive && !state_.draining, message);
  message.chunked(head.takes_chunks);
  http::response_serializer<http::empty_body> serializer(message);
  connection_->limit(state_.limits.write);
  auto [error, bytes] =
      co_await http::async_write_header(connection_->socket(), serializer, kTuple);
  co_return !error;
}

asio::awaitable<bool> Session::write_piece(std::span<const asio::const_buffer> buffers,
                                           const Head& head) {
  connection_->limit(state_.limits.write);
  auto& socket = connection_->socket();
  if (head.takes_chunks) {
    auto [error, bytes] = co_await asio::async_write(socket, http::make_chunk(buffers), kTuple);
    co_return !error;
  }
  auto [error, bytes] = co_await asio::async_write(socket, buffers, kTuple);
  co_return !error;
}

asio::awaitable<bool> Session::write_end(const Head& head) {
  if (!head.takes_chunks) co_return false;  // the end of the connection is the end of the body
  connection_->limit(state_.limits.write);
  auto [error, bytes] =
      co_await asio::async_write(connection_->socket(), http::make_chunk_last(), kTuple);
  co_return !error;
}

std::optional<bool> Session::take_piece(BodyStream& stream, std::string& piece) {
  auto more = stream.next(piece);
  if (more) return *more;
  spdlog::error("a list ended early: {}", more.error().message);
  return std::nullopt;
}

asio::awaitable<bool> Session::write(BodyStream stream, const Head& head) {
  auto piece = std::move(stream.head.body);
  bool more = true;
  std::optional<Gzip> gzip;
  if (head.takes_gzip && !head.is_head) {
    // Whether it pays is known once there is enough.
    while (more && piece.size() <= kGzipBytesMin) {
      const auto next = take_piece(stream, piece);
      if (!next) co_return false;
      more = *next;
      co_await asio::post(timer_.get_executor(), asio::use_awaitable);
    }
    if (piece.size() > kGzipBytesMin) {
      gzip.emplace();
      say_gzip(stream.head);
    }
  }
  if (!co_await write_open_head(stream.head, head)) co_return false;
  if (head.is_head) co_return head.takes_chunks;
  for (;;) {
    if (gzip) piece = gzip->take(piece, !more);
    if (!piece.empty()) {
      const std::array buffers{buffer_of(piece)};
      if (!co_await write_piece(buffers, head)) co_return false;
      piece.clear();
    } else if (more) {
      // A selector that matches little: others have their turn between two looks.
      co_await asio::post(timer_.get_executor(), asio::use_awaitable);
    }
    if (!more) break;
    const auto next = take_piece(stream, piece);
    if (!next) co_return false;
    more = *next;
  }
  co_return co_await write_end(head);
}

asio::awaitable<bool> Session::write(WatchStream stream, const Head& head,
                                     const RequestLabels& labels) {
  if (head.handshake) {
    auto checked = check_handshake(*head.handshake);
    if (!checked) co_return co_await write(error_response(checked.error()), head);
  }
  // The bell may ring from the writer's thread when this session is long gone.
  auto watcher = context_.engine.watch(stream.query,
                                       [weak = weak_from_this(), executor = timer_.get_executor()] {
                                         asio::post(executor, [weak] {
                                           if (const auto self = weak.lock()) self->timer_.cancel();
                                         });
                                       });
  if (!watcher) co_return co_await write(error_response(watcher.error()), head);
  if (head.handshake) co_return co_await write_frames(**watcher, stream, head, labels);
  if (!co_await write_open_head(stream.head, head)) co_return false;
  if (head.is_head) co_return head.takes_chunks;
  connection_->unlimited();
  connection_->read_ahead([self = shared_from_this()] { self->timer_.cancel(); });
  const bool is_clean = co_await watch_loop(**watcher, stream, head, labels);
  connection_->stop_reading_ahead();
  timer_.expires_at(Clock::time_point::max());
  while (connection_->reads_ahead()) co_await timer_.async_wait(kTuple);
  if (!is_clean || connection_->has_ended()) co_return false;
  co_return co_await write_end(head);
}

asio::awaitable<bool> Session::write_frames(engine::Watch& watcher, const WatchStream& stream,
                                            Head head, const RequestLabels& labels) {
  const auto socket = std::make_shared<WebSocket>(connection_);
  connection_->limit(state_.limits.write);
  if (!co_await socket->accept(*head.handshake, head.audit_id)) co_return false;
  connection_->unlimited();
  socket->ignore_frames([self = shared_from_this()] { self->timer_.cancel(); });
  head.frames = socket.get();
  const bool is_clean = co_await watch_loop(watcher, stream, head, labels);
  connection_->limit(state_.limits.linger);
  if (is_clean) co_await socket->close();
  connection_->stop_reading_ahead();
  timer_.expires_at(Clock::time_point::max());
  while (socket->reads()) co_await timer_.async_wait(kTuple);
  co_return false;
}

asio::awaitable<bool> Session::watch_loop(engine::Watch& watcher, const WatchStream& stream,
                                          const Head& head, const RequestLabels& labels) {
  const auto deadline =
      Clock::now() + std::chrono::seconds(std::min(stream.timeout_seconds, kWatchSecondsMax));
  const auto last_bookmark = deadline - kBookmarkBeforeEnd;
  auto bookmark_at = std::min(Clock::now() + kBookmarkInterval, last_bookmark);
  bool is_first = true;
  for (;;) {
    std::vector<engine::WatchEvent> events;
    if (const auto view = context_.engine.view()) {
      auto next = watcher.next(*view, engine::kChunkBytesMax);
      if (!next) {
        spdlog::error("a watch ended: {}", next.error().message);
        co_return false;
      }
      events = std::move(*next);
    }
    const auto now = Clock::now();
    if (events.empty() && watcher.bookmarks() && now >= bookmark_at) {
      if (auto bookmark = watcher.bookmark()) events.push_back(std::move(*bookmark));
      bookmark_at = now >= last_bookmark ? Clock::time_point::max()
                                         : std::min(now + kBookmarkInterval, last_bookmark);
    }
    if (!events.empty()) {
      context_.metrics.watch_events(labels, events.size());
      if (!co_await write_events(std::move(events), stream, head, is_first)) co_return false;
      if (connection_->has_ended()) co_return false;
      if (Clock::now() < deadline) continue;
    }
    const bool is_over = watcher.ended() || connection_->has_ended() || state_.draining ||
                         context_.engine.hub().closed() || Clock::now() >= deadline;
    if (is_over) co_return true;
    timer_.expires_at(std::min(deadline, watcher.bookmarks() ? bookmark_at : deadline));
    co_await timer_.async_wait(kTuple);
  }
}

asio::awaitable<bool> Session::write_framed(std::span<const asio::const_buffer> buffers,
                                            const Head& head) {
  for (; !buffers.empty(); buffers = buffers.subspan(kEventBuffers)) {
    connection_->limit(state_.limits.write);
    if (!co_await head.frames->write_text(buffers.first(kEventBuffers))) co_return false;
  }
  co_return true;
}

asio::awaitable<bool> Session::write_events(std::vector<engine::WatchEvent> events,
                                            const WatchStream& stream, const Head& head,
                                            bool& is_first) {
  std::vector<std::string> own;
  own.reserve(events.size());
  std::vector<asio::const_buffer> buffers;
  buffers.reserve(events.size() * kEventBuffers);
  for (const auto& event : events) {
    std::string_view object;
    if (event.error) {
      object = own.emplace_back(status_json(*event.error));
    } else if (stream.transform) {
      auto shaped = stream.transform(*event.object, is_first);
      if (!shaped) co_return false;
      object = own.emplace_back(std::move(*shaped));
      is_first = false;
    } else {
      object = *event.object;
    }
    buffers.push_back(buffer_of(event_opening(event.type)));
    buffers.push_back(buffer_of(object));
    buffers.push_back(buffer_of("}\n"));
  }
  const bool is_written = head.frames == nullptr ? co_await write_piece(buffers, head)
                                                 : co_await write_framed(buffers, head);
  connection_->unlimited();
  co_return is_written;
}

asio::awaitable<bool> Session::serve_one() {
  auto received = co_await receive(*connection_, state_);
  Head head{.keep_alive = received.keep_alive, .takes_chunks = received.takes_chunks};
  if (received.refusal) {
    if (co_await write(std::move(*received.refusal), head)) co_await linger(*connection_, state_);
    co_return false;
  }
  if (!received.request) co_return false;
  head.is_head = received.request->method == "HEAD";
  head.audit_id = received.request->audit_id;
  head.handshake = std::move(received.handshake);
  head.takes_gzip = takes_gzip(received.request->accept_encoding);
  const auto begun = Clock::now();
  RequestLabels labels;
  Metrics::Running running(context_.metrics, is_read(*received.request));
  auto reply = co_await answer(std::move(*received.request), head, labels);
  received.request.reset();
  received.share.release();
  bool is_written = false;
  int code = 200;
  if (auto* response = std::get_if<Response>(&reply)) {
    code = response->code;
    is_written = co_await write(std::move(*response), head);
  } else if (auto* body = std::get_if<BodyStream>(&reply)) {
    is_written = co_await write(std::move(*body), head);
  } else {
    running.lasts(labels);
    is_written = co_await write(std::move(std::get<WatchStream>(reply)), head, labels);
  }
  context_.metrics.answered(labels, code, Clock::now() - begun);
  co_return is_written&& head.keep_alive;
}

asio::awaitable<void> Session::run() {
  try {
    while (co_await serve_one() && !state_.draining) {
    }
    beast::error_code ignored;
    connection_->socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  } catch (const std::exception& failure) {
    spdlog::error("a connection ended by an exception: {}", failure.what());
  }
}

}  // namespace gatefold::api
