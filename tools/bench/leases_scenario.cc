// Leaders that renew their Leases for ever, with the retention that nobody has set.
#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "engine/engine.h"
#include "schema/json.h"
#include "tools/bench/scenario.h"

namespace gatefold::bench {
namespace {

namespace files = std::filesystem;

constexpr std::uint64_t kLeaders = 5;
constexpr std::int64_t kRenewalSeconds = 2;
constexpr std::uint64_t kRenewalsADay = kLeaders * 86'400 / kRenewalSeconds;
constexpr std::uint64_t kRenewalsAYear = 365 * kRenewalsADay;
constexpr std::uint64_t kStretches = 8;
constexpr std::uint64_t kLooks = 64;  // in each, since the log's size goes up and down

// A clock that is moved by hand.
struct Clock {
  std::atomic<std::int64_t> ns{1'767'225'600 * kNsPerSecond};
  std::mt19937_64 random{1};

  engine::World world() {
    return {.now = [this] { return Time{ns}; },
            .random =
                [this] {
                  std::array<std::uint8_t, 32> bytes{};
                  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
                  return bytes;
                }};
  }
};

double megabytes(const std::string& directory) {
  std::uint64_t bytes = 0;
  for (const auto& entry : files::recursive_directory_iterator(directory)) {
    // Compaction takes files away meanwhile.
    std::error_code gone;
    const auto size = entry.is_regular_file(gone) ? entry.file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return static_cast<double>(bytes) / 1e6;
}

engine::Command renewal(std::uint64_t leader, Revision last, Time now) {
  engine::Command command;
  command.verb = engine::Verb::kUpdate;
  command.group = "coordination.k8s.io";
  command.version = "v1";
  command.plural = "leases";
  command.name_space = "default";
  command.name = fmt::format("leader-{}", leader);
  command.actor = {.user = "system:anonymous",
                   .user_agent = "gatefold-bench",
                   .field_manager = "bench",
                   .verb = "update",
                   .subresource = ""};
  JsonObject metadata{{"name", command.name}};
  if (last.number != 0) metadata["resourceVersion"] = to_string(last);
  command.body = JsonObject{{"apiVersion", "coordination.k8s.io/v1"},
                            {"kind", "Lease"},
                            {"metadata", std::move(metadata)},
                            {"spec",
                             {{"holderIdentity", command.name},
                              {"leaseDurationSeconds", 15},
                              {"leaseTransitions", 0},
                              {"renewTime", format_micros(now)}}}};
  return command;
}

// Tells in `sizes` the least and the most that the directory takes in each stretch, while it is
// open.
void renew(const std::string& directory, std::uint64_t renewals, std::ostream& sizes) {
  Clock clock;
  engine::EngineOptions options;
  options.store.directory = directory;
  options.manual = true;
  auto engine = engine::Engine::open(std::move(options), clock.world());
  if (!engine) throw std::runtime_error(engine.error().message);
  std::array<Revision, kLeaders> versions{};
  std::uint64_t done = 0;
  auto least = std::numeric_limits<double>::max();
  double most = 0;
  for (std::uint64_t look = 1; look <= kStretches * kLooks; ++look) {
    for (; done * kStretches * kLooks < renewals * look; done += kLeaders) {
      std::vector<engine::Command> commands;
      for (std::uint64_t leader = 0; leader < kLeaders; ++leader) {
        commands.push_back(renewal(leader, versions[leader], Time{clock.ns}));
      }
      const auto outcomes = (*engine)->execute_all(std::move(commands));
      for (std::uint64_t leader = 0; leader < kLeaders; ++leader) {
        if (!outcomes[leader]) throw std::runtime_error(outcomes[leader].error().message);
        versions[leader] = outcomes[leader]->revision;
      }
      clock.ns += kRenewalSeconds * kNsPerSecond;
    }
    const auto size = megabytes(directory);
    least = std::min(least, size);
    most = std::max(most, size);
    if (look % kLooks != 0) continue;
    sizes << fmt::format("{:.0f}-{:.0f} ", least, most) << std::flush;
    least = std::numeric_limits<double>::max();
    most = 0;
  }
}

}  // namespace

std::vector<Report> bench_leases(const Setting& setting) {
  const auto renewals =
      std::clamp(setting.options.events, kLeaders * kStretches * kLooks, kRenewalsAYear);
  const auto sizes_file = setting.directory + "/sizes";
  Report report{.name = "renewal of a Lease",
                .unit = "renewal",
                .ours = cost_in_child([&] {
                  std::ofstream sizes(sizes_file);
                  renew(setting.directory + "/leases", renewals, sizes);
                  return renewals;
                }),
                .floor = {},
                .note = {}};
  std::string sizes;
  std::getline(std::ifstream(sizes_file), sizes);
  report.note =
      fmt::format("{:.1f} days of {} leaders of the 365 of a year; MB on disk in each eighth: {}",
                  static_cast<double>(renewals) / kRenewalsADay, kLeaders, sizes);
  return {report};
}

}  // namespace gatefold::bench
