#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <random>
#include <stdexcept>

#include <fmt/format.h>
#include <rocksdb/db.h>

#include "engine/engine.h"
#include "engine/replay/replay.h"
#include "schema/json.h"
#include "schema/meta.h"
#include "tools/bench/child.h"
#include "tools/bench/load.h"
#include "tools/bench/scenario.h"
#include "tools/gatefold/serve.h"

namespace gatefold::bench {
namespace {

constexpr int kObjects = 1000;
constexpr std::size_t kPending = 512;

using Clock = std::chrono::steady_clock;

engine::Command gateway_command(engine::Verb verb, std::string name, Value body) {
  engine::Command command;
  command.verb = verb;
  command.group = "gateway.networking.k8s.io";
  command.version = "v1";
  command.plural = "gateways";
  command.name_space = "default";
  command.name = std::move(name);
  command.body = std::move(body);
  command.actor = {.user = "system:anonymous",
                   .user_agent = "gatefold-bench",
                   .field_manager = "bench",
                   .verb = verb == engine::Verb::kCreate ? "create" : "patch",
                   .subresource = ""};
  return command;
}

// Submits one command and, whenever enough wait, lets the writer do its work.
class Filler {
 public:
  explicit Filler(engine::Engine& engine) : engine_(engine) {}
  ~Filler() { finish(); }
  Filler(const Filler&) = delete;
  Filler& operator=(const Filler&) = delete;

  void submit(engine::Command command) {
    engine_.submit(std::move(command), [this](Result<engine::Outcome> outcome) {
      --pending_;
      if (!outcome && failure_.empty()) failure_ = outcome.error().message;
    });
    if (++pending_ >= kPending) finish();
  }
  void finish() {
    while (pending_ > 0 && engine_.step()) {
    }
    if (!failure_.empty()) throw std::runtime_error(failure_);
  }

 private:
  engine::Engine& engine_;
  std::size_t pending_ = 0;
  std::string failure_;
};

std::uint64_t fill(const std::string& directory, const std::string& gateway, std::uint64_t events) {
  engine::EngineOptions options;
  options.store.directory = directory;
  options.manual = true;
  auto engine = engine::Engine::open(std::move(options), engine::real_world());
  if (!engine) throw std::runtime_error(engine.error().message);
  const auto object = parse_json(gateway)->value;
  Filler filler(**engine);
  for (int i = 0; i < kObjects; ++i) {
    auto body = object;
    auto& metadata = body.at("metadata").as_object();
    metadata.erase("generateName");
    metadata["name"] = fmt::format("gateway-{}", i);
    filler.submit(gateway_command(engine::Verb::kCreate, "", std::move(body)));
  }
  filler.finish();
  for (std::uint64_t i = kObjects; i < events; ++i) {
    filler.submit(
        gateway_command(engine::Verb::kPatch, fmt::format("gateway-{}", i % kObjects),
                        JsonObject{{"metadata", {{"labels", {{"turn", std::to_string(i)}}}}}}));
  }
  filler.finish();
  return events;
}

std::uint64_t scan_log(const std::string& directory) {
  auto store = storage::Store::open({.directory = directory, .read_only = true});
  if (!store) throw std::runtime_error(store.error().message);
  const auto snapshot = (*store)->snapshot();
  std::uint64_t events = 0;
  const auto read = snapshot->events({}, snapshot->head().revision, [&](const storage::Event&) {
    ++events;
    return true;
  });
  if (!read) throw std::runtime_error(read.error().message);
  return events;
}

// What `gatefold replay` does to move from nothing to the end, its own engine and all.
std::uint64_t replay_to_end(const std::string& directory) {
  auto pattern = engine::parse_writer_pattern("fieldManager=controller-*");
  if (!pattern) throw std::runtime_error(pattern.error().message);
  engine::ReplayOptions options;
  options.directory = directory;
  options.speed.type = engine::ReplaySpeed::Type::kStep;
  options.under_test = engine::UnderTest({std::move(*pattern)});
  auto replay = engine::Replay::open(std::move(options), engine::real_world());
  if (!replay) throw std::runtime_error(replay.error().message);
  (*replay)->start();
  std::promise<Result<engine::ReplayStatus>> arrived;
  (*replay)->control(
      {.type = engine::ReplayControl::Type::kSeek, .revision = (*replay)->status().to},
      [&](Result<engine::ReplayStatus> status) { arrived.set_value(std::move(status)); });
  const auto status = arrived.get_future().get();
  if (!status) throw std::runtime_error(status.error().message);
  return status->progress.shown;
}

std::uint64_t refold(const std::string& directory) {
  auto store = storage::Store::open({.directory = directory, .refold = true});
  if (!store) throw std::runtime_error(store.error().message);
  return (*store)->head().revision.number;
}

// The floor: RocksDB reads the same rows, nobody looks at them.
std::uint64_t scan_rows(const std::string& directory, const std::vector<std::string>& families) {
  std::vector<std::string> names;
  auto status = rocksdb::DB::ListColumnFamilies({}, directory, &names);
  if (!status.ok()) throw std::runtime_error(status.ToString());
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const auto& name : names) descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  status = rocksdb::DB::OpenForReadOnly({}, directory, descriptors, &handles, &opened);
  if (!status.ok()) throw std::runtime_error(status.ToString());
  const std::unique_ptr<rocksdb::DB> database(opened);
  std::uint64_t rows = 0;
  for (auto* handle : handles) {
    if (std::ranges::find(families, handle->GetName()) != families.end()) {
      const std::unique_ptr<rocksdb::Iterator> row(database->NewIterator({}, handle));
      for (row->SeekToFirst(); row->Valid(); row->Next()) ++rows;
    }
  }
  for (auto* handle : handles) database->DestroyColumnFamilyHandle(handle);
  return rows;
}

// Bytes per family after full compaction, as a share of the JSON of all versions.
Report size_report(const std::string& directory, const std::string& gateway, std::uint64_t edits) {
  // About 3 KB of JSON, as objects with a status have.
  auto object = parse_json(gateway)->value;
  object.at("metadata").at("annotations").as_object()["example.org/notes"] = std::string(1200, 'n');
  Report report{.name = "size of the history", .unit = "edit", .ours = {}, .floor = {}, .note = {}};
  report.ours =
      cost_in_child([&] { return fill(directory, canonical_json(object), edits + kObjects); });
  auto store = storage::Store::open({.directory = directory});
  if (!store) throw std::runtime_error(store.error().message);
  if (auto compacted = (*store)->compact(); !compacted) {
    throw std::runtime_error(compacted.error().message);
  }
  const auto body = (*store)->snapshot()->body((*store)->head().revision);
  if (!body) throw std::runtime_error(body.error().message);
  const auto json_bytes = static_cast<double>(body->size()) * static_cast<double>(edits);
  std::uint64_t bytes = 0;
  for (const auto& [family, size] : (*store)->family_bytes()) {
    report.note += fmt::format("{} {}, ", family, size);
    // What is current is no history; sightings and meta hold no event.
    if (family != "current" && family != "sightings" && family != "meta") bytes += size;
  }
  report.note += fmt::format("{:.1f}% of {} bytes of JSON each",
                             100 * static_cast<double>(bytes) / json_bytes, body->size());
  return report;
}

Report report_of(std::string name, std::string unit, Cost ours, std::optional<Cost> floor = {}) {
  return {std::move(name), std::move(unit), ours, floor, {}};
}

std::uint16_t port_of(Child& server) {
  const auto ready = parse_json(server.read_line());
  if (!ready) throw std::runtime_error("the server did not get ready");
  const auto url = string_at(ready->value, {"url"});
  return static_cast<std::uint16_t>(std::stoi(std::string(url.substr(url.rfind(':') + 1))));
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::ranges::nth_element(values, middle);
  return *middle;
}

// GET of an object as of a revision by chance, in turn with GET of what it is now: one connection,
// medians of rounds that are too short for the machine to change between them.
Report past_report(const std::string& directory, std::uint64_t events, double seconds) {
  constexpr int kRounds = 40;
  Child server([&] {
    return tools::run_serve(
        {.directory = directory, .listen = "127.0.0.1:0", .log_level = "warn", .threads = 2});
  });
  const auto port = port_of(server);
  const std::string path = "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways";
  const auto list = parse_json(call(port, http_request("GET", path + "?limit=1")));
  const auto head =
      std::stoull(std::string(string_at(list->value, {"metadata", "resourceVersion"})));
  const auto oldest = head - (events - kObjects);  // all objects are there
  std::minstd_rand random(1);
  const auto target = [&](bool is_past) {
    auto text = fmt::format("{}/gateway-{}", path, random() % kObjects);
    if (is_past) text += fmt::format("?at={}", oldest + random() % (head - oldest + 1));
    return http_request("GET", text);
  };
  std::vector<double> medians[2];
  Cost costs[2];
  // The first third of the rounds warms the caches, and is not counted.
  for (int round = -kRounds; round < kRounds * 2; ++round) {
    const auto which = static_cast<std::size_t>(round & 1);
    const auto cpu = server.cpu_seconds();
    const auto result =
        run_load({.port = port,
                  .connections = 1,
                  .duration = std::chrono::milliseconds(std::max<std::int64_t>(
                      static_cast<std::int64_t>(seconds * 1000 / (2 * kRounds)), 5)),
                  .operations_max = 0,
                  .request = [&](int, std::uint64_t) { return target(which == 1); }});
    if (result.failures > 0) throw std::runtime_error(result.first_failure);
    if (round < 0) continue;
    medians[which].push_back(result.median_us);
    costs[which].operations += result.operations;
    costs[which].cpu_us += (server.cpu_seconds() - cpu) * 1e6;
  }
  for (const auto which : {0, 1}) {
    costs[which].wall_us = median(medians[which]);
    costs[which].cpu_us /= static_cast<double>(std::max<std::uint64_t>(costs[which].operations, 1));
  }
  auto report = report_of("GET as of any revision", "read", costs[1], costs[0]);
  report.note = "medians; floor: GET of now, in turn";
  return report;
}

// Opens, reads the list of all objects, and is killed: the next one to open finds a log as a crash
// leaves it.
Report open_report(const std::string& directory, std::string name) {
  const auto start = Clock::now();
  Child server([&] {
    return tools::run_serve(
        {.directory = directory, .listen = "127.0.0.1:0", .log_level = "warn", .threads = 2});
  });
  const auto port = port_of(server);
  const auto wall = std::chrono::duration<double, std::micro>(Clock::now() - start).count();
  auto report = report_of(std::move(name), "start", {1, wall, server.cpu_seconds() * 1e6});
  const auto megabytes = [&] { return static_cast<double>(server.resident_bytes()) / 1048576; };
  report.note = fmt::format("{:.1f} MB resident", megabytes());
  const auto list = call(port, http_request("GET", "/apis/gateway.networking.k8s.io/v1/gateways"));
  report.note += fmt::format(", {:.1f} MB after a list of {} bytes", megabytes(), list.size());
  server.kill_hard();
  return report;
}

}  // namespace

std::vector<Report> bench_history(const Setting& setting) {
  const auto directory = setting.directory + "/history";
  const auto events = std::max<std::uint64_t>(setting.options.events, kObjects);
  std::vector<Report> reports;
  reports.push_back(report_of("write, embedded", "event", cost_in_child([&] {
                                return fill(directory, setting.gateway, events);
                              })));
  // A tenth of it beside the whole: neither time nor memory may go with the length.
  const auto tenth = std::max<std::uint64_t>(events / 10, kObjects);
  const auto short_directory = setting.directory + "/short";
  cost_in_child([&] { return fill(short_directory, setting.gateway, tenth); });
  reports.push_back(open_report(short_directory, fmt::format("open {} events", tenth)));
  reports.push_back(open_report(directory, fmt::format("open {} events", events)));
  reports.push_back(open_report(directory, "open after SIGKILL"));
  reports.push_back(past_report(directory, events, setting.options.seconds));
  const auto raw_log = cost_in_child([&] { return scan_rows(directory, {"log"}); });
  std::uint64_t peak = 0;
  reports.push_back(report_of("scan of the log", "event",
                              cost_in_child([&] { return scan_log(directory); }, &peak), raw_log));
  reports.back().note = fmt::format("peak {} MB resident", peak >> 20);
  reports.push_back(report_of("replay folds", "event",
                              cost_in_child([&] { return replay_to_end(directory); }, &peak),
                              raw_log));
  reports.back().note =
      fmt::format("{:.0f} events/s, peak {} MB resident; floor: a bare scan of the log",
                  1e6 / reports.back().ours.wall_us, peak >> 20);
  auto raw_both = cost_in_child([&] { return scan_rows(directory, {"log", "bodies"}); });
  // Two rows an event.
  raw_both.operations /= 2;
  raw_both.wall_us *= 2;
  raw_both.cpu_us *= 2;
  reports.push_back(report_of("replay: fold all anew", "event",
                              cost_in_child([&] { return refold(directory); }, &peak), raw_both));
  reports.back().note =
      fmt::format("peak {} MB resident; floor: a bare scan of log and bodies", peak >> 20);
  return reports;
}

std::vector<Report> bench_size(const Setting& setting) {
  constexpr std::uint64_t kEdits = 100'000;
  return {size_report(setting.directory + "/size", setting.gateway,
                      std::min(kEdits, setting.options.events))};
}

}  // namespace gatefold::bench
