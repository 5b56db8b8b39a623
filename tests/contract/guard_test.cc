// The guard over HTTP: warnings in headers, refusals in Kubernetes' form, repairs and sightings in
// the log, counts in /metrics.
#include <fmt/format.h>

#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

constexpr std::string_view kPath = "/apis/gateway.networking.k8s.io/v1/namespaces/default";

engine::GuardSettings settings(const std::vector<std::pair<std::string, std::string>>& modes) {
  engine::GuardSettings guard;
  for (const auto& [rule, mode] : modes) REQUIRE(guard.set(rule, mode));
  return guard;
}

engine::EngineOptions with_guard(engine::GuardSettings guard) {
  auto options = in_memory_options();
  options.guard = std::move(guard);
  return options;
}

// A server with one Gateway, whose status is written in turn.
class Guarded {
 public:
  explicit Guarded(engine::GuardSettings guard = {})
      : server_(with_guard(std::move(guard)), world_.world()), peer_(server_.port()) {
    REQUIRE(call("POST", "/gateways", "kubectl", to_json(gateway("web"))).code == 201);
  }

  HttpAnswer call(std::string_view method, const std::string& path, std::string_view agent,
                  std::string_view body = {}) {
    const auto* type = method == "PATCH" ? "application/merge-patch+json" : "application/json";
    return peer_.call(method, std::string(kPath) + path,
                      {{"User-Agent", std::string(agent) + "/1"}, {"Content-Type", type}}, body);
  }
  HttpAnswer apply(const std::string& path, std::string_view members) {
    return peer_.call("PATCH", std::string(kPath) + path + "?fieldManager=applier",
                      {{"Content-Type", "application/apply-patch+yaml"}},
                      fmt::format(R"({{"apiVersion":"gateway.networking.k8s.io/v1",
                          "kind":"Gateway",{})",
                                  members.substr(1)));
  }
  // Of the Gateway: rule, writer and count.
  std::vector<std::string> sightings() {
    const auto shown = json(get(std::string(kPath) + "/gateways/web/conditions"));
    std::vector<std::string> texts;
    for (const auto& one : list_at(shown, {"sightings"})) {
      texts.push_back(fmt::format("{} {} {}", std::string(string_at(one, {"rule"})),
                                  std::string(string_at(one, {"writer"})),
                                  integer_at(one, {"count"}, 0)));
    }
    return texts;
  }
  // A second passes with each.
  HttpAnswer write(std::string_view agent, std::string_view status, std::string_view time,
                   int generation = 1, std::string_view message = "") {
    world_.advance(1);
    return call("PATCH", "/gateways/web/status", agent,
                fmt::format(R"({{"status":{{"conditions":[{{"type":"Ready","status":"{}",
                    "reason":"R","message":"{}","observedGeneration":{},
                    "lastTransitionTime":"{}"}}]}}}})",
                            status, message, generation, time));
  }
  // Of the world; writes are answered at it.
  std::string now(int seconds = 0) const {
    return format_seconds({world_.now().ns + seconds * kNsPerSecond});
  }
  std::uint64_t head() { return server_.engine().view()->revision().number; }
  std::string get(const std::string& target) { return peer_.call("GET", target).body; }
  std::string count(std::string_view rule, std::string_view mode) {
    const auto text = get("/metrics");
    const auto name =
        fmt::format("gatefold_guard_findings_total{{mode=\"{}\",rule=\"{}\"}} ", mode, rule);
    const auto at = text.find(name);
    if (at == std::string::npos) return "absent";
    return text.substr(at + name.size(), text.find('\n', at) - at - name.size());
  }

 private:
  TestWorld world_;
  ServedEngine server_;
  HttpPeer peer_;
};

TEST_CASE("what a guard repairs is recorded, and nothing is said") {
  Guarded guarded;
  REQUIRE(guarded.write("envoy", "True", guarded.now(1)).code == 200);
  const auto since = guarded.now();
  const auto answer = guarded.write("envoy", "True", guarded.now(1), 1, "news");
  REQUIRE(answer.code == 200);
  CHECK(answer.all("warning").empty());
  const auto lines = guarded.get(fmt::format("/gatefold/v1/log?after={}", guarded.head() - 1));
  const auto line = json(lines.substr(0, lines.find('\n')));
  REQUIRE(list_at(line, {"repairs"}).size() == 1);
  const auto& repair = list_at(line, {"repairs"})[0];
  CHECK(string_at(repair, {"rule"}) == "restamped");
  CHECK(string_at(repair, {"kept"}).starts_with(since.substr(0, 19)));
  CHECK(guarded.count("restamped", "repair") == "1");
  CHECK(guarded.count("restamped", "warn") == "0");
  CHECK(guarded.count("fight", "repair") == "absent");
}

TEST_CASE("a write that the guard makes nothing is no event, and is seen") {
  Guarded guarded;
  REQUIRE(guarded.write("envoy", "True", guarded.now(1)).code == 200);
  const auto head = guarded.head();
  for (int i = 0; i < 3; ++i) {
    const auto answer = guarded.write("envoy", "True", guarded.now(1));
    REQUIRE(answer.code == 200);
    REQUIRE(answer.all("warning").size() == 1);
    CHECK(answer.header("warning") ==
          R"(299 - "status.conditions[0].lastTransitionTime: nothing but lastTransitionTime )"
          "differs (no-op)\"");
  }
  CHECK(guarded.head() == head);
  CHECK(guarded.count("restamped", "repair") == "3");
  CHECK(guarded.count("no-op", "warn") == "3");
  // Sightings come with the next batch.
  REQUIRE(guarded.write("envoy", "False", guarded.now(1)).code == 200);
  const auto timeline = guarded.get(
      fmt::format("/gatefold/v1/transitions?object=gateway/default/web&after={}", guarded.head()));
  CHECK(string_at(json(timeline.substr(0, timeline.find('\n'))), {"sighting"}) == "restamped");
  CHECK(integer_at(json(timeline.substr(0, timeline.find('\n'))), {"count"}, 0) == 3);
}

TEST_CASE("who writes again and again what stands there is counted, and not warned") {
  Guarded guarded;
  const auto time = guarded.now();
  REQUIRE(guarded.write("loop", "True", time).code == 200);
  const auto head = guarded.head();
  const auto quiet = [&](const HttpAnswer& answer) {
    INFO(answer.body);
    CHECK(answer.code == 200);
    CHECK(answer.all("warning").empty());
  };
  for (int i = 0; i < 20; ++i) quiet(guarded.write("loop", "True", time));
  const auto web = guarded.get(std::string(kPath) + "/gateways/web");
  for (int i = 0; i < 3; ++i) quiet(guarded.call("PUT", "/gateways/web", "other", web));
  // None of these is a loop.
  quiet(guarded.call("PATCH", "/gateways/web/status?dryRun=All", "dry", "{}"));
  for (int i = 0; i < 2; ++i)
    quiet(guarded.apply("/gateways/web", R"({"metadata":{"name":"web"},"spec":{}})"));
  CHECK(guarded.head() == head + 1);
  CHECK(guarded.count("no-op", "repair") == "23");
  CHECK(guarded.count("no-op", "warn") == "0");
  CHECK(guarded.sightings() == std::vector<std::string>{"no-op system:anonymous|loop|loop/1 20",
                                                        "no-op system:anonymous|other|other/1 3"});
}

TEST_CASE("what stands there is written as often as one likes where no-op is off or rejects") {
  Guarded silent(settings({{"no-op", "off"}}));
  const auto time = silent.now();
  for (int i = 0; i < 5; ++i) CHECK(silent.write("loop", "True", time).code == 200);
  CHECK(silent.sightings().empty());
  Guarded strict(settings({{"no-op", "reject"}}));
  for (int i = 0; i < 5; ++i) CHECK(strict.write("loop", "True", time).code == 200);
  CHECK(eventually([&] { return strict.sightings().size() == 1; }));
}

TEST_CASE("no-op as a repair makes writes nothing where restamped is let through") {
  Guarded guarded(settings({{"all", "off"}, {"no-op", "repair"}}));
  REQUIRE(guarded.write("envoy", "True", guarded.now(1)).code == 200);
  const auto head = guarded.head();
  const auto answer = guarded.write("envoy", "True", guarded.now(1));
  CHECK(answer.code == 200);
  CHECK(answer.all("warning").empty());
  CHECK(guarded.head() == head);
  REQUIRE(guarded.write("envoy", "False", guarded.now(1)).code == 200);
  CHECK(guarded.get("/gatefold/v1/transitions?object=gateway/default/web")
            .find(R"({"sighting":"no-op")") != std::string::npos);
}

TEST_CASE("what is rejected is invalid in Kubernetes' form, and no event") {
  Guarded guarded(settings({{"restamped", "reject"}, {"stale", "reject"}}));
  REQUIRE(guarded.write("envoy", "True", guarded.now(1)).code == 200);
  const auto head = guarded.head();
  const auto before = guarded.now();
  const auto answer = guarded.write("envoy", "True", guarded.now(1));
  CHECK(answer.code == 422);
  CHECK(answer.all("warning").empty());
  const auto status = answer.json();
  CHECK(string_at(status, {"reason"}) == "Invalid");
  const auto text = fmt::format(
      R"(Invalid value: "{}": status stays True, and lastTransitionTime was moved from {} to {} )"
      "(restamped)",
      guarded.now(), before, guarded.now());
  CHECK(string_at(status, {"message"}) == R"(Gateway.gateway.networking.k8s.io "web" is invalid: )"
                                          "status.conditions[0].lastTransitionTime: " +
                                              text);
  REQUIRE(list_at(status, {"details", "causes"}).size() == 1);
  const auto& cause = list_at(status, {"details", "causes"})[0];
  CHECK(string_at(cause, {"field"}) == "status.conditions[0].lastTransitionTime");
  CHECK(string_at(cause, {"reason"}) == "FieldValueInvalid");
  CHECK(string_at(cause, {"message"}) == text);
  CHECK(guarded.head() == head);
  CHECK(guarded.count("restamped", "reject") == "1");
  // What would have been put right was not.
  const auto repairs = guarded.count("unstamped", "repair");
  REQUIRE(
      guarded.call("PATCH", "/gateways/web", "ann", R"({"spec":{"gatewayClassName":"b"}})").code ==
      200);
  CHECK(guarded.write("envoy", "False", before, 1).code == 422);
  CHECK(guarded.count("stale", "reject") == "1");
  CHECK(guarded.count("unstamped", "repair") == repairs);
}

TEST_CASE("modes hold for one kind alone where a configuration says so") {
  auto guard = settings({{"all", "off"}});
  REQUIRE(guard.set_for("gateways.gateway.networking.k8s.io", "restamped", "reject"));
  Guarded guarded(guard);
  REQUIRE(guarded.write("envoy", "True", guarded.now(1)).code == 200);
  CHECK(guarded.write("envoy", "True", guarded.now(1)).code == 422);
  const auto route = [&](std::string_view method, std::string_view path, std::string_view time) {
    return guarded.call(
        method, std::string(path), "envoy",
        fmt::format(R"({{"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute",
            "metadata":{{"name":"r"}},"spec":{{}},"status":{{"parents":[{{"controllerName":"x/y",
            "parentRef":{{"name":"web"}},"conditions":[{{"type":"A","status":"True","reason":"R",
            "message":"","lastTransitionTime":"{}"}}]}}]}}}})",
                    time));
  };
  REQUIRE(route("POST", "/httproutes", guarded.now()).code == 201);
  CHECK(route("PATCH", "/httproutes/r/status", guarded.now()).code == 200);
  CHECK(route("PATCH", "/httproutes/r/status", guarded.now(1)).code == 200);
}

TEST_CASE("two writers in turn are told that they fight, from the ledger") {
  Guarded guarded;
  std::vector<std::size_t> warnings;
  std::string last;
  for (int turn = 0; turn < 5; ++turn) {
    const auto* agent = turn % 2 == 0 ? "envoy" : "legacy";
    const auto answer = guarded.write(agent, turn % 2 == 0 ? "True" : "False", guarded.now(1));
    REQUIRE(answer.code == 200);
    warnings.push_back(answer.all("warning").size());
    last = answer.header("warning");
  }
  CHECK(warnings == std::vector<std::size_t>{0, 0, 0, 1, 1});
  CHECK(last ==
        R"(299 - "status.conditions[0].status: system:anonymous (envoy; envoy/1) and )"
        R"(system:anonymous (legacy; legacy/1) set status in turn, each undoing the other's )"
        "(fight)\"");
  CHECK(guarded.count("fight", "warn") == "2");
}

TEST_CASE("two writers who undo each other's reason or port are told as well") {
  Guarded guarded;
  const auto time = guarded.now();
  const auto set_reason = [&](std::string_view agent, std::string_view reason) {
    return guarded.call("PATCH", "/gateways/web/status", agent,
                        fmt::format(R"({{"status":{{"conditions":[{{"type":"Ready",
                            "status":"True","reason":"{}","message":"","observedGeneration":1,
                            "lastTransitionTime":"{}"}}]}}}})",
                                    reason, time));
  };
  const auto set_class = [&](std::string_view agent, std::string_view name) {
    return guarded.call("PATCH", "/gateways/web", agent,
                        fmt::format(R"({{"spec":{{"gatewayClassName":"{}"}}}})", name));
  };
  using Texts = std::vector<std::string>;
  const auto warnings = [&](const auto& set) {
    Texts told;
    for (int turn = 0; turn < 6; ++turn) {
      const bool is_first = turn % 2 == 0;
      const auto answer = set(is_first ? "envoy" : "legacy", is_first ? "a" : "b");
      INFO(answer.body);
      REQUIRE(answer.code == 200);
      const auto all = answer.all("warning");
      told.push_back(all.empty() ? "" : all.front().substr(7, all.front().find(": ") - 7));
    }
    return told;
  };
  const std::string reason = "status.conditions[Ready].reason";
  // The first of them brings the whole condition.
  CHECK(warnings(set_reason) == Texts{"", "", "", "", reason, reason});
  const std::string name = "spec.gatewayClassName";
  CHECK(warnings(set_class) == Texts{"", "", "", name, name, name});
  CHECK(guarded.count("fight", "warn") == "5");
}

TEST_CASE("who edits or drops another controller's entry is told whose it is") {
  Guarded guarded;
  const auto entry = [](std::string_view name, std::string_view status, std::string_view time) {
    return fmt::format(R"({{"controllerName":"x.io/{0}","parentRef":{{"name":"{0}"}},
        "conditions":[{{"type":"Accepted","status":"{1}","reason":"R","message":"",
        "observedGeneration":1,"lastTransitionTime":"{2}"}}]}})",
                       name, status, time);
  };
  const auto write = [&](std::string_view agent, const std::string& entries) {
    const auto answer = guarded.call("PATCH", "/httproutes/r/status", agent,
                                     fmt::format(R"({{"status":{{"parents":[{}]}}}})", entries));
    REQUIRE(answer.code == 200);
    return answer.all("warning").empty() ? "" : answer.header("warning");
  };
  REQUIRE(guarded
              .call("POST", "/httproutes", "kubectl",
                    R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute",
                        "metadata":{"name":"r"},"spec":{}})")
              .code == 201);
  const auto time = guarded.now();
  const auto a = entry("a", "True", time);
  const auto b = entry("b", "True", time);
  CHECK(write("alpha", a) == "");
  CHECK(write("beta", a + "," + b) == "");
  CHECK(write("beta", b + "," + a) == "");
  CHECK(write("beta", entry("a", "False", time) + "," + b) ==
        R"(299 - "status.parents[0]: the entry of x.io/a, which system:anonymous (alpha; alpha/1) )"
        "writes, was edited (foreign-entry)\"");
  CHECK(write("alpha", a) ==
        R"(299 - "status.parents: the entry of x.io/b, which system:anonymous (beta; beta/1) )"
        "writes, was dropped (foreign-entry)\"");
  CHECK(guarded.count("foreign-entry", "warn") == "2");
}

TEST_CASE("a controller that does what it should is told nothing") {
  Guarded guarded;
  const auto quiet = [&](const HttpAnswer& answer) {
    INFO(answer.body);
    CHECK(answer.code == 200);
    CHECK(answer.all("warning").empty());
  };
  quiet(guarded.write("envoy", "Unknown", guarded.now(1)));
  quiet(guarded.write("envoy", "True", guarded.now(1)));
  quiet(guarded.call("PATCH", "/gateways/web", "kubectl", R"({"spec":{"gatewayClassName":"y"}})"));
  // Unknown for the older generation, then the verdict for the new one.
  quiet(guarded.write("envoy", "Unknown", guarded.now(1)));
  quiet(guarded.write("envoy", "True", guarded.now(1), 2));
  quiet(guarded.call("PATCH", "/gateways/web", "kubectl", R"({"metadata":{"labels":{"a":"b"}}})"));
  // The verdict on an older one is stale.
  quiet(guarded.call("PATCH", "/gateways/web", "kubectl", R"({"spec":{"gatewayClassName":"z"}})"));
  const auto stale = guarded.write("envoy", "False", guarded.now(1), 2);
  CHECK(stale.code == 200);
  CHECK(stale.header("warning") ==
        R"(299 - "status.conditions[0].observedGeneration: False was written for generation 2, )"
        "the object has 3 (stale)\"");
}

}  // namespace
}  // namespace gatefold::test
