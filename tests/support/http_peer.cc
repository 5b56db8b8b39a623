#include "tests/support/http_peer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schema/json.h"

namespace gatefold::test {
namespace {

constexpr int kPatienceMs = 60'000;
constexpr std::size_t kPieceBytes = 64u << 10;

bool is_ready(int socket, short events, int wait_ms) {
  pollfd waiting{socket, events, 0};
  return poll(&waiting, 1, wait_ms) > 0;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  });
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::size_t number(std::string_view text, int base) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw std::runtime_error("no number: " + std::string(text));
  }
  return value;
}

}  // namespace

std::vector<std::string> HttpAnswer::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : headers) {
    if (key == name) values.push_back(value);
  }
  return values;
}

std::string HttpAnswer::header(std::string_view name) const {
  auto values = all(name);
  return values.empty() ? "" : std::move(values.front());
}

Value HttpAnswer::json() const {
  auto parsed = parse_json(body);
  return parsed ? std::move(parsed->value) : Value();
}

HttpPeer::HttpPeer(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    close(socket_);
    throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
  }
}

HttpPeer::~HttpPeer() {
  if (socket_ >= 0) close(socket_);
}

HttpPeer::HttpPeer(HttpPeer&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      buffer_(std::move(other.buffer_)),
      decoded_(std::move(other.decoded_)),
      is_over_(other.is_over_) {}

HttpAnswer HttpPeer::call(std::string_view method, std::string_view target, const Headers& headers,
                          std::string_view body) {
  std::string request;
  request.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
  for (const auto& [name, value] : headers) {
    request.append(name).append(": ").append(value).append("\r\n");
  }
  if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
    request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  }
  request.append("\r\n").append(body);
  send(request);
  return read_answer(method == "HEAD");
}

void HttpPeer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!is_ready(socket_, POLLOUT, kPatienceMs)) {
      throw std::runtime_error("the server takes nothing");
    }
    const auto sent =
        ::send(socket_, bytes.data(), std::min(bytes.size(), kPieceBytes), MSG_NOSIGNAL);
    if (sent <= 0) return;  // it hung up: its answer says why
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool HttpPeer::fill() {
  if (!is_ready(socket_, POLLIN, kPatienceMs)) throw std::runtime_error("the server says nothing");
  std::array<char, 16384> bytes{};
  const auto size = recv(socket_, bytes.data(), bytes.size(), 0);
  if (size <= 0) return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(size));
  return true;
}

std::string HttpPeer::take_line() {
  auto end = buffer_.find("\r\n");
  while (end == std::string::npos) {
    if (!fill()) throw std::runtime_error("the server hung up within a line");
    end = buffer_.find("\r\n");
  }
  auto line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

std::string HttpPeer::take(std::size_t size) {
  while (buffer_.size() < size) {
    if (!fill()) throw std::runtime_error("the server hung up within a body");
  }
  auto bytes = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return bytes;
}

HttpAnswer HttpPeer::read_head() {
  const auto status = take_line();
  if (!status.starts_with("HTTP/1.1 ") || status.size() < 12) {
    throw std::runtime_error("no status line: " + status);
  }
  is_over_ = false;
  HttpAnswer answer;
  answer.code = static_cast<int>(number(std::string_view(status).substr(9, 3), 10));
  for (auto line = take_line(); !line.empty(); line = take_line()) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) throw std::runtime_error("no header: " + line);
    const std::string_view text(line);
    answer.headers.emplace_back(lower(text.substr(0, colon)), trimmed(text.substr(colon + 1)));
  }
  return answer;
}

HttpAnswer HttpPeer::read_answer(bool is_head) {
  auto answer = read_head();
  if (answer.code == 100) return read_answer(is_head);
  if (!is_head && answer.code != 204 && answer.code != 304) read_body(answer);
  return answer;
}

void HttpPeer::read_body(HttpAnswer& answer) {
  if (answer.header("transfer-encoding") == "chunked") {
    for (auto size = number(take_line(), 16); size > 0; size = number(take_line(), 16)) {
      answer.body += take(size);
      take_line();
    }
    take_line();
  } else {
    answer.body = take(number(answer.header("content-length"), 10));
  }
}

std::optional<std::string> HttpPeer::read_line() {
  auto end = decoded_.find('\n');
  while (end == std::string::npos && !is_over_) {
    const auto size = number(take_line(), 16);
    decoded_ += take(size);
    take_line();
    is_over_ = size == 0;
    end = decoded_.find('\n');
  }
  if (end == std::string::npos) return std::nullopt;
  auto line = decoded_.substr(0, end);
  decoded_.erase(0, end + 1);
  return line;
}

void HttpPeer::half_close() {
  shutdown(socket_, SHUT_WR);
}

std::string HttpPeer::read_to_end() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

bool HttpPeer::ends() {
  return buffer_.empty() && !fill();
}

}  // namespace gatefold::test
