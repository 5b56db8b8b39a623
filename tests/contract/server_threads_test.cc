// The whole server under load from many connections, and stopped in the middle of it: for
// ThreadSanitizer, and for what comes back after a client or the server has gone.
#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

const std::string kMaps = "/api/v1/namespaces/default/configmaps";
constexpr int kWriters = 4;
constexpr int kWritesEach = 60;

// Of all clients; read when they are through.
struct Tally {
  std::atomic<int> writes{0};
  std::atomic<int> events{0};
  std::atomic<int> lists{0};
  std::atomic<int> surprises{0};
  std::atomic<bool> is_over{false};
};

// Runs `step` until the load is over or the server hangs up.
template <class Step>
std::thread client(Tally& tally, Step step) {
  return std::thread([&tally, step]() mutable {
    try {
      while (!tally.is_over && step()) {
      }
    } catch (const std::runtime_error&) {
      // The server has gone.
    }
  });
}

std::thread writer(std::uint16_t port, int number, Tally& tally) {
  return client(tally, [&tally, peer = std::make_shared<HttpPeer>(port), number, i = 0]() mutable {
    const auto name = fmt::format("w{}-{}", number, i++ % 7);
    const auto made = peer->call("POST", kMaps, {}, to_json(config_map(name)));
    const auto changed =
        peer->call("PATCH", kMaps + "/hot", {{"Content-Type", "application/merge-patch+json"}},
                   fmt::format(R"({{"data":{{"w{}":"{}"}}}})", number, i));
    if (made.code == 409) peer->call("DELETE", kMaps + "/" + name);
    const bool is_refused = made.code == 503 || changed.code == 503;
    if (!is_refused && (changed.code != 200 || (made.code != 201 && made.code != 409))) {
      ++tally.surprises;
    }
    ++tally.writes;
    return !is_refused;
  });
}

// Watches for a few events and leaves, with a request behind the watch now and then.
std::thread watcher(std::uint16_t port, bool sends_ahead, Tally& tally) {
  return client(tally, [&tally, port, sends_ahead] {
    HttpPeer peer(port);
    peer.send("GET " + kMaps + "?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto head = peer.read_head();
    if (head.code != 200) return head.code == 503;
    if (sends_ahead) peer.send("GET /version HTTP/1.1\r\nHost: x\r\n\r\n");
    for (int i = 0; i < 20; ++i) {
      if (!peer.read_line()) return false;
      ++tally.events;
    }
    return true;
  });
}

std::thread reader(std::uint16_t port, Tally& tally) {
  return client(tally, [&tally, port, peer = std::make_shared<HttpPeer>(port)] {
    const auto list = peer->call("GET", kMaps);
    if (list.code != 200 && list.code != 503) ++tally.surprises;
    // Not there yet: waits, and is given up.
    HttpPeer(port).call("GET", kMaps + "?resourceVersion=100000&timeout=1ms");
    ++tally.lists;
    return list.code == 200;
  });
}

}  // namespace

TEST_CASE("a server under load from many sides stops cleanly") {
  TestWorld world;
  auto server = std::make_unique<ServedEngine>(world.world());
  const auto port = server->port();
  REQUIRE(HttpPeer(port).call("POST", kMaps, {}, to_json(config_map("hot"))).code == 201);
  Tally tally;
  std::vector<std::thread> clients;
  for (int i = 0; i < kWriters; ++i) clients.push_back(writer(port, i, tally));
  for (int i = 0; i < 4; ++i) clients.push_back(watcher(port, i % 2 == 0, tally));
  for (int i = 0; i < 2; ++i) clients.push_back(reader(port, tally));
  while (tally.writes < kWriters * kWritesEach || tally.events == 0 || tally.lists == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  server->stop();
  server.reset();
  tally.is_over = true;
  for (auto& each : clients) each.join();
  CHECK(tally.surprises == 0);
}

}  // namespace gatefold::test
