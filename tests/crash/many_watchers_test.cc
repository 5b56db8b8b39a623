// A thousand watchers of one kind: each sees every event once, in order, while writers write.
#include <algorithm>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

#include "schema/json.h"
#include "tests/support/http_connection.h"
#include "tests/support/server_process.h"

namespace gatefold::test {
namespace {

namespace asio = boost::asio;

constexpr int kWatchers = 1000;
constexpr int kWriters = 4;
constexpr int kEventsEach = 500;
constexpr int kEvents = kWriters * kEventsEach;
constexpr rlim_t kUsualFiles = 1024;  // the soft limit nearly everywhere
constexpr std::uint64_t kResidentBytesMax = std::uint64_t{1} << 30;
constexpr const char* kMaps = "/api/v1/namespaces/default/configmaps";

struct Scene {
  asio::io_context context;
  std::uint16_t port = 0;
  int open = 0;
  std::uint64_t resident_bytes = 0;
};

asio::awaitable<void> write(Scene& scene, int writer) {
  auto connection = co_await HttpConnection::open(scene.port);
  for (int i = 0; i < kEventsEach; ++i) {
    const auto answer = co_await connection.call(
        "POST", kMaps,
        fmt::format(R"({{"metadata":{{"name":"w{}-{}"}},"data":{{"a":"b"}}}})", writer, i));
    REQUIRE(answer.code == 201);
  }
}

// The revision of an event, read from its text: a thousand parsers would measure themselves.
std::uint64_t revision_in(const std::string& line) {
  const auto at = line.find("\"resourceVersion\":\"");
  REQUIRE(at != std::string::npos);
  return std::stoull(line.substr(at + 19, 20));
}

asio::awaitable<void> watch(Scene& scene, const ServerProcess& server, bool is_first) {
  auto connection = co_await HttpConnection::open(scene.port);
  const auto code = co_await connection.start_stream(
      fmt::format("{}?watch=1&resourceVersion={}", kMaps, server.revision()));
  REQUIRE(code == 200);
  if (++scene.open == kWatchers) {
    for (int writer = 0; writer < kWriters; ++writer) {
      asio::co_spawn(scene.context, write(scene, writer), [](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
      });
    }
  }
  std::uint64_t last = server.revision();
  for (int i = 0; i < kEvents; ++i) {
    const auto line = co_await connection.next_line();
    if (!line.starts_with(R"({"type":"ADDED")")) FAIL(line.substr(0, 200));
    const auto revision = revision_in(line);
    // Only this load writes: revisions have no gaps.
    if (revision != last + 1) FAIL(fmt::format("{} came after {}", revision, last));
    last = revision;
  }
  if (is_first) scene.resident_bytes = server.resident_bytes();
}

void allow_files(bool many) {
  rlimit files{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &files) == 0);
  files.rlim_cur = many ? files.rlim_max : std::min(kUsualFiles, files.rlim_max);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &files) == 0);
}

TEST_CASE(
    "a thousand watchers each see two thousand events once and in order (R1.14, R16.16, R26.11)") {
  // The server has to help itself to more than it is started with.
  allow_files(false);
  ServerProcess server(GATEFOLD_BINARY,
                       {"serve", "--in-memory", "--listen", "127.0.0.1:0", "--log-level", "error"});
  allow_files(true);
  Scene scene;
  scene.port = server.port();
  for (int i = 0; i < kWatchers; ++i) {
    asio::co_spawn(scene.context, watch(scene, server, i == 0), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
  }
  scene.context.run();
  fmt::print("{} watchers, {} events: {} MB resident\n", kWatchers, kEvents,
             scene.resident_bytes >> 20);
  REQUIRE(scene.resident_bytes > 0);
  REQUIRE(scene.resident_bytes < kResidentBytesMax);
  REQUIRE(server.end() == 0);
}

}  // namespace
}  // namespace gatefold::test
