#include "tools/bench/bench.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>

#include "schema/json.h"
#include "tools/bench/gateway.h"
#include "tools/bench/scenario.h"
#include "tools/gatefold/exit_code.h"

namespace gatefold::bench {
namespace {

struct Entry {
  std::string name;
  Scenario run;
};

const std::vector<Entry>& entries() {
  static const std::vector<Entry> kEntries = {
      {"rest", bench_rest},
      {"create-1", [](const Setting& setting) { return bench_create(setting, 1); }},
      {"create-64", [](const Setting& setting) { return bench_create(setting, 64); }},
      {"get", bench_get},
      {"list", bench_list},
      {"patch", bench_patch},
      {"watch", bench_watch},
      {"history", bench_history},
      {"size", bench_size},
      {"leases", bench_leases},
      {"validate", bench_validate},
  };
  return kEntries;
}

std::string ratio(double ours, double floor) {
  return floor > 0 ? fmt::format("{:.1f}x", ours / floor) : "-";
}

void print_table(const Report& report) {
  const auto& ours = report.ours;
  fmt::print("{:<26} {:>9} {:>12.1f} {:>12.1f}", report.name, ours.operations, ours.wall_us,
             ours.cpu_us);
  if (report.floor) {
    const auto& floor = *report.floor;
    fmt::print(" {:>12.1f} {:>12.1f} {:>7} {:>7}", floor.wall_us, floor.cpu_us,
               ratio(ours.wall_us, floor.wall_us), ratio(ours.cpu_us, floor.cpu_us));
  } else {
    fmt::print(" {:>12} {:>12} {:>7} {:>7}", "-", "-", "-", "-");
  }
  fmt::print("  {}{}{}\n", report.unit, report.note.empty() ? "" : "; ", report.note);
  std::fflush(stdout);
}

Value to_value(const Cost& cost) {
  return JsonObject{
      {"operations", cost.operations}, {"wall_us", cost.wall_us}, {"cpu_us", cost.cpu_us}};
}

void print_json(const Report& report) {
  JsonObject line{{"name", report.name},
                  {"unit", report.unit},
                  {"ours", to_value(report.ours)},
                  {"note", report.note}};
  if (report.floor) line["floor"] = to_value(*report.floor);
  fmt::print("{}\n", to_json(Value(std::move(line))));
  std::fflush(stdout);
}

std::string read_body(const BenchOptions& options) {
  if (options.body.empty()) return std::string(kGateway);
  std::ifstream file(options.body);
  if (!file) throw std::runtime_error("can't read " + options.body);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A directory that goes away with its scope.
class Scratch {
 public:
  explicit Scratch(const std::string& parent) {
    auto name = parent + "/gatefold-bench-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("can't make " + name);
    path_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

const std::vector<std::string>& scenario_names() {
  static const auto kNames = [] {
    std::vector<std::string> names;
    for (const auto& entry : entries()) names.push_back(entry.name);
    return names;
  }();
  return kNames;
}

int run_bench(const BenchOptions& options) {
  // Children wait for SIGTERM with sigwait; a client that ends breaks its pipe.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  const bool as_table = options.output == "table";
  if (as_table) {
    fmt::print("{:<26} {:>9} {:>12} {:>12} {:>12} {:>12} {:>7} {:>7}  operation\n", "", "count",
               "wall us/op", "cpu us/op", "floor wall", "floor cpu", "wall", "cpu");
  }
  const auto body = read_body(options);
  for (const auto& entry : entries()) {
    if (!options.only.empty() &&
        std::ranges::find(options.only, entry.name) == options.only.end()) {
      continue;
    }
    const Scratch scratch(options.directory);
    for (const auto& report : entry.run({options, body, scratch.path()})) {
      as_table ? print_table(report) : print_json(report);
    }
  }
  return tools::kFine;
}

}  // namespace gatefold::bench
