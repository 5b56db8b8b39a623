// A closed-loop HTTP client: each connection sends its next request when the answer to the last one
// is whole.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace gatefold::bench {

struct Load {
  std::uint16_t port = 0;
  int connections = 1;
  std::chrono::milliseconds duration{1000};
  std::uint64_t operations_max = 0;  // 0: until `duration` is over
  // The bytes of the n-th request of a connection.
  std::function<std::string(int connection, std::uint64_t n)> request;
};

struct LoadResult {
  std::uint64_t operations = 0;
  std::uint64_t failures = 0;  // answers that are not 2xx, and broken connections
  std::string first_failure;
  std::uint64_t bytes = 0;  // of the answers' bodies
  double wall_seconds = 0;
  double median_us = 0;
  double p99_us = 0;
};

LoadResult run_load(const Load& load);

// One request on a connection of its own; the body of the answer. Throws where it is not 2xx.
std::string call(std::uint16_t port, const std::string& request);

// The bytes of an HTTP/1.1 request.
std::string http_request(std::string_view method, std::string_view target,
                         std::string_view body = {},
                         std::string_view content_type = "application/json");

// Watchers that count lines of a stream until all have `lines_each`.
struct FanOut {
  std::uint16_t port = 0;
  int watchers = 100;
  std::uint64_t lines_each = 0;
  std::string watch;  // the bytes of the request that opens a stream
  // Sent one after the other on one connection as soon as all streams are open.
  std::function<std::string(std::uint64_t n)> write;
};
// `operations` are lines received by all.
LoadResult run_fan_out(const FanOut& fan_out);

}  // namespace gatefold::bench
