// Watches over WebSocket: the same events in frames.
#include <fmt/format.h>

#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"
#include "tests/support/websocket_peer.h"

namespace gatefold::test {
namespace {

const std::string kMaps = "/api/v1/namespaces/default/configmaps";
const HttpPeer::Headers kUpgrade = {{"Connection", "Upgrade"},
                                    {"Upgrade", "websocket"},
                                    {"Sec-WebSocket-Version", "13"},
                                    {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};

class Watched {
 public:
  explicit Watched(api::ServerLimits limits = {}) : server_(world_.world(), limits) {}

  std::uint16_t port() const { return server_.port(); }
  engine::Engine& engine() { return server_.engine(); }
  void stop() { server_.stop(); }
  HttpAnswer call(std::string_view method, std::string_view target,
                  const HttpPeer::Headers& headers = {}, std::string_view body = {}) {
    return HttpPeer(port()).call(method, target, headers, body);
  }
  Value make(std::string_view name) {
    const auto made = call("POST", kMaps, {}, to_json(config_map(name)));
    REQUIRE(made.code == 201);
    return made.json();
  }

 private:
  TestWorld world_;
  ServedEngine server_;
};

Value event_of(const std::optional<WebSocketPeer::Frame>& frame) {
  REQUIRE(frame.has_value());
  CHECK(frame->is_text);
  CHECK(frame->content.ends_with("}\n"));
  return json(frame->content);
}

HttpPeer::Headers with(HttpPeer::Headers headers, const std::string& name, std::string value) {
  std::erase_if(headers, [&](const auto& header) { return header.first == name; });
  if (!value.empty()) headers.emplace_back(name, std::move(value));
  return headers;
}

}  // namespace

TEST_CASE("over WebSocket each event of a watch is a text frame (R16.11)") {
  Watched server;
  const auto a = server.make("a");
  const auto big = std::string(300'000, 'x');
  WebSocketPeer peer(server.port(), kMaps + "?watch=true");
  const auto first = event_of(peer.next());
  CHECK(string_at(first, {"type"}) == "ADDED");
  CHECK(first.at("object") == a);
  const auto patched =
      server.call("PATCH", kMaps + "/a", {{"Content-Type", "application/merge-patch+json"}},
                  to_json({{"data", {{"big", big}}}}));
  REQUIRE(patched.code == 200);
  const auto second = event_of(peer.next());
  CHECK(string_at(second, {"type"}) == "MODIFIED");
  CHECK(second.at("object") == patched.json());
  REQUIRE(server.call("DELETE", kMaps + "/a").code == 200);
  CHECK(string_at(event_of(peer.next()), {"type"}) == "DELETED");
}

TEST_CASE("a WebSocket watch is shaped, selects and ends as any other (R16.9, R16.11, R16.13)") {
  Watched server;
  server.make("a");
  server.make("b");
  WebSocketPeer peer(server.port(), kMaps +
                                        "?watch=1&fieldSelector=metadata.name%3Db&timeoutSeconds=3"
                                        "&allowWatchBookmarks=true");
  CHECK(name_in(event_of(peer.next()).at("object")) == "b");
  const auto bookmark = event_of(peer.next());
  CHECK(string_at(bookmark, {"type"}) == "BOOKMARK");
  auto frame = peer.next();
  while (frame) frame = peer.next();  // a bookmark before the end
  CHECK_FALSE(frame.has_value());
}

TEST_CASE(
    "what a watching client says over WebSocket is ignored, its pings are answered (R16.11)") {
  Watched server;
  const auto before = server.engine().hub().watchers();
  WebSocketPeer peer(server.port(), kMaps + "?watch=1");
  peer.send("what");
  peer.send(std::string(60'000, 'x'));
  CHECK(peer.answers_ping());
  const auto a = server.make("a");
  CHECK(event_of(peer.next()).at("object") == a);
  // One that talks much is let go.
  peer.send(std::string(70'000, 'x'));
  CHECK_THROWS(peer.next());
  CHECK(eventually([&] { return server.engine().hub().watchers() == before; }));
}

TEST_CASE("a WebSocket watch ends with its client (R16.11)") {
  Watched server;
  const auto before = server.engine().hub().watchers();
  {
    WebSocketPeer closes(server.port(), kMaps + "?watch=1");
    WebSocketPeer leaves(server.port(), kMaps + "?watch=1");
    CHECK(closes.answers_ping());
    CHECK(server.engine().hub().watchers() == before + 2);
    closes.close();
  }
  CHECK(eventually([&] { return server.engine().hub().watchers() == before; }));
}

TEST_CASE("a server that ends closes WebSocket watches first (R16.11, R16.15)") {
  Watched server;
  WebSocketPeer peer(server.port(), kMaps + "?watch=1");
  CHECK(peer.answers_ping());
  server.stop();
  CHECK_FALSE(peer.next().has_value());
}

TEST_CASE("a client that reads nothing does not hold a WebSocket watch (R16.11)") {
  api::ServerLimits limits;
  limits.write = std::chrono::seconds(3);
  limits.linger = std::chrono::milliseconds(200);
  Watched server(limits);
  const auto before = server.engine().hub().watchers();
  const WebSocketPeer peer(server.port(), kMaps + "?watch=1");
  CHECK(eventually([&] { return server.engine().hub().watchers() == before + 1; }));
  server.make("a");
  for (int i = 0; i < 12; ++i) {
    const auto label =
        to_json({{"data", {{"big", std::string(1'000'000, static_cast<char>('a' + i))}}}});
    REQUIRE(
        server
            .call("PATCH", kMaps + "/a", {{"Content-Type", "application/merge-patch+json"}}, label)
            .code == 200);
  }
  CHECK(eventually([&] { return server.engine().hub().watchers() == before; }));
}

TEST_CASE("what is wrong before the upgrade is told over HTTP (R16.11)") {
  Watched server;
  const auto watch = kMaps + "?watch=1";
  const auto refused = [&](const std::string& target, const HttpPeer::Headers& headers) {
    const auto answer = server.call("GET", target, headers);
    return fmt::format("{} {}", answer.code, string_at(answer.json(), {"message"}));
  };
  CHECK(refused(kMaps + "?watch=1&labelSelector=a,", kUpgrade) ==
        "400 found '', expected: identifier after ','");
  CHECK(refused("/api/v1/nothing?watch=1", kUpgrade).starts_with("404 "));
  CHECK(refused(watch, with(kUpgrade, "Sec-WebSocket-Version", "8")) ==
        "400 Sec-WebSocket-Version: Invalid value: \"8\": must be 13");
  for (const auto* key : {"", "short", "dGhlIHNhbXBsZSBub25j"}) {
    CHECK(refused(watch, with(kUpgrade, "Sec-WebSocket-Key", key)) ==
          "400 Sec-WebSocket-Key: Invalid value: must be 16 bytes in base64");
  }
  // Pages of other servers could read what is on this one.
  for (const auto* origin : {"http://evil.example", "null", "http://", "127.0.0.1"}) {
    INFO(origin);
    CHECK(refused(watch, with(kUpgrade, "Origin", origin)).starts_with("403 a page of "));
  }
  // What is no watch is answered as ever.
  CHECK(server.call("GET", kMaps, kUpgrade).code == 200);
  CHECK(server.call("POST", kMaps, kUpgrade, to_json(config_map("a"))).code == 201);
}

TEST_CASE("the page of the server itself may watch (R16.11)") {
  Watched server;
  HttpPeer peer(server.port());
  std::string request = "GET " + kMaps + "?watch=1 HTTP/1.1\r\nHost: Server:80\r\n";
  for (const auto& [name, value] : kUpgrade) request += name + ": " + value + "\r\n";
  peer.send(request + "Origin: http://server:80\r\nAudit-ID: mine\r\n\r\n");
  const auto head = peer.read_head();
  CHECK(head.code == 101);
  CHECK(head.header("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(head.header("audit-id") == "mine");
}

}  // namespace gatefold::test
