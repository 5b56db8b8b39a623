#include "tools/gatefold/http_client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include "schema/json.h"

namespace gatefold::tools {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::uint64_t kAnswerBytesMax = 64u << 20;

struct Address {
  std::string host;
  std::string port;
};

Result<Address> parse_server(std::string_view server) {
  constexpr std::string_view kScheme = "http://";
  if (!server.starts_with(kScheme)) return bad_request("a server is given as http://HOST:PORT");
  server.remove_prefix(kScheme.size());
  if (server.ends_with('/')) server.remove_suffix(1);
  const auto colon = server.ends_with(']') ? std::string_view::npos : server.rfind(':');
  auto host = server.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const bool has_port = colon != std::string_view::npos;
  return Address{std::string(host), has_port ? std::string(server.substr(colon + 1)) : "80"};
}

}  // namespace

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                          (byte >= '0' && byte <= '9') || c == '-' || c == '.' || c == '_' ||
                          c == '~';
    out += is_plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return out;
}

namespace {

Result<HttpAnswer> ask(const std::string& server, http::request<http::string_body> request) {
  auto address = parse_server(server);
  if (!address) return std::unexpected(std::move(address.error()));
  const auto unreachable = [&](const boost::system::error_code& error) {
    return unavailable(fmt::format("{} can't be reached: {}", server, error.message()));
  };
  asio::io_context io;
  boost::system::error_code error;
  const auto endpoints = asio::ip::tcp::resolver(io).resolve(address->host, address->port, error);
  if (error) return unreachable(error);
  asio::ip::tcp::socket socket(io);
  asio::connect(socket, endpoints, error);
  if (error) return unreachable(error);

  request.set(http::field::host, address->host);
  request.set(http::field::user_agent, "gatefold/" GATEFOLD_VERSION);
  request.prepare_payload();
  http::write(socket, request, error);
  if (error) return unreachable(error);
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kAnswerBytesMax);
  http::read(socket, buffer, parser, error);
  if (error) return unreachable(error);

  auto response = parser.release();
  HttpAnswer answer;
  answer.code = static_cast<int>(response.result_int());
  answer.body = std::move(response.body());
  answer.revision = std::string(response["Gatefold-Revision"]);
  answer.head = std::string(response["Gatefold-Head"]);
  answer.time = std::string(response["Gatefold-Time"]);
  if (answer.code == 200 || answer.code == 201) return answer;
  auto parsed = parse_json(answer.body);
  const auto message = parsed ? string_at(parsed->value, {"message"}) : std::string_view{};
  if ((answer.code == 400 || answer.code == 403) && !message.empty())
    return bad_request(std::string(message));
  if (answer.code == 404 && !message.empty())
    return failure(Reason::kNotFound, std::string(message));
  if (answer.code == 409 && !message.empty())
    return failure(Reason::kConflict, std::string(message));
  if (answer.code == 410 && !message.empty())
    return failure(Reason::kExpired, std::string(message));
  return unavailable(fmt::format("{} answered {}: {}", server, answer.code,
                                 message.empty() ? answer.body : std::string(message)));
}

}  // namespace

Result<HttpAnswer> http_get(const std::string& server, const std::string& target) {
  return ask(server, {http::verb::get, target, 11});
}

Result<HttpAnswer> http_post(const std::string& server, const std::string& target,
                             const std::string& body) {
  http::request<http::string_body> request(http::verb::post, target, 11, body);
  request.set(http::field::content_type, "application/json");
  return ask(server, std::move(request));
}

}  // namespace gatefold::tools
