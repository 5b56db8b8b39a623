// Every revision of a random history, by every way that leads to it, against a model that was told
// what the writers were told. Before and after compaction, reopening, retention, a fold anew and a
// redaction. GATEFOLD_SEEDS="7 8" takes these seeds.
#include <cstdlib>
#include <iterator>
#include <optional>
#include <random>
#include <sstream>

#include <fmt/format.h>

#include "tests/contract/objects.h"
#include "tests/contract/past_ways.h"
#include "tests/contract/random_history.h"
#include "tests/storage/scratch.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

constexpr int kSteps = 130;
constexpr int kLaterSteps = 25;
// Of ways that open a directory for each revision: every so many; each check takes others.
constexpr std::uint64_t kOpenedStride = 16;
constexpr std::uint64_t kAskedStride = 8;

std::vector<unsigned> seeds() {
  const char* others = std::getenv("GATEFOLD_SEEDS");
  std::istringstream text(others == nullptr ? "1 2 3" : others);
  return {std::istream_iterator<unsigned>(text), {}};
}

class EveryRevision {
 public:
  explicit EveryRevision(unsigned seed) : random_(seed), history_(told_, world_, seed) {}

  // A server that is still the one that wrote it.
  void write(int steps) {
    ServedEngine server(told_options(directory_), world_.world());
    history_.play(server.engine(), steps);
    INFO("while it is written");
    check_views(server.engine(), told_);
    ask(server);
  }

  // Another process reads it.
  void check(const std::string& when) {
    INFO(when);
    {
      auto options = told_options(directory_, /*read_only=*/true);
      options.manual = false;
      ServedEngine server(std::move(options), world_.world());
      check_views(server.engine(), told_);
      ask(server);
    }
    check_log(directory_, told_);
    for (const auto at : some_revisions()) {
      check_server_at(directory_, world_, told_, at, random_);
      check_fork(directory_, world_, told_, at);
    }
  }
  void replay() { check_replay(directory_, told_, random_); }

  void compact() { REQUIRE(open_store(directory_)->compact()); }
  void fold_anew() { open_store(directory_, /*refold=*/true); }

  // What a server does about the past when it has time.
  void retain() {
    // What was replaced before the middle of the history is too old.
    const auto middle = told_.change({told_.head().number / 2})->time;
    world_.advance(60);
    const auto age_s = (world_.now().ns - middle.ns) / kNsPerSecond;
    const std::vector<ToldLimit> limits{
        {.resource = "configmaps", .count = 2},
        {.resource = resource_name(kGateways), .age_ns = age_s * kNsPerSecond},
        {.resource = "leases.coordination.k8s.io", .age_ns = age_s * kNsPerSecond},
        {.resource = resource_name(kRoutes), .age_ns = age_s * kNsPerSecond, .is_of_bodies = true},
        {.resource = resource_name(kToldLamps),
         .age_ns = age_s * kNsPerSecond,
         .is_of_bodies = true}};
    auto options = told_options(directory_);
    options.retention = {};
    for (const auto& limit : limits) {
      const auto text = limit.count != 0 ? fmt::format("{}=count:{}", limit.resource, limit.count)
                                         : fmt::format("{}={}age:{}s", limit.resource,
                                                       limit.is_of_bodies ? "bodies," : "", age_s);
      REQUIRE(options.retention.add(text).has_value());
    }
    const auto engine = open_told(std::move(options), world_);
    while (engine->step()) {
    }
    for (const auto& limit : limits) told_.limit(limit, world_.now());
    REQUIRE(told_.gone_before().number > 1);
    REQUIRE(told_.kept_from() < told_.head());
  }

  // Versions of a route and of a config map that were replaced since all is kept.
  void redact() {
    const auto engine = open_told(told_options(directory_), world_);
    for (const auto& resource : {kRoutes, kConfigMaps}) {
      const auto replaced = replaced_version(resource);
      if (!replaced) continue;
      const auto& [key, revision] = *replaced;
      INFO("a redaction of " << to_string(key) << " at " << revision.number);
      std::optional<Result<storage::RedactReport>> report;
      engine->redact({.key = key,
                      .from = revision,
                      .until = revision,
                      .all = false,
                      .reason = "leaked",
                      .actor = {"somebody", "", "", "", ""},
                      .now = world_.now()},
                     [&](auto done) { report.emplace(std::move(done)); });
      while (engine->step()) {
      }
      REQUIRE(report.has_value());
      INFO((*report ? "" : report->error().message));
      REQUIRE(report->has_value());
      REQUIRE((*report)->revisions == std::vector{revision});
      REQUIRE((*report)->told == told_.head().next());
      told_.redact(revision);
      told_.tell_unserved((*report)->told);
    }
  }

 private:
  void ask(ServedEngine& server) {
    check_http(server.port(), told_, random_, 1 + random_() % kAskedStride, kAskedStride);
  }

  // Those about which limits decide are among them.
  std::vector<Revision> some_revisions() {
    std::vector<Revision> some;
    for (auto at = 1 + random_() % kOpenedStride; at <= told_.head().number; at += kOpenedStride) {
      some.push_back({at});
    }
    for (const auto edge : {told_.gone_before(), told_.kept_from()}) {
      if (edge.number < 2) continue;
      some.push_back({edge.number - 1});
      some.push_back(edge);
    }
    some.push_back(told_.head());
    return some;
  }

  std::optional<std::pair<ObjectKey, Revision>> replaced_version(const Resource& resource) const {
    for (const auto& key : told_.keys(resource)) {
      const auto* last = told_.object(key, told_.head());
      if (last == nullptr) continue;
      const auto* before = told_.object(key, {last->revision.number - 1});
      if (before != nullptr && before->revision > told_.kept_from())
        return std::pair{key, before->revision};
    }
    return std::nullopt;
  }

  const ScratchDirectory scratch_;
  const std::filesystem::path directory_ = scratch_.path() / "data";
  TestWorld world_;
  std::mt19937 random_;
  ToldHistory told_;
  RandomHistory history_;
};

}  // namespace

TEST_CASE("every revision is the same by every way that leads to it (R14.2, R14.9)") {
  const auto seed = GENERATE(from_range(seeds()));
  INFO("seed " << seed);
  EveryRevision every(seed);
  every.write(kSteps);
  every.check("reopened");
  every.compact();
  every.check("compacted");
  every.replay();

  every.retain();
  every.check("trimmed");
  every.write(kLaterSteps);
  every.compact();
  every.check("trimmed, written on and compacted");
  every.replay();
  every.redact();
  every.check("redacted");
  every.fold_anew();
  every.compact();
  every.check("redacted and folded anew");
  every.replay();
}

}  // namespace gatefold::test
