// Clients that are slow, leave in the middle, or send more than anybody should: each gets the
// answer of its row, and the server goes on.
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "api/limits.h"
#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

using std::chrono::milliseconds;

const std::string kMaps = "/api/v1/namespaces/default/configmaps";
const std::string kGetVersion = "GET /version HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string kChunkedPost =
    "POST " + kMaps + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

// Short enough to wait for.
api::ServerLimits impatient() {
  api::ServerLimits limits;
  limits.head = milliseconds(300);
  limits.body = milliseconds(300);
  limits.linger = milliseconds(200);
  return limits;
}

std::string post_head(std::size_t body_bytes, std::string_view more = "") {
  return fmt::format("POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n{}\r\n", kMaps,
                     body_bytes, more);
}

std::string chunk(std::string_view bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

struct Row {
  std::string name;
  std::function<void(HttpPeer&)> send;
  int code = 0;
  std::string says;  // a part of the answer's body
  bool ends = false;
};

std::vector<Row> rows() {
  const auto body = to_json(config_map("a"));
  const auto sends = [](std::string bytes) {
    return [bytes = std::move(bytes)](HttpPeer& peer) { peer.send(bytes); };
  };
  const auto sends_and_closes = [](std::string bytes) {
    return [bytes = std::move(bytes)](HttpPeer& peer) {
      peer.send(bytes);
      peer.half_close();
    };
  };
  return {
      {"a head byte by byte",
       [](HttpPeer& peer) {
         for (const char byte : kGetVersion) peer.send(std::string_view(&byte, 1));
       },
       200, "1.33"},
      {"a stalled head", sends("GET /version HT"), 408, "Request Timeout", true},
      {"a stalled body", sends(post_head(100) + "{"), 408, "Request Timeout", true},
      {"a stalled chunk", sends(kChunkedPost + "5\r\nab"), 408, "Request Timeout", true},
      {"a whole request, half closed", sends_and_closes(kGetVersion), 200, "1.33", true},
      {"a part of a head, half closed", sends_and_closes("GET /ver"), 400, "unexpected end", true},
      {"a part of a body, half closed", sends_and_closes(post_head(100) + "{"), 400,
       "unexpected end", true},
      {"a part of a chunk, half closed", sends_and_closes(kChunkedPost + "5\r\nab"), 400,
       "unexpected end", true},
      {"a broken chunk", sends(kChunkedPost + "zz\r\n\r\n"), 400, "bad chunk", true},
      {"a chunk's extension without end", sends(kChunkedPost + "1;" + std::string(1u << 20, 'a')),
       400, "too large", true},
      {"a last chunk's extension without end",
       sends(kChunkedPost + "0;" + std::string(1u << 20, 'a')), 400, "too large", true},
      {"a trailer without end", sends(kChunkedPost + "0\r\nX: " + std::string(1u << 20, 'a')), 400,
       "too large", true},
      {"a head over its limit",
       sends("GET / HTTP/1.1\r\nX: " + std::string(api::kHeaderBytesMax, 'a') + "\r\n\r\n"), 431,
       "header too large", true},
      {"a chunked body over its limit", sends(kChunkedPost + chunk(std::string(4u << 20, ' '))),
       413, "limit is 3145728", true},
      {"a body in chunks",
       sends(kChunkedPost + chunk(body.substr(0, 9)) + chunk(body.substr(9)) + "0\r\n\r\n"), 201,
       R"("name":"a")"},
      {"HTTP/1.0", sends("GET /version HTTP/1.0\r\n\r\n"), 200, "1.33", true},
      {"HTTP/1.0 that would go on",
       sends("GET /version HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), 200, "1.33", true},
  };
}

}  // namespace

TEST_CASE("slow, half-closed and endless requests") {
  std::array<TestWorld, 2> worlds;
  ServedEngine patient(worlds[0].world());
  ServedEngine hasty(worlds[1].world(), impatient());
  for (const auto& row : rows()) {
    INFO(row.name);
    auto& server = row.code == 408 ? hasty : patient;
    HttpPeer peer(server.port());
    row.send(peer);
    const auto answer = peer.read_answer();
    CHECK(answer.code == row.code);
    CHECK(answer.body.find(row.says) != std::string::npos);
    if (row.ends) {
      // To a half-closed client the end comes of itself.
      if (row.name.find("half closed") == std::string::npos || row.code != 200) {
        CHECK(answer.header("connection") == "close");
      }
      CHECK(peer.ends());
    } else {
      CHECK(peer.call("GET", "/version").code == 200);
    }
    CHECK(HttpPeer(server.port()).call("GET", "/readyz").code == 200);
  }
}

TEST_CASE("a client that waits for 100 Continue is told to go on") {
  TestWorld world;
  ServedEngine server(world.world());
  for (const std::string word : {"100-continue", "100-Continue", "100-CONTINUE"}) {
    INFO(word);
    HttpPeer peer(server.port());
    const auto body = to_json(config_map("a"));
    peer.send(post_head(body.size(), "Expect: " + word + "\r\n"));
    CHECK(peer.read_head().code == 100);
    peer.send(body);
    CHECK(peer.read_answer().code == (word == "100-continue" ? 201 : 409));
  }
}

TEST_CASE("requests at once are answered in order, each with its own answer (R26.11)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  std::string all;
  for (int i = 0; i < 20; ++i) {
    const auto body = to_json(config_map(fmt::format("m{}", i)));
    all += post_head(body.size()) + body;
    all += fmt::format("GET {}/m{} HTTP/1.1\r\nHost: x\r\n\r\n", kMaps, i);
  }
  peer.send(all);
  for (int i = 0; i < 20; ++i) {
    const auto name = fmt::format("m{}", i);
    const auto made = peer.read_answer();
    CHECK(made.code == 201);
    const auto got = peer.read_answer();
    CHECK(got.code == 200);
    CHECK(string_at(got.json(), {"metadata", "name"}) == name);
    CHECK(got.body == made.body);
  }
}

TEST_CASE("a watch ends with its client, whatever the client sent before (R16.1)") {
  TestWorld world;
  ServedEngine server(world.world());
  for (const std::string& ahead : {std::string(), kGetVersion, std::string(5000, 'x')}) {
    INFO(ahead);
    HttpPeer peer(server.port());
    peer.send("GET " + kMaps + "?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(peer.read_head().code == 200);
    peer.send(ahead);
    peer.half_close();
    CHECK(peer.ends());
  }
}

TEST_CASE("a request sent during a watch is answered after it") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  peer.send("GET " + kMaps + "?watch=1&timeoutSeconds=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(peer.read_head().code == 200);
  peer.send(kGetVersion);
  CHECK_FALSE(peer.read_line().has_value());
  CHECK(peer.read_answer().code == 200);
  // More seconds than fit a clock are no reason to end at once.
  peer.send("GET " + kMaps + "?watch=1&timeoutSeconds=9999999999999 HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(peer.read_head().code == 200);
  CHECK(HttpPeer(server.port()).call("POST", kMaps, {}, to_json(config_map("a"))).code == 201);
  const auto line = peer.read_line();
  REQUIRE(line.has_value());
  CHECK(line->starts_with(R"({"type":"ADDED")"));
}

TEST_CASE("to HTTP/1.0 a watch has no chunks") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  REQUIRE(peer.call("POST", kMaps, {}, to_json(config_map("a"))).code == 201);
  peer.send("GET " + kMaps + "?watch=1&timeoutSeconds=1 HTTP/1.0\r\n\r\n");
  const auto head = peer.read_head();
  CHECK(head.code == 200);
  CHECK(head.header("transfer-encoding").empty());
  CHECK(head.header("connection") == "close");
  const auto text = peer.read_to_end();
  CHECK(text.starts_with(R"({"type":"ADDED","object":)"));
  CHECK(text.ends_with("}\n"));
}

TEST_CASE("requests that are being read have one budget (R11.4, R11.7)") {
  TestWorld world;
  api::ServerLimits limits;
  limits.request_bytes = 100'000;
  limits.linger = std::chrono::minutes(5);
  ServedEngine server(world.world(), limits);
  // Whose bytes are read first is up to the server's threads: again, until there was room for the
  // first one and none for the second one. Those that were refused stay connected.
  std::vector<std::unique_ptr<HttpPeer>> peers;
  HttpAnswer refusal;
  for (int attempts = 0;; ++attempts) {
    REQUIRE(attempts < 100);
    auto& first = *peers.emplace_back(std::make_unique<HttpPeer>(server.port()));
    auto& second = *peers.emplace_back(std::make_unique<HttpPeer>(server.port()));
    first.send(post_head(70'000) + std::string(69'000, ' '));
    second.send(post_head(70'000) + std::string(70'000, ' '));
    refusal = second.read_answer();
    first.send(std::string(1'000, ' '));
    if (refusal.code == 429 && first.read_answer().code == 400) break;  // only spaces
  }
  CHECK(refusal.header("retry-after") == "1");
  CHECK(refusal.header("connection") == "close");
  CHECK(string_at(refusal.json(), {"reason"}) == "TooManyRequests");
  CHECK(HttpPeer(server.port()).call("GET", "/readyz").code == 200);
  HttpPeer third(server.port());
  third.send(post_head(90'000) + std::string(90'000, ' '));
  CHECK(third.read_answer().code == 400);
}

TEST_CASE("an idle connection ends without an answer") {
  TestWorld world;
  api::ServerLimits limits;
  limits.idle = milliseconds(100);
  ServedEngine server(world.world(), limits);
  HttpPeer peer(server.port());
  CHECK(peer.ends());
}

TEST_CASE("a request may say how long it waits (R1.8)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  for (const std::string wrong : {"soon", "5", "", "1x"}) {
    const auto answer = peer.call("GET", kMaps + "?timeout=" + wrong);
    CHECK(answer.code == 400);
    CHECK(string_at(answer.json(), {"reason"}) == "BadRequest");
    CHECK(string_at(answer.json(), {"message"}) ==
          "invalid timeout specified in the request URL - time: invalid duration \"" + wrong +
              "\"");
  }
  CHECK(peer.call("GET", kMaps + "?timeout=32s").code == 200);
  CHECK(peer.call("GET", kMaps + "?timeout=0s").code == 200);
  // Watches don't heed it.
  peer.send("GET " + kMaps + "?watch=1&timeoutSeconds=1&timeout=soon HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(peer.read_head().code == 200);
  CHECK_FALSE(peer.read_line().has_value());

  // The revision is not there, and would be waited for longer than that.
  const auto late = peer.call("GET", kMaps + "?resourceVersion=1000&timeout=50ms");
  CHECK(late.code == 504);
  CHECK(string_at(late.json(), {"reason"}) == "Timeout");
  CHECK(string_at(late.json(), {"message"}) ==
        "Timeout: request did not complete within the allotted timeout");
  CHECK(late.header("connection") == "close");
  CHECK(peer.ends());
}

TEST_CASE("a request that throws is a request that failed (R11.8)") {
  TestWorld world;
  std::atomic<int> calls_until_throw{0};
  auto faulty = world.world();
  faulty.now = [&world, &calls_until_throw] {
    if (calls_until_throw > 0 && --calls_until_throw == 0) throw std::bad_alloc();
    return world.now();
  };
  ServedEngine server(std::move(faulty));
  HttpPeer peer(server.port());
  // The first call of a write is made while it is decided, the second while it is rendered.
  for (const int at : {1, 2}) {
    calls_until_throw = at;
    const auto answer = peer.call("POST", kMaps, {}, to_json(config_map(fmt::format("a{}", at))));
    CHECK(answer.code == 500);
    CHECK(string_at(answer.json(), {"reason"}) == "InternalError");
    CHECK(calls_until_throw == 0);
    CHECK(peer.call("GET", "/readyz").code == 200);
  }
  CHECK(peer.call("GET", kMaps + "/a1").code == 404);
  CHECK(peer.call("GET", kMaps + "/a2").code == 200);
}

TEST_CASE("a stopped server has answered what it took (R16.15)") {
  TestWorld world;
  auto server = std::make_unique<ServedEngine>(world.world());
  HttpPeer idle(server->port());
  HttpPeer watching(server->port());
  watching.send("GET " + kMaps + "?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(watching.read_head().code == 200);
  // Waits for a revision that never comes, until the engine ends.
  HttpPeer waiting(server->port());
  waiting.send("GET " + kMaps + "?resourceVersion=1000 HTTP/1.1\r\nHost: x\r\n\r\n");
  server->stop();
  CHECK(idle.ends());
  CHECK_FALSE(watching.read_line().has_value());
  server.reset();
}

}  // namespace gatefold::test
