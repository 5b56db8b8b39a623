// A blocking HTTP/1.1 client of one connection, for tests: it reads and writes bytes itself, so
// that it judges the server's framing and can send what no client library would.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/value.h"

namespace gatefold::test {

struct HttpAnswer {
  int code = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  // The values of a header, in order.
  std::vector<std::string> all(std::string_view name) const;
  std::string header(std::string_view name) const;  // the first one, or ""
  Value json() const;                               // null where the body is no JSON
};

// Every call waits a minute at most and throws std::runtime_error then, or where the bytes are
// no HTTP.
class HttpPeer {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  explicit HttpPeer(std::uint16_t port);
  ~HttpPeer();
  HttpPeer(HttpPeer&& other) noexcept;
  HttpPeer& operator=(HttpPeer&&) = delete;

  // Host, and Content-Length where there is a body, are added.
  HttpAnswer call(std::string_view method, std::string_view target, const Headers& headers = {},
                  std::string_view body = {});

  // Sends bytes as they are, all of them before it reads; stops where the server hangs up.
  void send(std::string_view bytes);
  HttpAnswer read_answer(bool is_head = false);
  // Sends nothing more; answers can still be read.
  void half_close();
  // Everything up to the end of the connection, as it came.
  std::string read_to_end();

  // For answers without an end: the head, then line after line of the chunks (nothing at their
  // end), or the body where it has an end after all.
  HttpAnswer read_head();
  void read_body(HttpAnswer& answer);
  std::optional<std::string> read_line();

  // Whether the server ends the connection.
  bool ends();

 private:
  std::string take_line();
  std::string take(std::size_t size);
  bool fill();  // false at the end of the stream

  int socket_ = -1;
  std::string buffer_;
  std::string decoded_;  // of chunks, not handed out yet
  bool is_over_ = false;
};

}  // namespace gatefold::test
