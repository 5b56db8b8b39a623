// Each rule of the guard: what it finds, and the nearest thing that it lets pass.
#include <fmt/format.h>

#include "engine/guard/field_fights.h"
#include "engine/guard/guard.h"
#include "engine/guard/judge.h"
#include "schema/catalog.h"
#include "tests/schema/parsed.h"

namespace gatefold::engine {
namespace {

using test::json;
using test::Texts;

const SchemaNode& schema_of(std::string_view resource) {
  static const CatalogPtr catalog = builtin_catalog();
  const auto* kind = catalog->find("gateway.networking.k8s.io", resource);
  REQUIRE(kind != nullptr);
  return *kind->storage_version().schema;
}

Time at(std::string_view clock) {
  const auto time = parse_rfc3339(fmt::format("2026-01-01T{}Z", clock));
  REQUIRE(time);
  return *time;
}

// `Type status generation time`, separated by blanks; "-" for what is absent.
std::string condition(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(' ', begin), text.size());
    words.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  REQUIRE(words.size() >= 4);
  std::string json = fmt::format(R"({{"type":"{}","status":"{}","reason":"R","message":"{}")",
                                 words[0], words[1], words.size() > 4 ? words[4] : "");
  if (words[2] != "-") json += fmt::format(R"(,"observedGeneration":{})", words[2]);
  if (words[3] == "null") json += R"(,"lastTransitionTime":null)";
  if (words[3] == "1970") json += R"(,"lastTransitionTime":"1970-01-01T00:00:00Z")";
  if (words[3] == "tomorrow") json += R"(,"lastTransitionTime":"tomorrow")";
  if (words[3].find(':') != std::string::npos)
    json += fmt::format(R"(,"lastTransitionTime":"2026-01-01T{}Z")", words[3]);
  return json + "}";
}

std::string list(const std::vector<std::string_view>& conditions) {
  std::string text;
  for (const auto one : conditions) text += (text.empty() ? "" : ",") + condition(one);
  return text;
}

Value gateway(std::int64_t generation, const std::vector<std::string_view>& conditions,
              std::string_view metadata = "") {
  return json(fmt::format(
      R"({{"metadata":{{"namespace":"prod","generation":{}{}}},"status":{{"conditions":[{}]}}}})",
      generation, metadata, list(conditions)));
}

storage::Actor writer(std::string_view manager, std::string_view version = "v1") {
  return {"admin", fmt::format("{}/{}", manager, version), std::string(manager), "patch", "status"};
}

constexpr GuardModes kAllWarn = [] {
  GuardModes modes{};
  modes.fill(GuardMode::kWarn);
  return modes;
}();

GuardModes with(GuardModes modes, GuardRule rule, GuardMode mode) {
  modes[static_cast<std::size_t>(rule)] = mode;
  return modes;
}

struct Judged {
  GuardReport report;
  Value object;
};

Judged guarded(const SchemaNode& schema, const Value& before, Value now, GuardModes modes,
               const GuardMemory& memory = {}, std::string_view manager = "envoy",
               std::int64_t generation = 0) {
  Judged judged{{}, std::move(now)};
  judged.report = guard_write({.schema = schema,
                               .old_object = &before,
                               .event_time = at("00:00:10"),
                               .generation = generation,
                               .writer = writer(manager),
                               .modes = modes,
                               .recall = [&] { return memory; }},
                              judged.object);
  return judged;
}

Texts rules_of(const GuardReport& report) {
  Texts texts;
  for (const auto& [rule, mode] : report.tally) texts.emplace_back(text_of(rule).id);
  return texts;
}

TEST_CASE("each rule finds what it is for, and lets the nearest thing pass") {
  using List = std::vector<std::string_view>;
  struct Case {
    std::string_view name;
    std::int64_t generation;
    List before, now;
    Texts rules;
  };
  const Case cases[] = {
      {"restamped",
       1,
       {"A True 1 00:00:01", "B True 1 00:00:01"},
       {"A True 1 00:00:09", "B False 1 00:00:09"},
       {"restamped"}},
      {"the time moves with the status", 1, {"A True 1 00:00:01"}, {"A False 1 00:00:09"}, {}},
      {"a message may change by itself", 1, {"A True 1 00:00:01"}, {"A True 1 00:00:01 news"}, {}},
      {"unstamped", 1, {"A True 1 00:00:01"}, {"A False 1 00:00:01"}, {"unstamped"}},
      {"stamped within our second", 1, {"A True 1 00:00:10"}, {"A False 1 00:00:10"}, {}},
      {"observedGeneration vanishes",
       1,
       {"A True 1 00:00:01"},
       {"A True - 00:00:01"},
       {"observed-generation"}},
      {"observedGeneration was never there",
       1,
       {"A True - 00:00:01"},
       {"A True - 00:00:01 news"},
       {}},
      {"a default comes back without it",
       1,
       {"A True 1 00:00:01"},
       {"A Unknown - 1970"},
       {"unstamped"}},
      {"observedGeneration is ahead",
       2,
       {"A True 1 00:00:01"},
       {"A True 3 00:00:01"},
       {"observed-generation"}},
      {"observedGeneration catches up", 2, {"A True 1 00:00:01"}, {"A True 2 00:00:01"}, {}},
      {"what was ahead before is not said again",
       2,
       {"A True 3 00:00:01", "B True 1 00:00:01"},
       {"A True 3 00:00:01", "B True 2 00:00:01"},
       {}},
      {"observedGeneration goes back",
       3,
       {"A True 3 00:00:01"},
       {"A True 2 00:00:01"},
       {"observed-generation", "stale"}},
      {"one is written while it stays behind",
       3,
       {"A True 2 00:00:01", "B True 1 00:00:01"},
       {"A True 3 00:00:01", "B False 1 00:00:02"},
       {"observed-generation", "stale"}},
      {"observedGeneration is frozen while others move",
       3,
       {"A True 2 00:00:01", "B True 1 00:00:01"},
       {"A True 3 00:00:01", "B True 1 00:00:01"},
       {"observed-generation"}},
      {"conditions are written one by one",
       2,
       {"A True 1 00:00:01", "B True 1 00:00:01"},
       {"A True 2 00:00:01", "B True 1 00:00:01"},
       {}},
      {"Unknown may stay behind",
       3,
       {"A True 2 00:00:01", "B Unknown 1 00:00:01"},
       {"A True 3 00:00:01", "B Unknown 1 00:00:01"},
       {}},
      {"stale", 2, {"A True 1 00:00:01"}, {"A False 1 00:00:09"}, {"stale"}},
      {"stale from the start", 2, {}, {"A True 1 00:00:09"}, {"stale"}},
      {"Unknown of an older generation", 2, {"A True 1 00:00:01"}, {"A Unknown 1 00:00:09"}, {}},
      {"not touched", 2, {"A True 1 00:00:01"}, {"A True 1 00:00:01"}, {}},
      {"duplicate",
       1,
       {"A True 1 00:00:01"},
       {"A True 1 00:00:01", "A False 1 00:00:09"},
       {"duplicate"}},
      {"a duplicate of old",
       1,
       {"A True 1 00:00:01", "A True 1 00:00:01"},
       {"A True 1 00:00:01", "A True 1 00:00:01 news"},
       {}},
      {"another type", 1, {"A True 1 00:00:01"}, {"A True 1 00:00:01", "B False 1 00:00:09"}, {}},
      {"no time", 1, {"A True 1 00:00:01"}, {"A False 1 null"}, {"bad-time", "unstamped"}},
      {"no time at all", 1, {}, {"A False 1 -"}, {"bad-time", "unstamped"}},
      {"a time of the future",
       1,
       {"A True 1 00:00:01"},
       {"A False 1 00:00:12"},
       {"bad-time", "unstamped"}},
      {"no time was there, and none comes",
       1,
       {"A True 1 null"},
       {"A True 1 tomorrow"},
       {"bad-time"}},
      {"no time was there, and one of the future comes",
       1,
       {"A True 1 tomorrow"},
       {"A True 1 00:00:12"},
       {"bad-time"}},
      {"no time was there, and one comes", 1, {"A True 1 null"}, {"A True 1 00:00:09"}, {}},
      {"no time of old", 1, {"A True 1 tomorrow"}, {"A True 1 tomorrow news"}, {}},
      {"a clock a second ahead", 1, {"A True 1 00:00:01"}, {"A False 1 00:00:11"}, {}},
      {"nothing but the time",
       1,
       {"A True 1 00:00:01", "B True 1 00:00:02"},
       {"A True 1 00:00:09", "B True 1 00:00:02"},
       {"restamped", "no-op"}},
      {"nothing at all", 1, {"A True 1 00:00:01"}, {"A True 1 00:00:01"}, {}},
      {"the order of the list as well",
       1,
       {"A True 1 00:00:01", "B True 1 00:00:02"},
       {"B True 1 00:00:02", "A True 1 00:00:09"},
       {"restamped"}},
  };
  for (const auto& [name, generation, before, now, rules] : cases) {
    INFO(name);
    const auto judged = guarded(schema_of("gateways"), gateway(generation, before),
                                gateway(generation, now), kAllWarn, {}, "envoy", generation);
    CHECK(rules_of(judged.report) == rules);
    CHECK(judged.report.warnings.size() == rules.size());
    CHECK(judged.report.repairs.empty());
    CHECK(judged.object == gateway(generation, now));
  }
}

TEST_CASE("a write with managers or labels of its own is more than its time, or not") {
  const auto before = gateway(1, {"A True 1 00:00:01"}, R"(,"managedFields":[{"manager":"x"}])");
  const auto moved = gateway(1, {"A True 1 00:00:09"}, R"(,"resourceVersion":"7")");
  CHECK(rules_of(guarded(schema_of("gateways"), before, moved, kAllWarn).report) ==
        Texts{"restamped", "no-op"});
  const auto labelled = gateway(1, {"A True 1 00:00:09"}, R"(,"labels":{"a":"b"})");
  CHECK(rules_of(guarded(schema_of("gateways"), before, labelled, kAllWarn).report) ==
        Texts{"restamped"});
}

GuardMemory past(const std::vector<std::tuple<std::string, std::string, std::string>>& turns) {
  GuardMemory memory;  // newest first
  std::uint64_t revision = 100;
  for (const auto& [manager, status, clock] : turns) {
    memory.push_back(
        {"status.conditions", "A", status, writer(manager, "v0"), at(clock), {--revision}});
  }
  return memory;
}

TEST_CASE("two writers who undo each other are a fight") {
  const auto before = gateway(1, {"A False 1 00:00:05"});
  const auto now = gateway(1, {"A True 1 00:00:10"});
  const auto rules = [&](const GuardMemory& memory) {
    return rules_of(guarded(schema_of("gateways"), before, now, kAllWarn, memory).report);
  };
  CHECK(rules(past({{"legacy", "False", "00:00:05"},
                    {"envoy", "True", "00:00:04"},
                    {"legacy", "False", "00:00:03"}})) == Texts{"fight"});
  // One turn less, a third writer, one writer alone, an older quarrel.
  CHECK(rules(past({{"legacy", "False", "00:00:05"}, {"envoy", "True", "00:00:04"}})) == Texts{});
  CHECK(rules(past({{"legacy", "False", "00:00:05"},
                    {"envoy", "True", "00:00:04"},
                    {"third", "False", "00:00:03"}})) == Texts{});
  CHECK(rules(past({{"envoy", "False", "00:00:05"},
                    {"envoy", "True", "00:00:04"},
                    {"envoy", "False", "00:00:03"}})) == Texts{});
  auto old = past({{"legacy", "False", "00:00:05"},
                   {"envoy", "True", "00:00:04"},
                   {"legacy", "False", "00:00:03"}});
  old.back().time.ns -= kFightWindowNs;
  CHECK(rules(old) == Texts{});

  const auto told = guarded(schema_of("gateways"), before, now, kAllWarn,
                            past({{"legacy", "False", "00:00:05"},
                                  {"envoy", "True", "00:00:04"},
                                  {"legacy", "False", "00:00:03"}}));
  CHECK(told.report.warnings ==
        Texts{"status.conditions[0].status: admin (envoy; envoy/v1) and admin (legacy; legacy/v0) "
              "set status in turn, each undoing the other's (fight)"});
}

TEST_CASE("two writers who undo each other in any field are a fight, as far as versions tell") {
  struct Version {
    std::string_view manager;
    int port;
    std::string_view colour = "red";
    std::string_view clock = "00:00:01";
  };
  const auto lamp = [](const Version& version) {
    return json(
        fmt::format(R"({{"spec":{{"port":{},"colour":"{}"}}}})", version.port, version.colour));
  };
  int asked = 0;
  // Newest first, without the write at hand, which gives port 1 and red by envoy.
  const auto fights = [&](const std::vector<Version>& versions) {
    asked = 0;
    const RecallVersions recall = [&](const std::function<bool(const PastVersion&)>& visit) {
      for (const auto& one : versions) {
        ++asked;
        if (!visit({lamp(one), writer(one.manager), at(one.clock), false})) return;
      }
    };
    const auto old_object = lamp(versions.front());
    const auto object = lamp({"envoy", 1});
    Texts texts;
    for (const auto& finding : judge_field_fights({.old_object = old_object,
                                                   .object = object,
                                                   .writer = writer("envoy"),
                                                   .event_time = at("00:00:10"),
                                                   .recall = recall})) {
      texts.push_back(finding.place + ": " + finding.text);
    }
    return texts;
  };
  CHECK(fights({{"legacy", 2}, {"envoy", 1}, {"legacy", 2}, {"envoy", 1}}) ==
        Texts{"spec.port: admin (envoy; envoy/v1) and admin (legacy; legacy/v1) set it in turn, "
              "each undoing the other's"});
  // Writes of something else in between are no turns.
  CHECK(fights({{"third", 2, "blue"},
                {"legacy", 2},
                {"envoy", 1},
                {"envoy", 1, "grey"},
                {"legacy", 2},
                {"envoy", 1}})
            .size() == 1);
  // One turn less, another value, a third writer, one writer alone.
  CHECK(fights({{"legacy", 2}, {"envoy", 1}, {"legacy", 2}}).empty());
  CHECK(fights({{"legacy", 2}, {"envoy", 3}, {"legacy", 2}, {"envoy", 1}}).empty());
  CHECK(asked == 3);
  CHECK(fights({{"legacy", 2}, {"envoy", 1}, {"third", 2}, {"envoy", 1}}).empty());
  CHECK(fights({{"envoy", 2}, {"envoy", 1}, {"envoy", 2}, {"envoy", 1}}).empty());
  CHECK(asked == 2);
  // Nothing changes, and an object without a past.
  CHECK(fights({{"legacy", 1}}).empty());
  CHECK(asked == 0);
  CHECK(fights({{"legacy", 2}}).empty());
  // No further back than that.
  std::vector<Version> many(kFightVersionsMax + 5, Version{"third", 2});
  for (std::size_t i = 0; i < many.size(); ++i) many[i].colour = i % 2 == 0 ? "blue" : "grey";
  CHECK(fights(many).empty());
  CHECK(asked == static_cast<int>(kFightVersionsMax));
}

TEST_CASE("a status that goes back and forth within minutes flaps") {
  const auto before = gateway(1, {"A False 1 00:00:05"});
  const auto now = gateway(1, {"A True 1 00:00:10"});
  auto memory = past({{"envoy", "False", "00:00:05"},
                      {"envoy", "True", "00:00:04"},
                      {"envoy", "False", "00:00:03"},
                      {"envoy", "True", "00:00:02"},
                      {"envoy", "False", "00:00:01"}});
  const auto rules = [&] {
    return rules_of(guarded(schema_of("gateways"), before, now, kAllWarn, memory).report);
  };
  CHECK(rules() == Texts{"flap"});
  memory.back().time.ns -= kFlapWindowNs;
  CHECK(rules() == Texts{});
  memory.pop_back();
  CHECK(rules() == Texts{});
}

TEST_CASE("an entry of another controller is left alone") {
  const auto route = [](const std::vector<std::pair<std::string, std::string_view>>& parents) {
    std::string text;
    for (const auto& [controller, one] : parents) {
      text += fmt::format(R"({}{{"controllerName":"{}","parentRef":{{"name":"web"}},
                              "conditions":[{}]}})",
                          text.empty() ? "" : ",", controller, condition(one));
    }
    return json(
        fmt::format(R"({{"metadata":{{"namespace":"prod"}},"status":{{"parents":[{}]}}}})", text));
  };
  const auto& schema = schema_of("httproutes");
  const auto before = route({{"x/a", "A True 1 00:00:01"}, {"x/b", "A True 1 00:00:01"}});
  GuardMemory memory;
  const Value typed = before;
  for (const auto& entry : collect_conditions(schema, typed)) {
    memory.push_back({entry.path,
                      "A",
                      "True",
                      writer(entry.controller == "x/a" ? "alpha" : "beta"),
                      at("00:00:01"),
                      {7}});
  }
  const auto rules = [&](const Value& now, std::string_view manager) {
    return rules_of(guarded(schema, before, now, kAllWarn, memory, manager).report);
  };
  const auto own = route({{"x/a", "A False 1 00:00:09"}, {"x/b", "A True 1 00:00:01"}});
  CHECK(rules(own, "alpha") == Texts{});
  CHECK(rules(own, "beta") == Texts{"foreign-entry"});
  const auto dropped = route({{"x/a", "A False 1 00:00:09"}});
  CHECK(rules(dropped, "alpha") == Texts{"foreign-entry"});
  CHECK(rules(route({{"x/b", "A True 1 00:00:01"}}), "alpha") == Texts{});
  // In another order nothing is touched; an entry that nobody is known to write is anybody's.
  const auto turned = route({{"x/b", "A True 1 00:00:01"}, {"x/a", "A True 1 00:00:01"}});
  CHECK(rules(turned, "third") == Texts{});
  memory.clear();
  CHECK(rules(dropped, "alpha") == Texts{});
}

TEST_CASE("the memory is asked only where it could matter") {
  int asked = 0;
  const auto before = gateway(1, {"A True 1 00:00:01"});
  const auto judge = [&](const Value& now, GuardModes modes) {
    Value object = now;
    guard_write({.schema = schema_of("gateways"),
                 .old_object = &before,
                 .event_time = at("00:00:10"),
                 .writer = writer("envoy"),
                 .modes = modes,
                 .recall = [&] { return ++asked, GuardMemory{}; }},
                object);
    return asked;
  };
  CHECK(judge(gateway(1, {"A True 1 00:00:01 news"}), kAllWarn) == 0);
  CHECK(judge(gateway(1, {"A False 1 00:00:09"}), kOwnGuardModes) == 0);
  CHECK(judge(gateway(1, {"A False 1 00:00:09"}), kAllWarn) == 1);
}

TEST_CASE("modes: off, repair, warn and reject") {
  const auto before = gateway(1, {"A True 1 00:00:01"});
  const auto now = gateway(1, {"A True 1 00:00:09"});
  const auto& schema = schema_of("gateways");
  const GuardModes off{};
  CHECK(guarded(schema, before, now, off).report.tally.empty());
  CHECK(guarded(schema, before, now, off).object == now);

  const auto repaired =
      guarded(schema, before, now, with(off, GuardRule::kRestamped, GuardMode::kRepair));
  CHECK(repaired.object == before);
  REQUIRE(repaired.report.repairs.size() == 1);
  CHECK(repaired.report.repairs[0].rule == "restamped");
  CHECK(repaired.report.warnings.empty());

  const auto warned =
      guarded(schema, before, now, with(off, GuardRule::kRestamped, GuardMode::kWarn));
  CHECK(warned.report.warnings ==
        Texts{"status.conditions[0].lastTransitionTime: status stays True, and lastTransitionTime "
              "was moved from 2026-01-01T00:00:01Z to 2026-01-01T00:00:09Z (restamped)"});
  CHECK(warned.object == now);

  const auto refused =
      guarded(schema, before, now, with(off, GuardRule::kRestamped, GuardMode::kReject));
  REQUIRE(refused.report.errors.size() == 1);
  CHECK(refused.report.errors[0].field == "status.conditions[0].lastTransitionTime");
  CHECK(refused.report.errors[0].origin == "restamped");
  CHECK(refused.report.errors[0].body.starts_with(R"(Invalid value: "2026-01-01T00:00:09Z": )"));
}

TEST_CASE("a repair of no-op or of bad-time stands for that of the time alone") {
  const auto& schema = schema_of("gateways");
  const auto before = gateway(1, {"A True 1 00:00:01"});
  const GuardModes off{};
  const auto rules = [](const GuardReport& report) {
    Texts texts;
    for (const auto& repair : report.repairs) {
      texts.push_back(fmt::format("{} {}->{}", repair.rule, format_seconds(repair.claimed),
                                  format_seconds(repair.kept)));
    }
    return texts;
  };
  for (const auto other : {GuardMode::kOff, GuardMode::kRepair}) {
    auto modes = with(off, GuardRule::kRestamped, other);
    modes = with(modes, GuardRule::kNoOp, GuardMode::kRepair);
    const auto undone = guarded(schema, before, gateway(1, {"A True 1 00:00:09"}), modes);
    CHECK(undone.object == before);
    CHECK(rules(undone.report) == Texts{"no-op 2026-01-01T00:00:09Z->2026-01-01T00:00:01Z"});
    CHECK(rules_of(undone.report) == Texts{"no-op"});
  }
  for (const auto other : {GuardMode::kOff, GuardMode::kRepair}) {
    auto modes = with(off, GuardRule::kUnstamped, other);
    modes = with(modes, GuardRule::kBadTime, GuardMode::kRepair);
    const auto mended = guarded(schema, before, gateway(1, {"A False 1 00:00:30"}), modes);
    CHECK(mended.object == gateway(1, {"A False 1 00:00:10"}));
    CHECK(rules(mended.report) == Texts{"bad-time 2026-01-01T00:00:30Z->2026-01-01T00:00:10Z"});
    CHECK(rules_of(mended.report) == Texts{"bad-time"});
  }
  // Where no time was known, it is that of the write.
  const auto dated =
      guarded(schema, gateway(1, {"A True 1 null"}), gateway(1, {"A True 1 tomorrow"}),
              with(off, GuardRule::kBadTime, GuardMode::kRepair));
  CHECK(dated.object == gateway(1, {"A True 1 00:00:10"}));
  CHECK(rules(dated.report) == Texts{"bad-time 1970-01-01T00:00:00Z->2026-01-01T00:00:10Z"});
}

}  // namespace
}  // namespace gatefold::engine
