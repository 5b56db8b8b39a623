#include <atomic>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "schema/json.h"
#include "schema/meta.h"
#include "tools/bench/child.h"
#include "tools/bench/floor_server.h"
#include "tools/bench/load.h"
#include "tools/bench/scenario.h"
#include "tools/gatefold/serve.h"

namespace gatefold::bench {
namespace {

constexpr const char* kGateways = "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways";
constexpr unsigned kThreads = 2;
constexpr int kConnections = 64;
constexpr int kListObjects = 10'000;
constexpr int kWatchers = 100;
constexpr std::uint64_t kWatchEvents = 2000;
constexpr int kCalibrationWrites = 64;

// A Gatefold in a child process.
class Gatefold {
 public:
  explicit Gatefold(const std::string& directory)
      : child_([&] {
          return tools::run_serve({.directory = directory,
                                   .listen = "127.0.0.1:0",
                                   .log_level = "warn",
                                   .threads = kThreads});
        }) {
    const auto ready = parse_json(child_.read_line());
    if (!ready) throw std::runtime_error("the server did not get ready");
    const auto url = string_at(ready->value, {"url"});
    port_ = static_cast<std::uint16_t>(std::stoi(std::string(url.substr(url.rfind(':') + 1))));
  }
  Child& child() { return child_; }
  std::uint16_t port() const { return port_; }

  Value create(const std::string& body) {
    return parse_json(call(port_, http_request("POST", kGateways, body)))->value;
  }

 private:
  Child child_;
  std::uint16_t port_ = 0;
};

class Floor {
 public:
  explicit Floor(const FloorServer& floor) : child_([&] { return run_floor_server(floor); }) {
    port_ = static_cast<std::uint16_t>(std::stoi(child_.read_line()));
  }
  Child& child() { return child_; }
  std::uint16_t port() const { return port_; }

 private:
  Child child_;
  std::uint16_t port_ = 0;
};

Load load_of(const Setting& setting, std::uint16_t port, int connections,
             std::function<std::string(int, std::uint64_t)> request) {
  return {.port = port,
          .connections = connections,
          .duration = std::chrono::milliseconds(static_cast<int>(setting.options.seconds * 1000)),
          .request = std::move(request)};
}

// Runs a load and says what it cost the process behind it.
Cost cost_of(Child& child, const std::function<LoadResult()>& run, std::string* note = nullptr) {
  const auto before = child.cpu_seconds();
  const auto result = run();
  const auto cpu = child.cpu_seconds() - before;
  if (result.failures > 0) {
    throw std::runtime_error(fmt::format("{} requests failed, the first one: {}", result.failures,
                                         result.first_failure));
  }
  if (note != nullptr) {
    *note = fmt::format("median {:.0f} us, p99 {:.0f} us", result.median_us, result.p99_us);
  }
  const auto operations = static_cast<double>(result.operations);
  return {result.operations, result.wall_seconds * 1e6 / operations, cpu * 1e6 / operations};
}

std::uint64_t wal_bytes(const std::string& directory) {
  std::uint64_t bytes = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
    if (file.path().extension() == ".log") bytes += file.file_size();
  }
  return bytes;
}

std::string patch_request(const std::string& name, int connection, std::uint64_t n) {
  return http_request(
      "PATCH", fmt::format("{}/{}", kGateways, name),
      fmt::format(R"({{"metadata":{{"labels":{{"turn-{}":"{}"}}}}}})", connection, n),
      "application/merge-patch+json");
}

}  // namespace

std::vector<Report> bench_create(const Setting& setting, int connections) {
  Report report{.name = fmt::format("create, {} writers", connections),
                .unit = "durable create",
                .ours = {},
                .floor = {},
                .note = {}};
  auto request = http_request("POST", kGateways, setting.gateway);
  const auto send = [&](int, std::uint64_t) { return request; };
  const auto ours = setting.directory + "/ours";
  std::string answer;
  std::size_t bytes_per_write = 0;
  {
    Gatefold server(ours);
    const auto before = wal_bytes(ours);
    for (int i = 0; i < kCalibrationWrites; ++i) answer = to_json(server.create(setting.gateway));
    bytes_per_write = (wal_bytes(ours) - before) / kCalibrationWrites;
    report.ours = cost_of(
        server.child(),
        [&] { return run_load(load_of(setting, server.port(), connections, send)); }, &report.note);
    report.note += fmt::format(", {} bytes a write", bytes_per_write);
  }
  Floor floor({.threads = kThreads,
               .answer = answer,
               .directory = setting.directory + "/floor",
               .bytes_per_write = bytes_per_write});
  report.floor = cost_of(
      floor.child(), [&] { return run_load(load_of(setting, floor.port(), connections, send)); });
  return {report};
}

std::vector<Report> bench_get(const Setting& setting) {
  Report report{.name = "get", .unit = "GET", .ours = {}, .floor = {}, .note = {}};
  std::string answer;
  std::string request;
  const auto send = [&](int, std::uint64_t) { return request; };
  {
    Gatefold server(setting.directory + "/ours");
    const auto object = server.create(setting.gateway);
    answer = to_json(object);
    request = http_request("GET", fmt::format("{}/{}", kGateways, name_of(object)));
    report.ours = cost_of(
        server.child(),
        [&] { return run_load(load_of(setting, server.port(), kConnections, send)); },
        &report.note);
  }
  Floor floor({.threads = kThreads, .answer = answer});
  report.floor = cost_of(
      floor.child(), [&] { return run_load(load_of(setting, floor.port(), kConnections, send)); });
  return {report};
}

std::vector<Report> bench_list(const Setting& setting) {
  Report report{.name = fmt::format("list of {}", kListObjects),
                .unit = "object of a LIST",
                .ours = {},
                .floor = {},
                .note = {}};
  auto request = http_request("GET", kGateways);
  const auto send = [&](int, std::uint64_t) { return request; };
  const auto per_object = [](Cost cost) {
    cost.operations *= kListObjects;
    cost.wall_us /= kListObjects;
    cost.cpu_us /= kListObjects;
    return cost;
  };
  std::string answer;
  {
    Gatefold server(setting.directory + "/ours");
    auto create = http_request("POST", kGateways, setting.gateway);
    const auto filled = run_load({.port = server.port(),
                                  .connections = kConnections,
                                  .duration = std::chrono::minutes(10),
                                  .operations_max = kListObjects,
                                  .request = [&](int, std::uint64_t) { return create; }});
    answer = call(server.port(), request);
    const auto listed = parse_json(answer);
    const auto* items = listed ? find(listed->value, "items") : nullptr;
    if (filled.failures > 0 || items == nullptr || items->as_array().size() != kListObjects) {
      throw std::runtime_error("the list does not hold what was created");
    }
    report.ours = per_object(cost_of(server.child(), [&] {
      return run_load(load_of(setting, server.port(), kConnections, send));
    }));
    report.note = fmt::format("{} bytes, peak {} MB resident", answer.size(),
                              server.child().peak_resident_bytes() >> 20);
  }
  Floor floor({.threads = kThreads, .answer = answer});
  report.floor = per_object(cost_of(
      floor.child(), [&] { return run_load(load_of(setting, floor.port(), kConnections, send)); }));
  return {report};
}

std::vector<Report> bench_patch(const Setting& setting) {
  Gatefold server(setting.directory + "/ours");
  std::vector<std::string> names;
  for (int i = 0; i < kConnections; ++i) {
    names.emplace_back(name_of(server.create(setting.gateway)));
  }
  Report many{.name = "patch, 64 objects", .unit = "PATCH", .ours = {}, .floor = {}, .note = {}};
  Report one{.name = "patch, one object", .unit = "PATCH", .ours = {}, .floor = {}, .note = {}};
  const auto measure = [&](Report& report, const std::function<std::string(int)>& name_for) {
    report.ours = cost_of(
        server.child(),
        [&] {
          return run_load(
              load_of(setting, server.port(), kConnections, [&](int connection, std::uint64_t n) {
                return patch_request(name_for(connection), connection, n);
              }));
        },
        &report.note);
  };
  measure(many, [&](int connection) { return names.at(static_cast<std::size_t>(connection)); });
  measure(one, [&](int) { return names.front(); });
  // One object against many: that is the comparison here.
  one.floor = many.ours;
  one.note += "; floor: 64 objects";
  return {many, one};
}

std::vector<Report> bench_watch(const Setting& setting) {
  Report report{.name = fmt::format("watch, {} watchers", kWatchers),
                .unit = "event to one watcher",
                .ours = {},
                .floor = {},
                .note = {}};
  std::string line;
  std::size_t bytes_per_write = 0;
  const auto ours = setting.directory + "/ours";
  const auto patch = [](const std::string& name) {
    return [name](std::uint64_t n) { return patch_request(name, 0, n); };
  };
  {
    Gatefold server(ours);
    auto object = server.create(setting.gateway);
    const std::string name(name_of(object));
    const auto before = wal_bytes(ours);
    for (int i = 0; i < kCalibrationWrites; ++i) {
      object = parse_json(call(server.port(), patch(name)(static_cast<std::uint64_t>(i))))->value;
    }
    bytes_per_write = (wal_bytes(ours) - before) / kCalibrationWrites;
    line = fmt::format(R"({{"type":"MODIFIED","object":{}}})", to_json(object));
    const FanOut fan_out{
        .port = server.port(),
        .watchers = kWatchers,
        .lines_each = kWatchEvents,
        .watch = http_request("GET", fmt::format("{}?watch=1&resourceVersion={}", kGateways,
                                                 resource_version_of(object))),
        .write = patch(name)};
    report.ours = cost_of(server.child(), [&] { return run_fan_out(fan_out); });
    report.note = fmt::format("{} MB resident, {} bytes a write",
                              server.child().resident_bytes() >> 20, bytes_per_write);
  }
  Floor floor({.threads = kThreads,
               .answer = "{}",
               .directory = setting.directory + "/floor",
               .bytes_per_write = bytes_per_write,
               .line = line});
  const FanOut fan_out{.port = floor.port(),
                       .watchers = kWatchers,
                       .lines_each = kWatchEvents,
                       .watch = http_request("GET", "/"),
                       .write = patch("any")};
  report.floor = cost_of(floor.child(), [&] { return run_fan_out(fan_out); });
  return {report};
}

std::vector<Report> bench_rest(const Setting& setting) {
  const auto start = std::chrono::steady_clock::now();
  Gatefold server(setting.directory + "/ours");
  const auto ready = std::chrono::steady_clock::now() - start;
  const auto cpu = server.child().cpu_seconds();
  std::this_thread::sleep_for(std::chrono::seconds(10));
  Report report{
      .name = "ready, empty directory", .unit = "start", .ours = {}, .floor = {}, .note = {}};
  report.ours = {1, std::chrono::duration<double, std::micro>(ready).count(), cpu * 1e6};
  report.note = fmt::format("{:.1f} MB resident 10 s later, {:.0f} ms of CPU in them",
                            static_cast<double>(server.child().resident_bytes()) / 1048576,
                            (server.child().cpu_seconds() - cpu) * 1000);
  return {report};
}

}  // namespace gatefold::bench
