#include "api/receive.h"

#include <algorithm>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <fmt/format.h>

#include "engine/limits.h"

namespace gatefold::api {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Parser = http::request_parser<http::string_body>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

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
  request.authorization = std::string(view_of(from[http::field::authorization]));
  request.accept_encoding = std::string(view_of(from[http::field::accept_encoding]));
  constexpr std::string_view kImpersonate = "Impersonate-";
  for (const auto& field : from) {
    const auto name = view_of(field.name_string());
    if (name.size() <= kImpersonate.size() || (name[0] | 0x20) != 'i') continue;
    if (!boost::beast::iequals(field.name_string().substr(0, kImpersonate.size()),
                               boost::core::string_view("Impersonate-")))
      continue;
    request.impersonation.emplace_back(name.substr(kImpersonate.size()), view_of(field.value()));
  }
  request.body = std::move(from.body());
  return request;
}

std::optional<WebSocketHandshake> handshake_of(const http::request<http::string_body>& request) {
  if (!boost::beast::websocket::is_upgrade(request)) return std::nullopt;
  const auto text = [&](http::field field) { return std::string(view_of(request[field])); };
  return WebSocketHandshake{.key = text(http::field::sec_websocket_key),
                            .version = text(http::field::sec_websocket_version),
                            .origin = text(http::field::origin),
                            .host = text(http::field::host)};
}

Response too_many_bytes() {
  Status status{.reason = Reason::kTooManyRequests,
                .message = "Too many requests, please try again later."};
  status.details.retry_after_seconds = 1;
  return error_response(status);
}

// The answer to bytes that are no acceptable request; nothing where the client just went away.
std::optional<Response> answer_to(const error_code& error) {
  if (error == http::error::body_limit) {
    return error_response(
        {.reason = Reason::kRequestEntityTooLarge,
         .message = fmt::format("Request entity too large: limit is {}", engine::kBodyBytesMax)});
  }
  if (error == http::error::header_limit) return text_response(431, "request header too large\n");
  if (error == asio::error::timed_out) return text_response(408, "408 Request Timeout\n");
  if (error == asio::error::no_memory) return too_many_bytes();
  const bool is_cut = error == asio::error::eof;
  const bool is_full = error == asio::error::no_buffer_space;
  const bool is_wrong =
      error.category() == http::make_error_code(http::error::bad_value).category();
  if (!is_cut && !is_full && !is_wrong) return std::nullopt;
  const auto why = is_cut    ? std::string("unexpected end of the request")
                   : is_full ? std::string("chunk header or trailer too large")
                             : error.message();
  return text_response(400, "400 Bad Request: " + why + "\n");
}

// Parses what is in the buffer and reads on until `is_done`; no_memory where the budget is spent.
asio::awaitable<error_code> parse(Connection& connection, Parser& parser,
                                  bool (*is_done)(const Parser&), std::size_t piece_bytes,
                                  ByteBudget::Share& share) {
  auto& buffer = connection.buffer();
  for (;;) {
    if (buffer.size() > 0) {
      error_code error;
      buffer.consume(parser.put(buffer.cdata(), error));
      if (error == http::error::need_more) error = {};
      if (error || is_done(parser)) co_return error;
    }
    if (!share.grow_to(buffer.size() + parser.get().body().size())) {
      co_return asio::error::no_memory;
    }
    if (auto error = co_await connection.fill(piece_bytes)) co_return error;
  }
}

asio::awaitable<error_code> parse_body(Connection& connection, Parser& parser,
                                       const ServerState& state, ByteBudget::Share& share) {
  connection.limit(state.limits.body);
  const auto& head = parser.get();
  if (boost::beast::iequals(head[http::field::expect], "100-continue") && head.version() >= 11) {
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    auto [error, bytes] =
        co_await asio::async_write(connection.socket(), asio::buffer(kContinue), kTuple);
    if (error) co_return error;
  }
  parser.eager(true);
  co_return co_await parse(
      connection, parser, [](const Parser& each) { return each.is_done(); }, kBodyPieceBytes,
      share);
}

}  // namespace

asio::awaitable<Received> receive(Connection& connection, ServerState& state) {
  Received received(state.bodies);
  if (connection.buffer().size() == 0) {
    // The server tells idle connections to end once: those that become idle later see for
    // themselves.
    if (state.draining) co_return received;
    connection.limit(state.limits.idle);
    if (co_await connection.fill_when_idle(kHeadPieceBytes)) co_return received;
  }
  Parser parser;
  parser.body_limit(engine::kBodyBytesMax);
  parser.header_limit(kHeaderBytesMax);
  connection.limit(state.limits.head);
  auto error = co_await parse(
      connection, parser, [](const Parser& each) { return each.is_header_done(); }, kHeadPieceBytes,
      received.share);
  if (!error && !parser.is_done()) {
    error = co_await parse_body(connection, parser, state, received.share);
  }
  connection.unlimited();
  if (error) {
    received.refusal = answer_to(error);
    received.share.release();  // what was read goes now, the client when it likes
    co_return received;
  }
  received.takes_chunks = parser.get().version() >= 11;
  received.keep_alive = parser.keep_alive() && received.takes_chunks;
  received.handshake = handshake_of(parser.get());
  received.request = to_request(parser.release());
  co_return received;
}

asio::awaitable<void> linger(Connection& connection, const ServerState& state) {
  error_code ignored;
  connection.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  connection.limit(state.limits.linger);
  for (std::size_t taken = 0; taken < kLingerBytesMax && !state.draining;) {
    connection.buffer().clear();
    if (co_await connection.fill(kReadBufferBytesMax)) break;
    taken += connection.buffer().size();
  }
}

}  // namespace gatefold::api
