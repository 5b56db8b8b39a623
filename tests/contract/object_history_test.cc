// What every object tells of itself: its history, the time its conditions took, and the way back.
#include <fmt/format.h>

#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

const std::string kGatewaysPath = "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways";
const std::string kMapsPath = "/api/v1/namespaces/default/configmaps";
const HttpPeer::Headers kMerge{{"Content-Type", "application/merge-patch+json"},
                               {"User-Agent", "me/1"}};

// A server with a client, and writes that have to succeed.
struct Served {
  TestWorld world;
  ServedEngine server{world.world()};
  HttpPeer peer{server.port()};

  Value ok(std::string_view method, const std::string& path, const HttpPeer::Headers& headers = {},
           std::string_view body = {}) {
    const auto answer = peer.call(method, path, headers, body);
    INFO(answer.body.substr(0, 500));
    REQUIRE(answer.code / 100 == 2);
    return answer.json();
  }
  HttpAnswer roll_back(const std::string& path, std::string_view body,
                       std::string_view query = "") {
    return peer.call("POST", fmt::format("{}/rollback{}", path, query),
                     {{"Content-Type", "application/json"}, {"User-Agent", "me/1"}}, body);
  }
  std::uint64_t head() { return server.engine().view()->revision().number; }
  storage::Event newest() { return **server.engine().view()->snapshot->event({head()}); }
  void set(std::string_view type, std::string_view status) {
    world.advance(60);
    ok("PATCH", kGatewaysPath + "/web/status", kMerge,
       fmt::format(R"({{"status":{{"conditions":[{{"type":"{}","status":"{}","reason":"R",
         "message":"","lastTransitionTime":"{}"}}]}}}})",
                   type, status, format_seconds(world.now())));
  }
};

std::string sent(const Value& object) {
  return to_json(object);
}

}  // namespace

TEST_CASE("an object's history tells each version and what it changed, over all lives") {
  Served served;
  const auto first = served.ok("POST", kMapsPath, {}, sent(config_map("a")));
  served.ok("PATCH", kMapsPath + "/a", kMerge, R"({"data":{"k":"1"}})");
  served.ok("PATCH", kMapsPath + "/a", kMerge,
            fmt::format(R"({{"data":{{"k":"2","long":"{}"}}}})", std::string(2000, 'x')));
  served.ok("DELETE", kMapsPath + "/a");
  const auto gone = served.ok("GET", kMapsPath + "/a/history");
  const auto second = served.ok("POST", kMapsPath, {}, sent(config_map("a")));

  const auto history = served.ok("GET", kMapsPath + "/a/history");
  CHECK(string_at(history, {"kind"}) == "ObjectHistory");
  CHECK(string_at(history, {"apiVersion"}) == "history.gatefold.dev/v1");
  CHECK(string_at(history, {"object", "kind"}) == "ConfigMap");
  const auto& versions = history.at("versions").as_array();
  REQUIRE(versions.size() == 5);
  CHECK(gone.at("versions").as_array().size() == 4);
  CHECK(string_at(versions[0], {"uid"}) == uid_of_object(first));
  CHECK(string_at(versions[4], {"uid"}) == uid_of_object(second));
  CHECK(string_at(versions[3], {"type"}) == "DELETED");
  CHECK(string_at(versions[1], {"summary"}) == "data");
  CHECK(string_at(versions[2], {"writer", "fieldManager"}) == "me");
  const auto& changes = versions[2].at("changes").as_array();
  REQUIRE(changes.size() == 2);
  CHECK(string_at(changes[0], {"path"}) == "data.k");
  CHECK(string_at(changes[0], {"old"}) == "1");
  CHECK(string_at(changes[0], {"new"}) == "2");
  CHECK(find(changes[1], "new") == nullptr);
  CHECK(integer_at(changes[1], {"newBytes"}, 0) == 2002);

  // Pages.
  auto page = served.ok("GET", kMapsPath + "/a/history?limit=2");
  CHECK(page.at("versions").as_array().size() == 2);
  const std::string token(string_at(page, {"metadata", "continue"}));
  REQUIRE_FALSE(token.empty());
  page = served.ok("GET", kMapsPath + "/a/history?limit=9&continue=" + token);
  CHECK(page.at("versions").as_array().size() == 3);
  CHECK(page.at("versions").at(0) == versions[2]);
  page = served.ok("GET", kMapsPath + "/a/history?fromRevision=" +
                              std::to_string(integer_at(versions[4], {"revision"}, 0)));
  CHECK(page.at("versions").as_array().size() == 1);

  CHECK(served.peer.call("GET", kMapsPath + "/never/history").code == 404);
  CHECK(served.peer.call("GET", kMapsPath + "/a/history?fromRevision=x").code == 400);
  CHECK(served.peer.call("GET", kMapsPath + "/a/history?continue=x").code == 400);
  CHECK(served.peer.call("POST", kMapsPath + "/a/history", {}, "{}").code == 405);
  CHECK(served.ok("GET", "/api/v1/namespaces/default/history").at("versions").as_array().size() >
        0);
  // A part, not a thing: discovery of the group does not name it.
  CHECK(served.peer.call("GET", "/api/v1").body.find("/history") == std::string::npos);
}

TEST_CASE("an object's conditions tell how long they were in which state") {
  Served served;
  served.ok("POST", kGatewaysPath, {}, sent(gateway("web")));
  served.set("Ready", "True");
  const auto early = served.head();
  served.set("Ready", "False");
  served.set("Ready", "True");
  served.world.advance(30);
  served.ok("PATCH", kGatewaysPath + "/web", kMerge, R"({"metadata":{"labels":{"a":"b"}}})");

  const auto path = kGatewaysPath + "/web/conditions";
  const auto shown = served.ok("GET", path);
  CHECK(string_at(shown, {"kind"}) == "ObjectConditions");
  const Value* ready = nullptr;
  for (const auto& line : shown.at("conditions").as_array()) {
    if (string_at(line, {"type"}) == "Ready") ready = &line;
  }
  REQUIRE(ready != nullptr);
  CHECK(string_at(*ready, {"path"}) == "status.conditions");
  CHECK(string_at(*ready, {"status"}) == "True");
  CHECK(string_at(*ready, {"since"}) == "2026-01-02T03:07:05.000000000Z");
  CHECK(integer_at(*ready, {"flaps"}, 0) == 1);
  CHECK(ready->at("secondsInState").at("True").to_number<double>() == 90);
  CHECK(ready->at("secondsInState").at("False").to_number<double>() == 60);
  const auto& spans = ready->at("spans").as_array();
  REQUIRE(spans.size() == 3);
  CHECK(spans[0].at("seconds").to_number<double>() == 60);
  CHECK(string_at(spans[0], {"writer", "fieldManager"}) == "me");
  CHECK(find(spans[2], "until") == nullptr);

  const auto then = served.ok("GET", path + "?toRevision=" + std::to_string(early));
  CHECK(string_at(then, {"metadata", "resourceVersion"}) == std::to_string(early));
  CHECK(served.ok("GET", path + "?fromRevision=" + std::to_string(early + 1)) != shown);
  // It has not moved since.
  const auto late = served.ok("GET", path + "?fromRevision=" + std::to_string(served.head()));
  REQUIRE(late.at("conditions").as_array().size() == 1);
  const auto& stands = late.at("conditions").as_array()[0];
  CHECK(string_at(stands, {"type"}) == "Ready");
  CHECK(string_at(stands, {"status"}) == "True");
  CHECK(string_at(stands, {"since"}) == "2026-01-02T03:07:05.000000000Z");
  CHECK(stands.at("seconds").to_number<double>() == 30);
  CHECK(find(stands.at("spans").as_array()[0], "revision") == nullptr);
  CHECK(find(stands.at("spans").as_array()[0], "writer") == nullptr);

  served.world.advance(30);
  served.ok("DELETE", kGatewaysPath + "/web");
  const auto gone = served.ok("GET", path);
  for (const auto& line : gone.at("conditions").as_array()) {
    CHECK(string_at(line, {"status"}) == "Absent");
    CHECK(integer_at(line, {"deleted", "revision"}, 0) == static_cast<std::int64_t>(served.head()));
  }
  CHECK(served.peer.call("GET", kGatewaysPath + "/never/conditions").code == 404);
}

TEST_CASE("conditions of too many transitions for one answer are told in several") {
  Served served;
  served.ok("POST", kGatewaysPath, {}, sent(gateway("web")));
  constexpr int kWrites = 24;
  for (int write = 0; write < kWrites; ++write) {
    served.world.advance(60);
    JsonArray listeners;
    for (int listener = 0; listener < 64; ++listener) {
      JsonArray conditions;
      for (int type = 0; type < 8; ++type) {
        conditions.push_back(
            JsonObject{{"type", fmt::format("T{}", type)},
                       {"status", write % 2 == 0 ? "True" : "False"},
                       {"reason", "R"},
                       {"message", ""},
                       {"lastTransitionTime", format_seconds(served.world.now())}});
      }
      listeners.push_back(JsonObject{{"name", fmt::format("l{}", listener)},
                                     {"attachedRoutes", 0},
                                     {"conditions", std::move(conditions)}});
    }
    served.ok("PATCH", kGatewaysPath + "/web/status", kMerge,
              to_json(JsonObject{{"status", JsonObject{{"listeners", std::move(listeners)}}}}));
  }
  const auto path = kGatewaysPath + "/web/conditions";
  // How often one of them has moved in the answer.
  const auto moves = [](const Value& shown) {
    std::size_t count = 0;
    for (const auto& line : shown.at("conditions").as_array()) {
      if (string_at(line, {"path"}) != "status.listeners[l7].conditions") continue;
      if (string_at(line, {"type"}) == "T3") count += line.at("spans").as_array().size();
    }
    return count;
  };
  const auto first = served.ok("GET", path);
  const std::string token(string_at(first, {"metadata", "continue"}));
  REQUIRE_FALSE(token.empty());
  CHECK(string_at(first, {"metadata", "resourceVersion"}) < std::to_string(served.head()));
  const auto rest = served.ok("GET", path + "?continue=" + token);
  CHECK(string_at(rest, {"metadata", "continue"}).empty());
  CHECK(string_at(rest, {"metadata", "resourceVersion"}) == std::to_string(served.head()));
  CHECK(moves(first) + moves(rest) == kWrites);
  const auto limited = served.peer.call("GET", path + "?limit=1");
  CHECK(limited.code == 400);
}

TEST_CASE("what a condition is now lasts until now, or until the moment that is asked for") {
  Served served;
  served.ok("POST", kGatewaysPath, {}, sent(gateway("web")));
  served.set("Ready", "False");
  const auto set = served.head();
  const auto set_at = served.world.now();
  served.world.advance(10);
  served.ok("PATCH", kGatewaysPath + "/web", kMerge, R"({"metadata":{"labels":{"a":"b"}}})");
  const auto labelled = served.head();
  served.world.advance(20);
  served.ok("PATCH", kGatewaysPath + "/web", kMerge, R"({"metadata":{"labels":{"a":"c"}}})");
  served.world.advance(30);  // and nothing happens

  const auto after = [&](int seconds) { return Time{set_at.ns + seconds * kNsPerSecond}; };
  // `asOf` in seconds after the condition was set, which has to agree with how long it lasts.
  const auto seconds = [&](const std::string& query) {
    INFO(query);
    const auto shown = served.ok("GET", kGatewaysPath + "/web/conditions" + query);
    const auto as_of = parse_rfc3339(string_at(shown, {"asOf"}));
    REQUIRE(as_of);
    for (const auto& line : shown.at("conditions").as_array()) {
      if (string_at(line, {"type"}) != "Ready") continue;
      CHECK(after(static_cast<int>(line.at("seconds").to_number<double>())) == *as_of);
      CHECK(line.at("spans").as_array().back().at("seconds") == line.at("seconds"));
    }
    return (as_of->ns - set_at.ns) / kNsPerSecond;
  };
  CHECK(seconds("") == 60);
  CHECK(seconds(fmt::format("?at={}", labelled)) == 10);
  CHECK(seconds(fmt::format("?at={}", set)) == 0);
  CHECK(seconds(fmt::format("?toRevision={}", labelled)) == 10);
  CHECK(seconds(fmt::format("?toRevision={}", served.head())) == 30);
  CHECK(seconds(fmt::format("?toRevision={}", served.head() + 1)) == 60);
  CHECK(seconds(fmt::format("?at={}", format_seconds(after(25)))) == 25);
  CHECK(seconds(fmt::format("?until={}", format_seconds(after(25)))) == 25);
  CHECK(seconds("?until=35s") == 25);
  CHECK(seconds(fmt::format("?until={}", format_seconds(after(3600)))) == 60);
  // Both: what is earlier; and as of then a time counts back from then.
  CHECK(seconds(fmt::format("?at={}&toRevision={}", format_seconds(after(25)), labelled)) == 10);
  CHECK(seconds(fmt::format("?at={}&until=4s", labelled)) == 6);
}

TEST_CASE("what is of lists is not passed over where one object tells of itself") {
  Served served;
  served.ok("POST", kMapsPath, {}, sent(config_map("a")));
  for (const auto* part : {"/a/history", "/a/conditions"}) {
    for (const auto* query :
         {"?watch=1", "?fieldSelector=metadata.name%3Da", "?labelSelector=a%3Db",
          "?resourceVersionMatch=Exact&resourceVersion=1"}) {
      INFO(part << query);
      const auto answer = served.peer.call("GET", kMapsPath + part + query);
      CHECK(answer.code == 400);
      CHECK(string_at(answer.json(), {"message"}).find(" is for lists") != std::string::npos);
    }
    CHECK(served.peer.call("GET", kMapsPath + part + "?watch=false&fieldSelector=").code == 200);
  }
}

TEST_CASE("a rollback is a write that restores what the object was meant to be") {
  Served served;
  const auto first = served.ok("POST", kGatewaysPath, {}, sent(gateway("web", "old")));
  served.set("Ready", "True");
  served.ok("PATCH", kGatewaysPath + "/web", kMerge,
            R"({"spec":{"gatewayClassName":"new"},"metadata":{"labels":{"kept":"yes"}}})");
  const auto path = kGatewaysPath + "/web";
  const auto body = fmt::format(R"({{"revision":{}}})", version_of(first));

  const auto before = served.head();
  const auto dry = served.roll_back(path, body, "?dryRun=All");
  REQUIRE(dry.code == 200);
  CHECK(string_at(dry.json(), {"spec", "gatewayClassName"}) == "old");
  CHECK(served.head() == before);

  const auto answer = served.roll_back(path, body);
  INFO(answer.body);
  REQUIRE(answer.code == 200);
  const auto object = answer.json();
  CHECK(object.at("spec") == first.at("spec"));
  CHECK(string_at(object, {"metadata", "labels", "kept"}) == "yes");
  CHECK(object.at("status").at("conditions").as_array().size() == 1);
  CHECK(generation_of(object) == 3);
  CHECK(object == served.ok("GET", path));
  const auto event = served.newest();
  CHECK(event.revision.number == before + 1);
  CHECK(event.actor.subresource == "rollback");
  CHECK(event.actor.field_manager == "me");
  REQUIRE(event.audit_annotations.size() == 1);
  CHECK(event.audit_annotations[0].key == "history.gatefold.dev/restored-revision");
  CHECK(event.audit_annotations[0].value == version_of(first));

  // The same again is no event.
  CHECK(served.roll_back(path, body).code == 200);
  CHECK(served.head() == before + 1);
  // By time; and of what has no spec everything but metadata and status.
  served.ok("POST", kMapsPath, {}, sent(config_map("m")));
  const auto then = format_seconds(served.world.now());
  served.world.advance(60);
  served.ok("PATCH", kMapsPath + "/m", kMerge, R"({"data":{"k":"1"}})");
  const auto map = served.roll_back(kMapsPath + "/m", fmt::format(R"({{"at":"{}"}})", then));
  REQUIRE(map.code == 200);
  CHECK(find(map.json(), "data") == nullptr);
}

TEST_CASE("a rollback that can't be is refused as any write (R8.4, R11.3)") {
  Served served;
  served.ok("POST", kMapsPath, {}, sent(config_map("other")));
  const auto too_early = served.head();
  auto fixed = config_map("m");
  fixed.as_object()["data"] = JsonObject{{"k", "1"}};
  const auto first = served.ok("POST", kMapsPath, {}, sent(fixed));
  served.ok("PATCH", kMapsPath + "/m", kMerge, R"({"data":{"k":"2"},"immutable":true})");
  const auto path = kMapsPath + "/m";
  const auto code = [&](std::string_view body) {
    INFO(body);
    return served.roll_back(path, body).code;
  };
  CHECK(code(fmt::format(R"({{"revision":{}}})", too_early)) == 404);
  CHECK(code(fmt::format(R"({{"revision":{}}})", served.head() + 1)) == 422);
  CHECK(code(R"({"revision":"x"})") == 422);
  CHECK(code(R"({"revision":0})") == 422);
  CHECK(code("{}") == 422);
  CHECK(code(R"({"revision":1,"at":"2026-01-02T03:04:05Z"})") == 422);
  CHECK(code(R"({"at":"2030-01-01T00:00:00Z"})") == 422);
  CHECK(code(R"({"revision":1,"force":true})") == 400);
  CHECK(code("nonsense") == 400);
  // Validation: it is immutable by now.
  CHECK(code(fmt::format(R"({{"revision":{}}})", version_of(first))) == 422);
  CHECK(code(fmt::format(R"({{"revision":{0},"metadata":{{"resourceVersion":"{0}"}}}})",
                         version_of(first))) == 409);
  CHECK(served.peer.call("GET", path + "/rollback").code == 405);
  CHECK(served.roll_back(kMapsPath + "/never", R"({"revision":1})").code == 404);
}

}  // namespace gatefold::test
