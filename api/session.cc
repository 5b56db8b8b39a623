#include "api/session.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

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

std::string_view view_of(boost::core::string_view text) {
  return {text.data(), text.size()};
}

Request to_request(http::request<http::string_body>&& from) {
  Request request;
  request.method = std::string(view_of(from.method_string()));
  parse_target(view_of(from.target()), request);
  request.accept = std::string(view_of(from[http::field::accept]));
  request.content_type = std::string(view_of(from[http::field::content_type]));
  request.user_agent = std::string(view_of(from[http::field::user_agent]));
  request.if_none_match = std::string(view_of(from[http::field::if_none_match]));
  request.audit_id = std::string(view_of(from["Audit-ID"]));
  request.host = std::string(view_of(from[http::field::host]));
  request.body = std::move(from.body());
  return request;
}

// The answer to bytes that are no acceptable request; nothing where the client just went away.
std::optional<Response> answer_to(const beast::error_code& error) {
  if (error == http::error::body_limit) {
    return error_response(
        {.reason = Reason::kRequestEntityTooLarge,
         .message = fmt::format("Request entity too large: limit is {}", engine::kBodyBytesMax)});
  }
  if (error == http::error::header_limit) return text_response(431, "request header too large\n");
  if (error == http::error::end_of_stream || error == http::error::partial_message ||
      error.category() != http::make_error_code(http::error::bad_value).category()) {
    return std::nullopt;
  }
  return text_response(400, "400 Bad Request: " + error.message() + "\n");
}

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

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const Context& context,
                 const std::atomic<bool>& draining)
    : stream_(std::move(socket)),
      context_(context),
      draining_(draining),
      timer_(stream_.get_executor()) {}

void Session::drain() {
  if (is_idle_) stream_.cancel();
}

asio::awaitable<std::optional<Request>> Session::read(Head& head) {
  http::request_parser<http::string_body> parser;
  parser.body_limit(engine::kBodyBytesMax);
  parser.header_limit(kHeaderBytesMax);
  is_idle_ = true;
  stream_.expires_after(kIdleTimeout);
  auto [error, bytes] = co_await http::async_read_header(stream_, buffer_, parser, kTuple);
  is_idle_ = false;
  if (!error && !parser.is_done()) {
    stream_.expires_after(kBodyTimeout);
    if (view_of(parser.get()[http::field::expect]) == "100-continue") {
      constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      std::tie(error, bytes) = co_await asio::async_write(stream_, buffer_of(kContinue), kTuple);
    }
    if (!error)
      std::tie(error, bytes) = co_await http::async_read(stream_, buffer_, parser, kTuple);
  }
  if (error) {
    head.keep_alive = false;
    if (auto response = answer_to(error)) {
      if (co_await write(std::move(*response), head)) co_await linger();
    }
    co_return std::nullopt;
  }
  head.keep_alive = parser.keep_alive();
  auto request = to_request(parser.release());
  head.is_head = request.method == "HEAD";
  head.audit_id = request.audit_id;
  co_return request;
}

asio::awaitable<void> Session::linger() {
  constexpr std::size_t kPieceBytes = 64u << 10;
  beast::error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kLingerTimeout);
  buffer_.clear();
  for (std::size_t taken = 0; taken < kLingerBytesMax && !draining_;) {
    auto [error, bytes] = co_await stream_.async_read_some(buffer_.prepare(kPieceBytes), kTuple);
    if (error) break;
    taken += bytes;
  }
}

asio::awaitable<Reply> Session::answer(Request request) {
  auto self = shared_from_this();
  const auto executor = stream_.get_executor();
  auto now = serve(
      context_, std::move(request),
      [self](Reply reply) {
        self->reply_ = std::move(reply);
        self->timer_.cancel();
      },
      [executor, self](std::move_only_function<void()> task) {
        asio::post(executor, [self, task = std::move(task)]() mutable { task(); });
      });
  if (now) co_return std::move(*now);
  timer_.expires_at(Clock::time_point::max());
  while (!reply_) co_await timer_.async_wait(kTuple);
  auto reply = std::move(*reply_);
  reply_.reset();
  co_return reply;
}

asio::awaitable<bool> Session::write(Response response, const Head& head) {
  http::response<http::string_body> message;
  fill_head(response, head.audit_id, head.keep_alive && !draining_, message);
  if (head.is_head) {
    message.content_length(response.body.size());
  } else {
    message.body() = std::move(response.body);
    if (response.code != 304) message.prepare_payload();
  }
  stream_.expires_after(kWriteTimeout);
  http::response_serializer<http::string_body> serializer(message);
  if (head.is_head || response.code == 304) {
    auto [error, bytes] = co_await http::async_write_header(stream_, serializer, kTuple);
    co_return !error;
  }
  auto [error, bytes] = co_await http::async_write(stream_, serializer, kTuple);
  co_return !error;
}

asio::awaitable<bool> Session::write_chunked_head(const Response& response, const Head& head) {
  http::response<http::empty_body> message;
  fill_head(response, head.audit_id, head.keep_alive && !draining_, message);
  message.chunked(true);
  http::response_serializer<http::empty_body> serializer(message);
  stream_.expires_after(kWriteTimeout);
  auto [error, bytes] = co_await http::async_write_header(stream_, serializer, kTuple);
  co_return !error;
}

asio::awaitable<bool> Session::write(BodyStream stream, const Head& head) {
  auto piece = std::move(stream.head.body);
  if (!co_await write_chunked_head(stream.head, head)) co_return false;
  if (head.is_head) co_return true;
  bool more = true;
  while (more || !piece.empty()) {
    if (!piece.empty()) {
      stream_.expires_after(kWriteTimeout);
      auto [error, bytes] =
          co_await asio::async_write(stream_, http::make_chunk(asio::buffer(piece)), kTuple);
      if (error) co_return false;
      piece.clear();
    }
    if (!more) break;
    auto next = stream.next(piece);
    if (!next) {
      spdlog::error("a list ended early: {}", next.error().message);
      co_return false;
    }
    more = *next;
  }
  auto [error, bytes] = co_await asio::async_write(stream_, http::make_chunk_last(), kTuple);
  co_return !error;
}

void Session::notice_end_of_client() {
  stream_.socket().async_wait(
      asio::ip::tcp::socket::wait_read, [self = shared_from_this()](beast::error_code error) {
        if (error) return;
        char byte = 0;
        beast::error_code ended;
        self->stream_.socket().non_blocking(true, ended);
        self->stream_.socket().receive(asio::buffer(&byte, 1), MSG_PEEK, ended);
        if (!ended || ended == asio::error::would_block) return;
        self->is_client_gone_ = true;
        self->timer_.cancel();
      });
}

asio::awaitable<bool> Session::write(WatchStream stream, const Head& head) {
  // The bell may ring from the writer's thread when this session is long gone.
  auto watcher = context_.engine.watch(
      stream.query, [weak = weak_from_this(), executor = stream_.get_executor()] {
        asio::post(executor, [weak] {
          if (const auto self = weak.lock()) self->timer_.cancel();
        });
      });
  if (!watcher) co_return co_await write(error_response(watcher.error()), head);
  if (!co_await write_chunked_head(stream.head, head)) co_return false;
  if (head.is_head) co_return true;
  stream_.expires_never();
  notice_end_of_client();
  const bool is_clean = co_await watch_loop(**watcher, stream);
  beast::error_code ignored;
  stream_.socket().cancel(ignored);
  if (!is_clean || is_client_gone_) co_return false;
  stream_.expires_after(kWriteTimeout);
  auto [error, bytes] = co_await asio::async_write(stream_, http::make_chunk_last(), kTuple);
  co_return !error;
}

asio::awaitable<bool> Session::watch_loop(engine::Watcher& watcher, const WatchStream& stream) {
  const auto deadline = Clock::now() + std::chrono::seconds(stream.timeout_seconds);
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
      if (!co_await write_events(std::move(events), stream, is_first)) co_return false;
      if (is_client_gone_) co_return false;
      if (Clock::now() < deadline) continue;
    }
    const bool is_over = watcher.ended() || is_client_gone_ || draining_ ||
                         context_.engine.hub().closed() || Clock::now() >= deadline;
    if (is_over) co_return true;
    timer_.expires_at(std::min(deadline, watcher.bookmarks() ? bookmark_at : deadline));
    co_await timer_.async_wait(kTuple);
  }
}

asio::awaitable<bool> Session::write_events(std::vector<engine::WatchEvent> events,
                                            const WatchStream& stream, bool& is_first) {
  std::vector<std::string> own;
  own.reserve(events.size());
  std::vector<asio::const_buffer> buffers;
  buffers.reserve(events.size() * 3);
  for (const auto& event : events) {
    std::string_view object;
    if (event.error) {
      object = own.emplace_back(status_json(*event.error));
    } else if (stream.transform && event.type != engine::WatchEventType::kBookmark) {
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
  stream_.expires_after(kWriteTimeout);
  auto [error, bytes] = co_await asio::async_write(stream_, http::make_chunk(buffers), kTuple);
  stream_.expires_never();
  co_return !error;
}

asio::awaitable<void> Session::run() {
  try {
    stream_.socket().set_option(asio::ip::tcp::no_delay(true));
    for (;;) {
      Head head;
      auto request = co_await read(head);
      if (!request) break;
      auto reply = co_await answer(std::move(*request));
      request.reset();
      bool is_written = false;
      if (auto* response = std::get_if<Response>(&reply)) {
        is_written = co_await write(std::move(*response), head);
      } else if (auto* body = std::get_if<BodyStream>(&reply)) {
        is_written = co_await write(std::move(*body), head);
      } else {
        is_written = co_await write(std::move(std::get<WatchStream>(reply)), head);
      }
      if (!is_written || !head.keep_alive || draining_) break;
    }
    beast::error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  } catch (const std::exception& failure) {
    spdlog::error("a connection ended by an exception: {}", failure.what());
  }
}

}  // namespace gatefold::api
