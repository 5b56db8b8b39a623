// SIGKILL in the middle of a load: what was acknowledged is there, what is there was sent.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "schema/json.h"
#include "tests/support/http_connection.h"
#include "tests/support/server_process.h"

namespace gatefold::test {
namespace {

namespace asio = boost::asio;

constexpr int kWriters = 64;
constexpr const char* kMaps = "/api/v1/namespaces/default/configmaps";

// What one writer knows of its object. The number is counted up; deletions give it none.
struct Expected {
  std::uint64_t acknowledged = 0;  // the last number that was answered with 2xx
  std::uint64_t sent = 0;          // the last number that was sent
  std::uint64_t revision = 0;      // of the last acknowledged write
};

std::string object_of(int writer, std::uint64_t number) {
  return to_json(JsonObject{{"apiVersion", "v1"},
                            {"kind", "ConfigMap"},
                            {"metadata", {{"name", fmt::format("writer-{}", writer)}}},
                            {"data", {{"number", std::to_string(number)}}}});
}

asio::awaitable<void> write_until_killed(std::uint16_t port, int writer, Expected& expected,
                                         std::uint64_t& acknowledged_in_all) {
  try {
    auto connection = co_await HttpConnection::open(port);
    for (;;) {
      const auto number = ++expected.sent;
      const auto target = fmt::format("{}/writer-{}", kMaps, writer);
      auto answer =
          number == 1 ? co_await connection.call("POST", kMaps, object_of(writer, number))
                      : co_await connection.call(
                            "PATCH", target, fmt::format(R"({{"data":{{"number":"{}"}}}})", number),
                            "application/merge-patch+json");
      // After a kill the object may be there although nobody was told, or may be missing.
      if (answer.code == 409 && number == 1) continue;
      if (answer.code == 404) {
        answer = co_await connection.call("POST", kMaps, object_of(writer, number));
      }
      if (answer.code / 100 != 2) throw std::runtime_error(answer.text);
      expected.acknowledged = number;
      expected.revision =
          std::stoull(std::string(string_at(answer.body, {"metadata", "resourceVersion"})));
      ++acknowledged_in_all;
    }
  } catch (const boost::system::system_error&) {
    // The server is gone, as it should be.
  }
}

struct Found {
  std::map<std::string, Value> objects;
  std::uint64_t revision = 0;
};

Found list(std::uint16_t port) {
  Found found;
  asio::io_context context;
  std::exception_ptr failure;
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        auto connection = co_await HttpConnection::open(port);
        const auto answer = co_await connection.call("GET", kMaps);
        for (const auto& item : answer.body.at("items").as_array()) {
          found.objects.emplace(string_at(item, {"metadata", "name"}), item);
        }
        found.revision =
            std::stoull(std::string(string_at(answer.body, {"metadata", "resourceVersion"})));
      },
      [&](std::exception_ptr error) { failure = error; });
  context.run();
  if (failure) std::rethrow_exception(failure);
  return found;
}

void check(const Found& found, std::vector<Expected>& expected) {
  std::size_t known = 0;
  for (int writer = 0; writer < kWriters; ++writer) {
    auto& mine = expected[static_cast<std::size_t>(writer)];
    const auto object = found.objects.find(fmt::format("writer-{}", writer));
    INFO("writer " << writer << ", acknowledged " << mine.acknowledged << ", sent " << mine.sent);
    if (object == found.objects.end()) {
      REQUIRE(mine.acknowledged == 0);
      mine.sent = 0;
      continue;
    }
    ++known;
    const auto number = std::stoull(std::string(string_at(object->second, {"data", "number"})));
    REQUIRE(number >= mine.acknowledged);
    REQUIRE(number <= mine.sent);
    const auto revision =
        std::stoull(std::string(string_at(object->second, {"metadata", "resourceVersion"})));
    if (number == mine.acknowledged) {
      REQUIRE(revision == mine.revision);
    } else {
      REQUIRE(revision > mine.revision);
    }
    REQUIRE(revision <= found.revision);
    mine = {number, number, revision};
  }
  REQUIRE(found.objects.size() == known);  // nothing is invented
}

TEST_CASE("no acknowledged write is lost by SIGKILL, and none is invented") {
  const int kills = std::getenv("CI") != nullptr ? 10 : 50;
  const auto directory =
      std::filesystem::temp_directory_path() / fmt::format("gatefold-kill-{}", getpid());
  std::filesystem::remove_all(directory);
  const std::vector<std::string> arguments = {
      "serve", "--data", directory.string(), "--listen", "127.0.0.1:0", "--log-level", "error"};
  std::mt19937 random(20260101);
  std::vector<Expected> expected(kWriters);
  std::uint64_t acknowledged = 0;
  std::vector<std::int64_t> ready_ms;
  for (int kill = 0; kill < kills; ++kill) {
    ServerProcess server(GATEFOLD_BINARY, arguments);
    ready_ms.push_back(server.time_to_ready().count());
    const auto found = list(server.port());
    REQUIRE(found.revision == server.revision());
    check(found, expected);
    asio::io_context context;
    for (int writer = 0; writer < kWriters; ++writer) {
      asio::co_spawn(context,
                     write_until_killed(server.port(), writer,
                                        expected[static_cast<std::size_t>(writer)], acknowledged),
                     [](std::exception_ptr error) {
                       if (error) std::rethrow_exception(error);
                     });
    }
    asio::steady_timer timer(context, std::chrono::milliseconds(100 + random() % 400));
    timer.async_wait([&](const boost::system::error_code&) { server.kill_hard(); });
    context.run();
  }
  ServerProcess server(GATEFOLD_BINARY, arguments);
  check(list(server.port()), expected);
  REQUIRE(server.end() == 0);
  REQUIRE(std::system(
              fmt::format("{} verify --data {} > /dev/null", GATEFOLD_BINARY, directory.string())
                  .c_str()) == 0);
  std::filesystem::remove_all(directory);
  std::ranges::sort(ready_ms);
  REQUIRE(acknowledged > static_cast<std::uint64_t>(kills));
  fmt::print("{} kills, {} acknowledged writes; ready after {} ms (median), {} ms (worst)\n", kills,
             acknowledged, ready_ms[ready_ms.size() / 2], ready_ms.back());
}

}  // namespace
}  // namespace gatefold::test
