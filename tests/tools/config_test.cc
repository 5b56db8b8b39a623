#include "tools/gatefold/config.h"

#include <catch2/catch.hpp>

namespace gatefold::tools {
namespace {

using engine::GuardMode;
using engine::GuardRule;

constexpr std::string_view kGateways = "gateways.gateway.networking.k8s.io";

std::string error_of(std::string_view text) {
  const auto config = parse_config(text, "gatefold.yaml");
  return config ? "" : config.error().message;
}

TEST_CASE("a configuration sets modes, for all kinds and for some") {
  const auto config = parse_config(R"(
guard:
  stale: off
  kinds:
    gateways.gateway.networking.k8s.io: {fight: reject, all: "off"}
  all: warn
  restamped: repair
)",
                                   "gatefold.yaml");
  REQUIRE(config);
  const auto& guard = config->guard;
  CHECK(guard.mode("pods", GuardRule::kStale) == GuardMode::kOff);
  CHECK(guard.mode("pods", GuardRule::kUnstamped) == GuardMode::kWarn);
  CHECK(guard.mode("pods", GuardRule::kRestamped) == GuardMode::kRepair);
  CHECK(guard.mode("pods", GuardRule::kFight) == GuardMode::kWarn);
  CHECK(guard.mode(kGateways, GuardRule::kFight) == GuardMode::kReject);
  CHECK(guard.mode(kGateways, GuardRule::kRestamped) == GuardMode::kOff);
}

TEST_CASE("a configuration says how much of the past is kept") {
  const auto config = parse_config(R"(
retention:
  secrets: count:10
  gateways.gateway.networking.k8s.io: ["age:30d", "bodies,age:1h"]
)",
                                   "gatefold.yaml");
  REQUIRE(config);
  CHECK(config->retention.of("secrets").records.count == 10);
  CHECK(config->retention.of("pods") == storage::Retention{});
  const auto gateways = config->retention.of(kGateways);
  CHECK(gateways.records.age_ns == 30 * 24 * 3600 * kNsPerSecond);
  CHECK(gateways.bodies.age_ns == 3600 * kNsPerSecond);
}

TEST_CASE("an empty configuration sets nothing") {
  for (const auto* text : {"", "# nothing\n", "guard:\n", "guard: {kinds: }\n"}) {
    INFO(text);
    const auto config = parse_config(text, "gatefold.yaml");
    REQUIRE(config);
    for (const auto& rule : engine::kGuardRuleTexts) {
      CHECK(config->guard.mode("pods", rule.rule) == rule.initial_mode);
    }
  }
}

TEST_CASE("what a configuration does not know is an error that says where") {
  struct Case {
    std::string_view text, error;
  };
  const Case cases[] = {
      {"gard: {}", "gatefold.yaml: gard: is no section; there is guard, retention"},
      {"- guard", "gatefold.yaml: the file: must be a map"},
      {"guard: warn", "gatefold.yaml: guard: must be a map"},
      {"retention: {secrets: 30}",
       "gatefold.yaml: retention.secrets: must be a text such as \"age:30d,count:1000\", or a list "
       "of them"},
      {"retention: {secrets: 'age:soon'}",
       "gatefold.yaml: retention \"secrets=age:soon\": \"age:soon\" is no limit: age:30d, "
       "count:1000, bytes:2GiB (each once), bodies or all"},
      {"retention: {gateways: all}",
       "gatefold.yaml: retention.gateways: \"gateways\" is no resource: say it in the plural and "
       "with its group, such as gateways.gateway.networking.k8s.io"},
      {"guard: {kinds: {pods: warn}}", "gatefold.yaml: guard.kinds.pods: must be a map"},
      {"guard: {kinds: {gateways: {fight: warn}}}",
       "gatefold.yaml: guard.kinds.gateways: \"gateways\" is no resource: say it in the plural and "
       "with its group, such as gateways.gateway.networking.k8s.io"},
      {"guard: {kinds: {pod: {fight: warn}}}",
       "gatefold.yaml: guard.kinds.pod: \"pod\" is no resource: say it in the plural and with its "
       "group, such as gateways.gateway.networking.k8s.io"},
      {"guard: {fight: loud}",
       R"(gatefold.yaml: guard.fight: "loud" is no mode: say off, repair, warn or reject)"},
      {"guard: {fight: on}",
       "gatefold.yaml: guard.fight: must be a mode: off, repair, warn or reject"},
      {"guard: {fight: repair}",
       "gatefold.yaml: guard.fight: there is no repair for fight: say off, warn or reject"},
      {"guard: {kinds: {pods: {stale: repair}}}",
       "gatefold.yaml: guard.kinds.pods.stale: there is no repair for stale: say off, warn or "
       "reject"},
      {"guard: {all: repair}",
       "gatefold.yaml: guard.all: there is no repair for observed-generation: say off, warn or "
       "reject"},
      {"guard: {fite: warn}",
       "gatefold.yaml: guard.fite: \"fite\" is no rule: say restamped, unstamped, "
       "observed-generation, stale, foreign-entry, duplicate, bad-time, no-op, fight, flap, or "
       "all"},
      {"guard:\n  fight: warn\n  fight: off\n",
       R"(gatefold.yaml: line 3: key "fight" already set in map)"},
      {"guard: {fight: warn}\n---\nguard: {fight: off}\n",
       "gatefold.yaml: there is more than one document"},
  };
  for (const auto& [text, error] : cases) {
    INFO(text);
    CHECK(error_of(text) == error);
  }
  CHECK(error_of("guard: {\n  fight: [\n").starts_with("gatefold.yaml: "));
  CHECK(error_of("guard: {\n  fight: [\n").find("line 3") != std::string::npos);
  const auto missing = read_config("/nowhere/gatefold.yaml");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message ==
        "/nowhere/gatefold.yaml can't be read: No such file or directory");
}

TEST_CASE("flags win over the file, kinds of their own included") {
  auto config = parse_config("guard: {fight: off, kinds: {pods: {fight: warn, flap: off}}}", "f");
  REQUIRE(config);
  auto& guard = config->guard;
  REQUIRE(set_guard_flag("fight=reject", guard));
  CHECK(guard.mode("nodes", GuardRule::kFight) == GuardMode::kReject);
  CHECK(guard.mode("pods", GuardRule::kFight) == GuardMode::kReject);
  CHECK(guard.mode("pods", GuardRule::kFlap) == GuardMode::kOff);
  REQUIRE(set_guard_flag("all=warn", guard));
  REQUIRE(set_guard_flag("stale=off", guard));
  CHECK(guard.mode("pods", GuardRule::kFlap) == GuardMode::kWarn);
  CHECK(guard.mode("pods", GuardRule::kStale) == GuardMode::kOff);

  const auto refused = [&](std::string_view flag) {
    const auto fine = set_guard_flag(flag, guard);
    return fine ? "" : fine.error().message;
  };
  CHECK(refused("fight") == "--guard wants RULE=MODE, not fight");
  CHECK(refused("fight=loud") ==
        R"(--guard fight=loud: "loud" is no mode: say off, repair, warn or reject)");
  CHECK(refused("=warn").starts_with(R"(--guard =warn: "" is no rule)"));
}

}  // namespace
TEST_CASE("what --retain names is a resource, or may be one that a definition makes") {
  engine::RetentionSettings retention;
  CHECK(set_retain_flag("*=age:30d", retention));
  CHECK(set_retain_flag("secrets=count:3", retention));
  CHECK(set_retain_flag("lamps.example.org=count:3", retention));
  const auto wrong = set_retain_flag("gateways=count:3", retention);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().message.starts_with(
      "--retain gateways=count:3: \"gateways\" is no resource: say it in the plural"));
}

}  // namespace gatefold::tools
