// What is kept of each kind, and that a kind with a window stays within it, by a clock of our own.
#include "engine/retention.h"

#include <map>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/engine.h"
#include "schema/json.h"
#include "storage/verify.h"
#include "tests/storage/scratch.h"
#include "tests/support/test_world.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kLeases = "leases.coordination.k8s.io";
constexpr std::int64_t kHourNs = 3600 * kNsPerSecond;

std::string refusal(std::string_view flag) {
  RetentionSettings settings;
  const auto added = settings.add(flag);
  REQUIRE_FALSE(added.has_value());
  CHECK(added.error().reason == Reason::kBadRequest);
  return added.error().message;
}

class Leaders {
 public:
  explicit Leaders(std::string_view retain) {
    options_.store.directory = directory_.path() / "data";
    options_.store.reserve_bytes = 0;
    options_.manual = true;
    options_.builtin_gateway_api = false;
    REQUIRE(options_.retention.add(retain).has_value());
    open();
  }
  void reopen() {
    engine_.reset();
    open();
  }
  void renew(int leader, std::string_view time) {
    Command command;
    command.verb = Verb::kUpdate;
    command.group = "coordination.k8s.io";
    command.version = "v1";
    command.plural = "leases";
    command.name_space = "default";
    command.name = fmt::format("leader-{}", leader);
    command.actor.user = "tester";
    command.body = {{"apiVersion", "coordination.k8s.io/v1"},
                    {"kind", "Lease"},
                    {"metadata", {{"name", command.name}}},
                    {"spec", {{"holderIdentity", command.name}, {"renewTime", time}}}};
    // A Lease is not updated blindly.
    auto& version = versions_[leader];
    auto& metadata = command.body.as_object()["metadata"].as_object();
    if (version.number != 0) metadata["resourceVersion"] = to_string(version);
    const auto renewed = engine_->execute(std::move(command));
    INFO((renewed ? "" : renewed.error().message));
    REQUIRE(renewed.has_value());
    version = renewed->revision;
  }
  // Five leaders renew every two seconds.
  void run(std::int64_t seconds) {
    for (std::int64_t i = 0; i < seconds; i += 2) {
      const auto time = format_micros(world_.now());
      for (int leader = 0; leader < 5; ++leader) renew(leader, time);
      world_.advance(2);
    }
    settle();
  }
  void settle() {
    for (int steps = 0; engine_->step(); ++steps) REQUIRE(steps < 100'000);
  }
  storage::Kept kept() {
    auto kept = engine_->view()->snapshot->kept();
    return kept.value()[std::string(kLeases)];
  }
  void pass(std::int64_t seconds) {
    world_.advance(seconds);
    settle();
  }
  void close_and_verify() {
    engine_.reset();
    const auto store = storage::Store::open({.directory = directory_.path() / "data"});
    REQUIRE(store.has_value());
    CHECK(storage::verify(**store).findings.empty());
  }

 private:
  void open() {
    auto engine = Engine::open(options_, world_.world());
    REQUIRE(engine.has_value());
    engine_ = std::move(*engine);
  }

  test::ScratchDirectory directory_;
  test::TestWorld world_;
  EngineOptions options_;
  std::unique_ptr<Engine> engine_;
  std::map<int, Revision> versions_;
};

}  // namespace

TEST_CASE("an hour of Leases and Events is kept, and everything of the rest (R27.1)") {
  const RetentionSettings settings;
  CHECK(settings.of(kLeases).records.age_ns == kHourNs);
  CHECK(settings.of("events").records.age_ns == kHourNs);
  CHECK(settings.of("secrets") == storage::Retention{});
  CHECK(settings.of("gateways.gateway.networking.k8s.io") == storage::Retention{});
}

TEST_CASE("what the operator says of a resource goes before its document and before the rest") {
  RetentionSettings settings;
  REQUIRE(settings.add("*=age:30d,count:1000,bytes:2GiB").has_value());
  REQUIRE(settings.add("*=bodies,age:1d12h").has_value());
  REQUIRE(settings.add("secrets=age:90m").has_value());
  REQUIRE(settings.add("events=all").has_value());
  const auto others = settings.of("services");
  CHECK(others.records == storage::KeepLimits{30 * 24 * kHourNs, 1000, 2ULL << 30});
  CHECK(others.bodies == storage::KeepLimits{36 * kHourNs, 0, 0});
  CHECK(settings.of("secrets").records == storage::KeepLimits{kHourNs * 3 / 2, 0, 0});
  CHECK(settings.of(kLeases).records == storage::KeepLimits{kHourNs, 0, 0});
  CHECK(settings.of("secrets").bodies == storage::KeepLimits{});
  CHECK(settings.of("events") == storage::Retention{});
  REQUIRE(settings.add("configmaps=bodies,age:1h").has_value());
  CHECK(settings.of("configmaps").records.is_unlimited());
  CHECK(settings.of("configmaps").bodies.age_ns == kHourNs);
  CHECK(settings.of("customresourcedefinitions.apiextensions.k8s.io") == storage::Retention{});
}

TEST_CASE("retention that makes no sense is refused with what is wrong") {
  CHECK(refusal("leases").find("RESOURCE=LIMIT") != std::string::npos);
  CHECK(refusal("Leases=age:1h").find("no resource") != std::string::npos);
  CHECK(refusal("a=age:soon").find("age:soon") != std::string::npos);
  CHECK(refusal("a=age:-1h").find("no limit") != std::string::npos);
  CHECK(refusal("a=count:0").find("no limit") != std::string::npos);
  CHECK(refusal("a=bytes:2XB").find("no limit") != std::string::npos);
  CHECK(refusal("a=age:1h,age:2h").find("once") != std::string::npos);
  CHECK(refusal("a=bodies").find("no limit") != std::string::npos);
  CHECK(refusal("a=bodies,count:5").find("whole versions") != std::string::npos);
  CHECK(refusal("a=all,age:1h").find("no room") != std::string::npos);
  CHECK(refusal("customresourcedefinitions.apiextensions.k8s.io=age:1h").find("always kept") !=
        std::string::npos);
  RetentionSettings twice;
  REQUIRE(twice.add("a=age:1h").has_value());
  CHECK_FALSE(twice.add("a=count:5").has_value());
}

TEST_CASE("retention as a section of a configuration says what the flags say") {
  const auto settings = RetentionSettings::parse(
      parse_json(R"({"secrets":["bodies,age:7d","count:5"],"*":"age:30d","leases.x.y":"all"})")
          ->value);
  REQUIRE(settings.has_value());
  RetentionSettings flags;
  for (const auto* flag : {"secrets=bodies,age:7d", "secrets=count:5", "*=age:30d"}) {
    REQUIRE(flags.add(flag).has_value());
  }
  CHECK(settings->of("secrets") == flags.of("secrets"));
  CHECK(settings->of("gateways.gateway.networking.k8s.io") == flags.of("anything"));
  CHECK(settings->of("leases.x.y").records.is_unlimited());
  CHECK(RetentionSettings::parse(Value())->of("secrets") == storage::Retention{});

  auto over = *settings;
  RetentionSettings flag;
  REQUIRE(flag.add("secrets=count:9").has_value());
  over.put_over(flag);
  CHECK(over.of("secrets").records.count == 9);
  CHECK(over.of("services").records.age_ns == settings->of("services").records.age_ns);
}

TEST_CASE("a section of retention that makes no sense is refused with what is wrong") {
  const auto wrong = [](std::string_view section) {
    const auto parsed = RetentionSettings::parse(parse_json(section)->value);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().reason == Reason::kBadRequest);
    return parsed.error().message;
  };
  CHECK(wrong("[]") == "retention must be a map of resources");
  CHECK(wrong(R"({"secrets":5})").starts_with("retention.secrets: must be a text"));
  CHECK(wrong(R"({"secrets":[]})") == "retention.secrets: says nothing");
  CHECK(wrong(R"({"secrets":["age:1h","age:2h"]})").find("limited already") != std::string::npos);
  CHECK(wrong(R"({"secrets":"for ever"})").find("is no limit") != std::string::npos);
}

TEST_CASE("leaders that renew for ever cost what one window holds") {
  Leaders leaders(fmt::format("{}=age:2m", kLeases));
  leaders.run(360);
  const auto before = leaders.kept();
  leaders.run(360);
  const auto after = leaders.kept();
  // A window of renewals, and one pause of the writer's.
  CHECK(after.events <= (120 + 10) / 2 * 5 + 10);
  CHECK(after.bytes < before.bytes * 11 / 10);
  CHECK(after.dropped_events > before.dropped_events + 500);
  leaders.reopen();
  CHECK(leaders.kept() == after);
  leaders.pass(600);
  // What is there now, its frames, and what the log's last event has replaced.
  CHECK(leaders.kept().events <= 11);
  leaders.close_and_verify();
}

TEST_CASE("nobody waits for retention when an engine stops") {
  constexpr int kVersions = 60'000;
  const test::ScratchDirectory directory;
  {
    const auto store = test::open_store(directory.path());
    test::Writer writer(*store);
    writer.put("hot", "1");
    writer.put_many("hot", kVersions);
  }
  {
    EngineOptions options;
    options.store.directory = directory.path();
    options.builtin_gateway_api = false;
    REQUIRE(options.retention.add("things.example.org=bytes:1").has_value());
    REQUIRE(Engine::open(std::move(options), real_world()).has_value());
  }
  const auto store = test::open_store(directory.path());
  CHECK(store->kept().at("things.example.org").dropped_events < kVersions / 2);
}

TEST_CASE("writes that change nothing are no history, however many (R4.4)") {
  Leaders leaders(fmt::format("{}=all", kLeases));
  leaders.renew(0, "2026-01-01T00:00:00.000000Z");
  const auto before = leaders.kept();
  for (int i = 0; i < 200; ++i) leaders.renew(0, "2026-01-01T00:00:00.000000Z");
  CHECK(leaders.kept() == before);
}

}  // namespace gatefold::engine
