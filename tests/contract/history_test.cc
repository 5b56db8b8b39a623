// The log and the ledger over HTTP: pages of lines, and where to go on.
#include "engine/history.h"

#include <algorithm>

#include <fmt/format.h>

#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

const std::string kPath = "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways";

std::vector<Value> lines_of(const HttpAnswer& answer) {
  INFO(answer.body.substr(0, 500));
  REQUIRE(answer.code == 200);
  std::vector<Value> lines;
  for (std::string_view rest = answer.body; !rest.empty();) {
    const auto end = rest.find('\n');
    REQUIRE(end != std::string_view::npos);
    lines.push_back(json(rest.substr(0, end)));
    rest.remove_prefix(end + 1);
  }
  return lines;
}

// A status in which every listener has all its conditions at `status`: half a thousand transitions.
std::string full_status(std::string_view status) {
  JsonArray listeners;
  for (int i = 0; i < 64; ++i) {
    JsonArray conditions;
    for (int k = 0; k < 8; ++k) {
      conditions.push_back(JsonObject{{"type", fmt::format("Type{}", k)},
                                      {"status", status},
                                      {"reason", "Because"},
                                      {"message", "it is so"},
                                      {"lastTransitionTime", "2026-01-01T00:00:00Z"}});
    }
    listeners.push_back(JsonObject{{"name", fmt::format("l{}", i)},
                                   {"attachedRoutes", 0},
                                   {"supportedKinds", JsonArray{}},
                                   {"conditions", std::move(conditions)}});
  }
  return to_json(JsonObject{{"status", JsonObject{{"listeners", std::move(listeners)}}}});
}

}  // namespace

TEST_CASE("the log over HTTP is filtered and cut") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const HttpPeer::Headers me{{"User-Agent", "me/1"}};
  for (const auto* name : {"a", "b", "c"}) {
    REQUIRE(peer.call("POST", kPath, me, to_json(gateway(name))).code == 201);
  }
  const auto head = std::to_string(server.engine().view()->revision().number);
  const auto mine = peer.call("GET", "/gatefold/v1/log?fieldManager=me&kind=gateway");
  REQUIRE(lines_of(mine).size() == 3);
  CHECK(string_at(lines_of(mine)[1], {"object", "name"}) == "b");
  CHECK(mine.header("gatefold-revision") == head);
  CHECK(mine.header("gatefold-head") == head);

  const auto first = peer.call("GET", "/gatefold/v1/log?kind=gateway&limit=1");
  CHECK(lines_of(first).size() == 1);
  const auto seen = first.header("gatefold-revision");
  CHECK(seen == std::to_string(integer_at(lines_of(first)[0], {"revision"}, 0)));
  const auto until = peer.call("GET", "/gatefold/v1/log?after=" + seen + "&until=" + seen);
  CHECK(lines_of(until).empty());
  CHECK(until.header("gatefold-revision") == seen);
  CHECK(until.header("gatefold-head") == head);
  CHECK(lines_of(peer.call("GET", "/gatefold/v1/log?after=" + seen + "&wait=true")).size() == 2);

  for (const auto* wrong : {"log?after=x", "log?kind=nope", "log?limit=x", "transitions?object=a",
                            "transitions?object=gateway/default/a&after=x"}) {
    INFO(wrong);
    CHECK(peer.call("GET", fmt::format("/gatefold/v1/{}", wrong)).code == 400);
  }
}

TEST_CASE("the history of a kind that is gone is asked for by its old names") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const std::string definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const std::string lamps = "/apis/light.example.com/v1/namespaces/default/lamps";
  const auto define = [&](std::string_view plural, std::string_view scope) {
    const auto definition = fmt::format(
        R"({{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
        "metadata":{{"name":"{0}.light.example.com"}},"spec":{{"group":"light.example.com",
        "scope":"{1}","names":{{"plural":"{0}","kind":"Lamp","shortNames":["lm"]}},
        "versions":[{{"name":"v1","served":true,"storage":true,"schema":{{"openAPIV3Schema":{{
        "type":"object","properties":{{"data":{{"type":"string"}}}}}}}}}}]}}}})",
        plural, scope);
    REQUIRE(peer.call("POST", definitions, {}, definition).code == 201);
    const auto path = fmt::format("/apis/light.example.com/v1/{}", plural);
    REQUIRE(eventually([&] { return peer.call("GET", path).code == 200; }));
  };
  const auto lamp = R"({"apiVersion":"light.example.com/v1","kind":"Lamp",
      "metadata":{"name":"l1"},"data":"bright"})";
  define("lamps", "Namespaced");
  REQUIRE(peer.call("POST", lamps, {}, lamp).code == 201);
  REQUIRE(peer.call("DELETE", definitions + "/lamps.light.example.com").code == 200);
  REQUIRE(eventually([&] { return peer.call("GET", lamps).code == 404; }));
  for (const auto* word : {"lamp", "Lamp", "lamps", "lm", "lamps.light.example.com"}) {
    INFO(word);
    const auto log = peer.call("GET", fmt::format("/gatefold/v1/log?kind={}", word));
    CHECK(lines_of(log).size() == 2);
    const auto one =
        peer.call("GET", fmt::format("/gatefold/v1/log?object={}/default/l1&bodies=true", word));
    CHECK(one.body.find("bright") != std::string::npos);
    CHECK(
        peer.call("GET", fmt::format("/gatefold/v1/transitions?object={}/default/l1", word)).code ==
        200);
    CHECK(peer.call("GET", fmt::format("/gatefold/v1/log?object={}/l1", word)).code == 400);
  }
  CHECK(peer.call("GET", "/gatefold/v1/log?kind=lantern").code == 400);

  const HttpPeer::Headers is_json{{"Content-Type", "application/json"}};
  const auto redacted = peer.call("POST", "/gatefold/v1/redact", is_json,
                                  R"({"object":"lamp/default/l1","all":true,"reason":"leaked"})");
  INFO(redacted.body);
  REQUIRE(redacted.code == 200);
  CHECK(find(redacted.json(), "redacted")->as_array().size() == 2);
  const auto told = integer_at(redacted.json(), {"revision"}, 0);
  const auto after = peer.call("GET", "/gatefold/v1/log?object=lamp/default/l1&bodies=true");
  CHECK(after.body.find("bright") == std::string::npos);
  // Nothing is left, and nothing more is told.
  const auto again = peer.call("POST", "/gatefold/v1/redact", is_json,
                               R"({"object":"lamp/default/l1","all":true})");
  CHECK(again.body == R"({"redacted":[]})");
  CHECK(lines_of(peer.call("GET", "/gatefold/v1/log?kind=redactions")).size() == 1);
  CHECK(told == static_cast<std::int64_t>(server.engine().view()->revision().number));

  // What was redacted is marked where its changes are told, and so is what tells of it.
  const auto changes = peer.call("GET", "/apis/history.gatefold.dev/v1/namespaces/default/changes");
  const auto first = changes.json().at("items").as_array().front();
  CHECK(string_at(first, {"object", "name"}) == "l1");
  CHECK(string_at(first, {"summary"}).ends_with("was redacted)"));
  const auto tells =
      peer.call("GET", fmt::format("/apis/history.gatefold.dev/v1/clusterchanges/{:012}", told));
  CHECK(string_at(tells.json(), {"summary"})
            .starts_with("redacts lamps.light.example.com/default/l1 "));
  CHECK(string_at(tells.json(), {"summary"}).ends_with(": leaked"));

  // A kind of now goes before one of then.
  define("lampen", "Cluster");
  CHECK(lines_of(peer.call("GET", "/gatefold/v1/log?kind=lamp")).empty());
  CHECK(lines_of(peer.call("GET", "/gatefold/v1/log?kind=lamps")).size() == 2);
}

TEST_CASE("the last event at or before a time is known") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  world.advance(60);
  const auto then = world.now();
  REQUIRE(peer.call("POST", kPath, {}, to_json(gateway("a"))).code == 201);
  const auto head = static_cast<std::int64_t>(server.engine().view()->revision().number);
  const auto last = [&](Time time) {
    const auto answer = peer.call("GET", "/gatefold/v1/head?at=" + format_nanos(time));
    INFO(answer.body);
    REQUIRE(answer.code == 200);
    return integer_at(answer.json(), {"revision"}, -1);
  };
  CHECK(last({then.ns + kNsPerSecond}) == head);
  CHECK(last(then) == head);
  CHECK(last({then.ns - 1}) == head - 1);
  CHECK(last({1}) == 0);
  CHECK(peer.call("GET", "/gatefold/v1/head?at=47").code == 400);
}

TEST_CASE("a long timeline comes in pages that hold each transition once") {
  constexpr int kFlips = 8;
  constexpr std::size_t kConditions = 512;
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  auto object = gateway("web");
  auto& listeners = object.at("spec").at("listeners").as_array();
  listeners.clear();
  for (int i = 0; i < 64; ++i) {
    listeners.push_back(
        {{"name", fmt::format("l{}", i)}, {"port", 1000 + i}, {"protocol", "HTTP"}});
  }
  REQUIRE(peer.call("POST", kPath, {}, to_json(object)).code == 201);
  const HttpPeer::Headers merge{{"Content-Type", "application/merge-patch+json"}};
  for (int i = 0; i < kFlips; ++i) {
    world.advance(1);
    const auto flipped = peer.call("PATCH", kPath + "/web/status", merge,
                                   full_status(i % 2 == 0 ? "True" : "False"));
    INFO(flipped.body.substr(0, 500));
    REQUIRE(flipped.code == 200);
  }

  const auto head = std::to_string(server.engine().view()->revision().number);
  std::map<std::int64_t, std::size_t> by_revision;
  std::string seen = "0";
  int pages = 0;
  for (; seen != head; ++pages) {
    REQUIRE(pages < 10);
    const auto page =
        peer.call("GET", "/gatefold/v1/transitions?object=gateway/default/web&after=" + seen);
    for (const auto& line : lines_of(page)) {
      if (find(line, "path") != nullptr && string_at(line, {"type"}).starts_with("Type")) {
        ++by_revision[integer_at(line, {"revision"}, 0)];
      }
    }
    REQUIRE(page.header("gatefold-revision") != seen);
    seen = page.header("gatefold-revision");
  }
  CHECK(pages > 1);
  CHECK(by_revision.size() == kFlips);
  for (const auto& [revision, count] : by_revision) CHECK(count == kConditions);
}

TEST_CASE("sightings of all objects come in pages that end with an object") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const std::string maps = "/api/v1/namespaces/default/configmaps";
  const auto say = [&](const std::string& name, const std::string& manager) {
    return peer.call("PATCH", fmt::format("{}/{}?fieldManager={}", maps, name, manager),
                     {{"Content-Type", "application/merge-patch+json"}}, R"({"data":{"a":"b"}})");
  };
  for (const auto* name : {"a", "b"}) {
    const auto made = peer.call("POST", maps, {},
                                fmt::format(R"({{"apiVersion":"v1",
        "kind":"ConfigMap","metadata":{{"name":"{}"}},"data":{{"a":"b"}}}})",
                                            name));
    REQUIRE(made.code == 201);
    for (const auto* manager : {"one", "two"}) REQUIRE(say(name, manager).code == 200);
  }
  // They come with the next batch.
  REQUIRE(peer.call("POST", kPath, {}, to_json(gateway("web"))).code == 201);
  const auto all = peer.call("GET", "/gatefold/v1/sightings");
  const auto lines = lines_of(all);
  REQUIRE(lines.size() == 4);
  CHECK(string_at(lines[0], {"sighting"}) == "no-op");
  CHECK(to_json(*find(lines[0], "object")) ==
        R"({"resource":"configmaps","namespace":"default","name":"a"})");
  CHECK(string_at(lines[3], {"object", "name"}) == "b");
  CHECK_FALSE(all.header("gatefold-time").empty());
  const auto behind = [&](std::string_view name) {
    return peer
        .call("GET", fmt::format("/gatefold/v1/sightings?resource=configmaps&"
                                 "namespace=default&name={}",
                                 name))
        .body;
  };
  CHECK(all.body.ends_with(behind("a")));
  CHECK(std::ranges::count(behind("a"), '\n') == 2);
  CHECK(behind("b").empty());

  std::size_t count = 0;
  const auto view = server.engine().view();
  REQUIRE(engine::sighting_lines(*view, {}, {.events_max = 1}, [&](std::string_view) { ++count; }));
  CHECK(count == 2);
}

}  // namespace gatefold::test
