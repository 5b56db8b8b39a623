// The linter over histories made up line by line, and over one of a real server.
#include <filesystem>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "engine/lint/history_lint.h"
#include "engine/tell/log_line.h"
#include "schema/json.h"
#include "tests/schema/parsed.h"

namespace gatefold::engine {
namespace {

using test::json;
using test::Texts;

const ObjectKey kWeb{"gateways", "prod", "web"};

// A history of one Gateway that is written line by line.
class Story {
 public:
  explicit Story(LintRange range = {}) : lint(std::move(range)) {}

  // `conditions` as JSON, without brackets; "-": the body is gone; "-…": those stand in for it.
  void write(std::string_view manager, std::int64_t generation, std::string_view conditions,
             std::string_view more = "") {
    ++revision_;
    seconds_ += 1;
    auto line = fmt::format(
        R"({{"revision":{0},"previous":{8},"time":"2026-01-01T{5:02}:{6:02}:{7:02}.5Z","type":"{1}",
            "kind":"Gateway","object":{{"resource":"gateways","namespace":"prod","name":"web","uid":"u"}},
            "actor":{{"user":"me","fieldManager":"{2}","userAgent":"{2}/1"}}{4},)",
        revision_, revision_ == 1 ? "ADDED" : "MODIFIED", manager, generation, more,
        seconds_ / 3600, seconds_ / 60 % 60, seconds_ % 60, revision_ - 1);
    line +=
        conditions == "-" ? R"("bodyGap":"no longer kept"})"
        : conditions.starts_with('-')
            ? fmt::format(R"("bodyGap":"not in the source","body":{{"metadata":{{"generation":{}}},
                    "status":{{"conditions":[{}]}}}}}})",
                          generation, conditions.substr(1))
            : fmt::format(
                  R"("body":{{"apiVersion":"{}","metadata":{{"namespace":"prod","name":"web",
                    "generation":{}}},"spec":{{"note":"{}"}},"status":{{"conditions":[{}]}}}}}})",
                  api_version, generation, note, conditions);
    const auto version = read_linted_version(json(line));
    REQUIRE(version);
    lint.add(*version);
  }
  void lose(std::uint64_t records) { revision_ += records; }
  void wait(int seconds) { seconds_ += seconds; }

  // `rule condition writers revisions count/repaired`
  Texts found() {
    Texts texts;
    for (const auto& one : lint.finish({}).findings) {
      std::string writers;
      for (const auto& writer : one.writers) {
        const auto begin = writer.find('(') + 1;
        writers += (writers.empty() ? "" : "+") + writer.substr(begin, writer.find(';') - begin);
      }
      texts.push_back(fmt::format("{} {} {} {}-{} {}/{}", text_of(one.rule).id,
                                  one.type.empty() ? one.path : one.type, writers, one.first.number,
                                  one.last.number, one.count, one.repaired));
    }
    return texts;
  }

  HistoryLint lint;
  std::string note;
  std::string api_version = "v1";

 private:
  std::uint64_t revision_ = 0;
  int seconds_ = 0;
};

std::string ready(std::string_view status, int time, int generation = 1,
                  std::string_view type = "Ready") {
  return fmt::format(
      R"({{"type":"{}","status":"{}","reason":"{}","message":"","observedGeneration":{},
          "lastTransitionTime":"2026-01-01T00:00:{:02}Z"}})",
      type, status, status, generation, time);
}

TEST_CASE("a history in which everybody behaves is clean") {
  Story story;
  story.write("kubectl", 1, "");
  story.write("envoy", 1, ready("True", 2));
  story.write("kubectl", 2, ready("True", 2));
  story.write("envoy", 2, ready("True", 2, 2));
  story.write("envoy", 2, ready("False", 5, 2));
  CHECK(story.found() == Texts{});
}

TEST_CASE("who writes what stands there loops from the third time on") {
  Story story;
  story.write("envoy", 1, ready("True", 1));
  story.lint.add_sighting({kWeb, "me|loop|loop/1", "no-op", 30, {1}, {2}});
  story.lint.add_sighting({kWeb, "me|twice|twice/1", "no-op", 2, {1}, {2}});
  const auto findings = story.lint.finish({}).findings;
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].text == "me (loop; loop/1): writes that changed nothing, 30 times");
}

TEST_CASE("who loops is told of objects without conditions too, but for those that were not read") {
  Story story;
  story.write("tool", 1, "");
  story.lint.add_sighting({kWeb, "me|loop|loop/1", "no-op", 3, {1}, {2}});
  story.lint.add_sighting({{"gateways", "prod", "other"}, "me|loop|loop/1", "no-op", 3, {1}, {2}});
  const auto findings = story.lint.finish({}).findings;
  REQUIRE(findings.size() == 1);
  CHECK(object_text(findings[0]) == "Gateway prod/web");
}

TEST_CASE("a line of sightings that lacks something is none") {
  const auto line = json(R"({"sighting":"no-op","object":{"resource":"configmaps","name":"a"},
      "writer":"me||","count":3,"first":"2026-01-01T00:00:01Z","last":"2026-01-01T00:00:02Z"})");
  const auto whole = read_sighting(line);
  REQUIRE(whole);
  CHECK(whole->key == ObjectKey{"configmaps", "", "a"});
  CHECK(whole->last.ns - whole->first.ns == kNsPerSecond);
  for (const auto* member : {"sighting", "object", "writer", "count", "first", "last"}) {
    auto broken = line;
    broken.as_object().erase(member);
    CHECK_FALSE(read_sighting(broken));
  }
  CHECK_FALSE(read_sighting(json("[]")));
}

TEST_CASE("the linter says who restamps, what the guard put right, and who says nothing") {
  Story story;
  story.write("envoy", 1, ready("True", 1));
  story.write("envoy", 1, ready("True", 2));
  story.write("envoy", 1, ready("True", 3));
  story.write("legacy", 1, ready("True", 3) + "," + ready("True", 4, 1, "Other"),
              R"(,"repairs":[{"rule":"restamped","path":"status.conditions","type":"Ready",
                  "claimed":"2026-01-01T00:00:04Z","kept":"2026-01-01T00:00:03Z"}])");
  story.lint.add_sighting({kWeb, "me|legacy|legacy/1", "restamped", 7, {1}, {2}});
  story.lint.add_sighting({kWeb, "me||", "what is this", 7, {1}, {2}});
  auto report = story.lint.finish({});
  CHECK(report.versions == 4);
  CHECK(report.objects == 1);
  Texts texts;
  for (const auto& one : report.findings) texts.push_back(one.text);
  CHECK(texts ==
        Texts{"me (legacy; legacy/1): writes that became nothing: all they moved was "
              "lastTransitionTime, 7 times; the guard put it right",
              "me (envoy; envoy/1): Ready: status stays True, and lastTransitionTime was moved "
              "from 2026-01-01T00:00:02Z to 2026-01-01T00:00:03Z (the last of 2)",
              "me (envoy; envoy/1): nothing but lastTransitionTime differs, twice",
              "me (legacy; legacy/1): Ready: lastTransitionTime moved, status did not: it said "
              "2026-01-01T00:00:04Z, true is 2026-01-01T00:00:03Z; the guard put it right"});
  REQUIRE(report.writers.size() == 2);
  CHECK(report.writers[0].writer == "me (legacy; legacy/1)");
  CHECK(report.writers[0].counts == std::map<GuardRule, std::uint64_t>{{GuardRule::kRestamped, 8}});
  CHECK(report.writers[1].objects == 1);
}

TEST_CASE("a bad time that the guard put right by another rule is found in its record") {
  const auto found_in = [](std::string_view status, std::string_view claimed,
                           std::string_view rule = "restamped") {
    Story story;
    story.write("envoy", 1, ready(status, 1));
    story.write("legacy", 1, ready(status, 1),
                fmt::format(R"(,"repairs":[{{"rule":"{}","path":"status.conditions",
                    "type":"Ready","claimed":"{}","kept":"2026-01-01T00:00:01Z"}}])",
                            rule, claimed));
    std::string texts;
    for (const auto& one : story.lint.finish({}).findings) {
      texts += fmt::format("{} {} {}; ", text_of(one.rule).id, one.type, one.repaired);
    }
    return texts;
  };
  const std::string both = "restamped Ready 1; bad-time Ready 1; ";
  CHECK(found_in("True", "2026-01-01T00:00:02Z") == "restamped Ready 1; ");
  CHECK(found_in("True", "2026-01-01T00:00:03Z") == "restamped Ready 1; ");  // clocks differ
  CHECK(found_in("True", "2026-01-01T00:00:04Z") == both);
  CHECK(found_in("True", "1970-01-01T00:00:00Z") == both);
  CHECK(found_in("Unknown", "1970-01-01T00:00:00Z") == "restamped Ready 1; ");
  CHECK(found_in("True", "2030-01-01T00:00:00Z", "bad-time") == "bad-time Ready 1; ");
}

TEST_CASE("fights name both writers, be it over a condition or a field") {
  Story story;
  story.write("kubectl", 1, "");
  for (int turn = 2; turn <= 7; ++turn) {
    story.write(turn % 2 == 0 ? "envoy" : "legacy", 1,
                ready(turn % 2 == 0 ? "True" : "False", turn));
  }
  CHECK(story.found() ==
        Texts{"fight Ready envoy+legacy 2-7 6/0", "flap Ready envoy+legacy 2-7 6/0"});

  Story fields;
  fields.write("kubectl", 1, "");
  for (int turn = 2; turn <= 6; ++turn) {
    fields.note = turn % 2 == 0 ? "blue" : "green";
    fields.write(turn % 2 == 0 ? "argo" : "kubectl", turn, "");
  }
  CHECK(fields.found() == Texts{"fight spec.note argo+kubectl 2-6 5/0"});
}

TEST_CASE("fields are not fought over where they are those of two versions of a kind") {
  const auto fights = [](std::string_view other) {
    Story story;
    story.write("kubectl", 1, "");
    for (int turn = 2; turn <= 6; ++turn) {
      story.api_version = turn % 2 == 0 ? "v1" : other;
      story.note = turn % 2 == 0 ? "blue" : "green";
      story.write(turn % 2 == 0 ? "argo" : "kubectl", turn, "");
    }
    return story.found().size();
  };
  CHECK(fights("v1") == 1);
  CHECK(fights("v1beta1") == 0);
}

TEST_CASE("generation lag: written for an older generation, or not at all for too long") {
  Story story;
  story.write("envoy", 1, ready("True", 1));
  story.write("kubectl", 2, ready("True", 1));
  story.write("envoy", 2, ready("False", 3));
  CHECK(story.found() ==
        Texts{"observed-generation Ready envoy 2-3 1/0", "stale Ready envoy 3-3 1/0"});

  Story slow;
  slow.write("envoy", 1, ready("True", 1));
  slow.write("kubectl", 2, ready("True", 1));
  slow.wait(3600);
  slow.write("envoy", 2, ready("True", 1, 2));
  CHECK(slow.found() == Texts{"observed-generation Ready envoy 2-3 1/0"});

  Story swift;
  swift.write("envoy", 1, ready("True", 1));
  swift.write("kubectl", 2, ready("True", 1));
  swift.wait(30);
  swift.write("envoy", 2, ready("True", 1, 2));
  CHECK(swift.found() == Texts{});
}

TEST_CASE("who wrote before a gap what lags behind it is not known") {
  Story story;
  story.write("envoy", 1, "-");
  story.write("kubectl", 1, ready("True", 1));
  story.write("kubectl", 2, ready("True", 1));
  story.wait(3600);
  story.write("envoy", 2, ready("True", 1, 2));
  const auto findings = story.lint.finish({}).findings;
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].writers == Texts{"a writer that is not known"});
}

TEST_CASE(
    "what still lags does so to the end of the history, and is of every range that reaches there") {
  const auto seconds = [](std::string_view text) {
    return *parse_rfc3339(fmt::format("2026-01-01T00:{}Z", text));
  };
  const auto lagging = [&](LintRange range, Time until) {
    Story story(std::move(range));
    story.write("envoy", 1, ready("True", 1));
    story.write("kubectl", 2, ready("True", 1));  // at 00:02.5
    const auto findings = story.lint.finish(until).findings;
    return findings.empty() ? std::string() : findings[0].text;
  };
  CHECK(lagging({}, {}).empty());
  CHECK(lagging({}, seconds("01:00")).empty());
  CHECK(lagging({}, seconds("10:02.5")).contains("for 10m from revision 2 to the end"));
  CHECK(lagging({.since = seconds("05:00")}, seconds("10:02.5")).contains("for 10m"));
  CHECK(lagging({.since = seconds("11:00")}, seconds("10:02.5")).empty());
  CHECK(lagging({.until_time = seconds("05:02.5")}, seconds("10:02.5")).contains("for 5m"));
  CHECK(lagging({.until = {2}, .until_revision_time = seconds("00:02.5")}, seconds("10:02.5"))
            .empty());
  CHECK(lagging({.after = {2}, .after_time = seconds("00:02.5")}, seconds("10:02.5"))
            .contains("for 10m"));
  CHECK(lagging({.after = {9}, .after_time = seconds("10:02.5")}, seconds("10:02.5")).empty());
  CHECK(lagging({.rules = {GuardRule::kFlap}}, seconds("10:02.5")).empty());
}

TEST_CASE("what is no longer kept is not judged, and said") {
  Story story;
  story.write("envoy", 1, ready("True", 1));
  story.write("envoy", 1, "-");
  story.write("envoy", 1, ready("True", 3));
  story.write("envoy", 1, ready("True", 4));
  const auto report = story.lint.finish({});
  REQUIRE(report.gaps.size() == 1);
  CHECK(report.gaps[0].versions == 1);
  CHECK(report.gaps[0].first == Revision{2});
  CHECK(report.gaps[0].why == "no longer kept");
  REQUIRE(report.findings.size() == 2);
  CHECK(report.findings[0].first == Revision{4});
}

TEST_CASE("what the log has no records of is not judged, nor what follows by what stood before") {
  Story story;
  story.write("envoy", 1, ready("True", 1));
  story.write("kubectl", 2, ready("True", 1));
  story.lose(5);
  story.wait(3600);
  story.write("envoy", 2, ready("True", 2, 2));
  const auto report = story.lint.finish({});
  CHECK(report.findings.empty());
  REQUIRE(report.gaps.size() == 1);
  CHECK(report.gaps[0].first == Revision{3});
  CHECK(report.gaps[0].last == Revision{7});
  CHECK(report.gaps[0].versions == 0);

  const auto gaps_after = [](std::uint64_t after) {
    Story begun(LintRange{.after = {after}});
    begun.lose(4);
    begun.write("envoy", 1, ready("True", 1));
    return begun.lint.finish({}).gaps.size();
  };
  CHECK(gaps_after(3) == 1);
  CHECK(gaps_after(4) == 0);
}

TEST_CASE("records that the log no longer has are told once for all objects of a resource") {
  HistoryLint lint{LintRange{}};
  const auto add = [&](std::string_view resource, std::string_view name, int revision,
                       int previous) {
    const auto version = read_linted_version(json(fmt::format(
        R"({{"revision":{},"previous":{},"time":"2026-01-01T00:00:00Z","type":"MODIFIED",
            "kind":"K","object":{{"resource":"{}","namespace":"prod","name":"{}","uid":"u"}},
            "actor":{{"user":"me"}},"body":{{}}}})",
        revision, previous, resource, name)));
    REQUIRE(version);
    lint.add(*version);
  };
  add("leases", "a", 10, 4);
  add("leases", "b", 12, 7);
  add("leases", "a", 15, 10);
  add("leases", "b", 20, 18);
  add("locks", "c", 30, 5);
  Texts texts;
  for (const auto& gap : lint.finish({}).gaps) {
    texts.push_back(fmt::format("{} {}-{}", gap_text(gap), gap.first.number, gap.last.number));
  }
  CHECK(texts == Texts{"2 leases 1-19", "locks/prod/c 1-29"});
}

TEST_CASE(
    "an object that stands in for one that is not known is not judged, nor what follows by it") {
  Story story;
  story.write("envoy", 1, ready("False", 1));
  story.write("legacy", 1, "-" + ready("False", 1));  // where it became True
  story.write("envoy", 1, ready("True", 2));
  story.write("envoy", 1, ready("True", 2));
  const auto report = story.lint.finish({});
  CHECK(report.findings.empty());
  REQUIRE(report.gaps.size() == 1);
  CHECK(report.gaps[0].first == Revision{2});
  CHECK(report.gaps[0].why == "not in the source");

  // What lags before a gap may have caught up in it.
  Story lag;
  lag.write("envoy", 1, ready("True", 1));
  lag.write("kubectl", 2, ready("True", 1));
  lag.write("envoy", 2, "-");
  lag.wait(3600);
  lag.write("kubectl", 2, "-");
  CHECK(lag.found() == Texts{});

  // An object that the source shows for the first time was there before.
  Story middle;
  middle.write("envoy", 1, ready("True", 1) + "," + ready("True", 1),
               R"(,"auditAnnotations":{"audit.gatefold.dev/gap":"created before"})");
  CHECK(middle.found() == Texts{});
}

std::string observing(int generation) {
  return ready("Unknown", 1, generation);
}

TEST_CASE("findings of one rule stay apart where they tell of different things") {
  Story story;
  story.write("envoy", 9, observing(7));
  story.write("envoy", 9, observing(12));  // above
  story.write("envoy", 9, observing(2));   // back
  story.write("envoy", 9, observing(1));   // back
  Texts texts;
  for (const auto& one : story.lint.finish({}).findings) {
    if (one.rule == GuardRule::kObservedGeneration) texts.push_back(one.text);
  }
  CHECK(
      texts ==
      Texts{
          "me (envoy; envoy/1): Ready: observedGeneration 12 is above metadata.generation 9",
          "me (envoy; envoy/1): Ready: observedGeneration went back from 2 to 1 (the last of 2)"});
}

TEST_CASE("sightings of a history from elsewhere moved nothing, and nothing was put right") {
  Story story;
  story.write("envoy", 1, ready("True", 1));
  story.lint.add_sighting({kWeb, "me|envoy|envoy/1", "no-op", 30, {1}, {2}});
  const auto report = story.lint.finish({});
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings[0].rule == GuardRule::kNoOp);
  CHECK(report.findings[0].repaired == 0);
  CHECK(report.findings[0].text == "me (envoy; envoy/1): writes that changed nothing, 30 times");
}

TEST_CASE("a range of revisions holds for sightings by the times of its ends") {
  const auto sighted = [](LintRange range) {
    Story story(std::move(range));
    story.write("envoy", 1, ready("True", 1));
    story.lint.add_sighting({kWeb, "me||", "restamped", 7, {10}, {20}});
    return story.lint.finish({}).findings.size();
  };
  CHECK(sighted({.after = {60}, .after_time = {20}}) == 0);
  CHECK(sighted({.after = {60}, .after_time = {19}}) == 1);
  CHECK(sighted({.until = {36}, .until_revision_time = {9}}) == 0);
  CHECK(sighted({.until = {36}, .until_revision_time = {10}}) == 1);
  CHECK(sighted({.after = {60}}) == 1);
}

TEST_CASE("a range tells less, and judges by what came before it") {
  Story story({.after = {2},
               .until = {3},
               .since = {},
               .until_time = {},
               .rules = {GuardRule::kRestamped}});
  for (int time = 1; time <= 4; ++time) story.write("envoy", 1, ready("True", time));
  CHECK(story.found() == Texts{"restamped Ready envoy 3-3 1/0"});
}

// The successful writes of an audit log, as lines of a log.
std::vector<Value> audited_lines(std::istream& file) {
  std::vector<Value> lines;
  for (std::string text; std::getline(file, text);) {
    const auto record = json(text);
    const auto verb = string_at(record, {"verb"});
    const auto* body = find(record, "responseObject");
    if (verb == "get" || body == nullptr || string_at(*body, {"kind"}) != "Gateway") continue;
    const auto uri = string_at(record, {"requestURI"});
    const auto at = uri.find("fieldManager=");
    lines.push_back(JsonObject{
        {"revision",
         static_cast<std::int64_t>(
             parse_revision(string_at(*body, {"metadata", "resourceVersion"}))->number)},
        {"time", string_at(record, {"stageTimestamp"})},
        {"type", verb == "create" ? "ADDED" : "MODIFIED"},
        {"kind", "Gateway"},
        {"object", JsonObject{{"resource", "gateways.gateway.networking.k8s.io"},
                              {"namespace", "prod"},
                              {"name", "web"},
                              {"uid", string_at(*body, {"metadata", "uid"})}}},
        {"actor",
         JsonObject{{"user", string_at(record, {"user", "username"})},
                    {"fieldManager", at == std::string_view::npos ? "" : uri.substr(at + 13)},
                    {"userAgent", string_at(record, {"userAgent"})}}},
        {"body", *body}});
  }
  return lines;
}

TEST_CASE("the story of a real server's audit log: two writers, restamps, a frozen generation") {
  const auto path =
      std::filesystem::path(GATEFOLD_SOURCE_DIR) / "../shared/spec/observed/audit.jsonl";
  std::ifstream file(path);
  if (!file) {
    std::cout << "SKIP: the audit log of a real server is absent\n";
    return;
  }
  HistoryLint lint{LintRange{}};
  Revision before;
  for (const auto& line : audited_lines(file)) {
    auto version = read_linted_version(line);
    REQUIRE(version);
    version->previous = std::exchange(before, version->revision);
    lint.add(*version);
  }
  Texts texts;
  Texts fight;
  for (const auto& one : lint.finish({}).findings) {
    texts.push_back(fmt::format("{} {} {}-{} x{}", text_of(one.rule).id, one.type, one.first.number,
                                one.last.number, one.count));
    if (one.rule == GuardRule::kFight) fight = one.writers;
  }
  CHECK(texts == Texts{"fight Programmed 5020-5026 x7", "flap Programmed 5020-5026 x7",
                       "restamped Accepted 5027-5031 x4", "restamped Programmed 5027-5031 x4",
                       "no-op  5027-5031 x4", "observed-generation Accepted 5030-5032 x1",
                       "observed-generation Programmed 5030-5032 x1", "stale Accepted 5031-5031 x1",
                       "stale Programmed 5031-5031 x1"});
  CHECK(fight == Texts{"admin (envoy-gateway; envoy-gateway/v1.5.0 (linux/amd64))",
                       "admin (legacy; legacy-gateway/v1.3.3 (linux/amd64))"});
}

}  // namespace
}  // namespace gatefold::engine
