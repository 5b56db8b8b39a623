// The log as kinds of history.gatefold.dev: changes and transitions as lists, watches and objects.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

const Resource kTransitions{"history.gatefold.dev", "v1", "transitions"};
const Resource kChanges{"history.gatefold.dev", "v1", "changes"};
const Resource kClusterTransitions{"history.gatefold.dev", "v1", "clustertransitions", false};
const Resource kClusterChanges{"history.gatefold.dev", "v1", "clusterchanges", false};
const std::string kBase = "/apis/history.gatefold.dev/v1/";

// Both conditions of a Gateway, in one write.
Value set_conditions(Door& door, const std::string& name, std::string_view status) {
  auto object = done(door.get(kGateways, "default", name));
  door.world().advance(10);
  for (auto& condition : object.at("status").at("conditions").as_array()) {
    condition.as_object()["status"] = status;
    condition.as_object()["reason"] = fmt::format("Said{}", status);
    condition.as_object()["lastTransitionTime"] = format_seconds(door.world().now());
  }
  return done(door.write(update_status(kGateways, object)));
}

std::uint64_t revision_of(const Value& item) {
  return static_cast<std::uint64_t>(integer_at(item, {"revision"}, 0));
}

// `web/Accepted:Unknown>True`, of a change `web:ADDED`.
std::string told(const Value& item) {
  const auto name = string_at(item, {"object", "name"});
  const auto type = string_at(item, {"type"});
  if (!string_at(item, {"kind"}).ends_with("Transition")) return fmt::format("{}:{}", name, type);
  return fmt::format("{}/{}:{}>{}", name, type, string_at(item, {"oldStatus"}),
                     string_at(item, {"newStatus"}));
}

std::string told(const Page& page) {
  INFO(page.reason << ": " << page.message);
  REQUIRE(page.reason.empty());
  std::vector<std::string> all;
  for (const auto& item : page.items) all.push_back(told(item));
  return fmt::format("{}", fmt::join(all, " "));
}

std::unique_ptr<Watch> opened(OpenedWatch watch) {
  INFO(watch.refusal.message);
  REQUIRE(watch.refusal.ok());
  return std::move(watch.watch);
}

Value next_of(Watch& watch) {
  auto seen = watch.next();
  REQUIRE(seen);
  REQUIRE(seen->type == "ADDED");
  return std::move(seen->object);
}

}  // namespace

TEST_CASE("each transition is an object, in the order of the log") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kGateways, gateway("web"))));
  done(door->write(create(kGateways, gateway("api"))));
  const auto web = set_conditions(*door, "web", "True");
  set_conditions(*door, "api", "False");

  const auto all = door->list({.resource = kTransitions});
  CHECK(told(all) ==
        "web/Accepted:Unknown>True web/Programmed:Unknown>True "
        "api/Accepted:Unknown>False api/Programmed:Unknown>False");
  CHECK(all.resource_version == std::to_string(door->revision()));
  CHECK_FALSE(all.remaining);
  CHECK(told(door->list({.resource = kTransitions, .name_space = "default"})) == told(all));
  CHECK(told(door->list({.resource = kTransitions, .name_space = "other"})).empty());
  // Those of the definitions that every server has.
  CHECK(told(door->list({.resource = kClusterTransitions})).find("web/") == std::string::npos);

  const auto& first = all.items[0];
  const auto& second = all.items[1];
  const auto revision = std::stoull(version_of(web));
  CHECK(revision_of(first) == revision);
  CHECK(name_in(first) == fmt::format("{:012}-0", revision));
  CHECK(name_in(second) == fmt::format("{:012}-1", revision));
  CHECK(uid_of_object(first) != uid_of_object(second));
  CHECK(string_at(first, {"object", "uid"}) == uid_of_object(web));
  CHECK(string_at(first, {"object", "apiVersion"}) == "gateway.networking.k8s.io/v1");
  CHECK(string_at(first, {"object", "resource"}) == "gateways.gateway.networking.k8s.io");
  CHECK(string_at(first, {"writer", "user"}) == "system:anonymous");
  CHECK(string_at(first, {"path"}) == "status.conditions");
  CHECK(string_at(first, {"reason"}) == "SaidTrue");
  CHECK(string_at(first, {"eventType"}) == "MODIFIED");

  CHECK(done(door->get(kTransitions, "default", name_in(first))) == first);
  CHECK(door->get(kTransitions, "other", name_in(first)).reason == "NotFound");
  for (const auto& name : {fmt::format("{:012}-2", revision), fmt::format("{}-0", revision),
                           fmt::format("{:012}", revision), std::string("web")}) {
    INFO(name);
    CHECK(door->get(kTransitions, "default", name).reason == "NotFound");
  }
}

TEST_CASE("a watch that goes on within an event loses no transition of it") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kGateways, gateway("web"))));
  const auto start = std::to_string(door->revision());
  const auto watch = opened(
      door->watch({.resource = kTransitions, .name_space = "default", .resource_version = start}));
  const auto revision = std::stoull(version_of(set_conditions(*door, "web", "True")));
  const auto first = next_of(*watch);
  CHECK(told(first) == "web/Accepted:Unknown>True");
  CHECK(version_of(first) == std::to_string(revision - 1));

  // The client has seen the first one only.
  const auto again =
      opened(door->watch({.resource = kTransitions, .resource_version = version_of(first)}));
  CHECK(next_of(*again) == first);
  const auto second = next_of(*again);
  CHECK(told(second) == "web/Programmed:Unknown>True");
  CHECK(version_of(second) == std::to_string(revision));
  CHECK(next_of(*watch) == second);

  const auto later =
      opened(door->watch({.resource = kTransitions, .resource_version = version_of(second)}));
  set_conditions(*door, "web", "False");
  CHECK(told(next_of(*later)) == "web/Accepted:True>False");
  CHECK(told(next_of(*watch)) == "web/Accepted:True>False");
}

TEST_CASE("each event is an object of its scope, with what it changed") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto edge = json(R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"GatewayClass",
    "metadata":{"name":"edge"},"spec":{"controllerName":"example.com/edge"}})");
  const auto start = door->revision();
  done(door->write(create(kClasses, edge)));
  done(door->write(create(kGateways, labelled(gateway("web"), "tier", "edge"))));
  done(door->write(patch(kGateways, "web", json(R"({"spec":{"gatewayClassName":"edge"},
    "metadata":{"labels":{"more":"yes"}}})"))));
  done(door->write(remove(kGateways, "web")));

  const auto page = door->list({.resource = kChanges, .name_space = "default"});
  CHECK(told(page) == "web:ADDED web:MODIFIED web:DELETED");
  const auto& change = page.items[1];
  CHECK(revision_of(change) == start + 3);
  CHECK(name_in(change) == fmt::format("{:012}", start + 3));
  CHECK(version_of(change) == std::to_string(start + 3));
  CHECK(integer_at(change, {"previous"}, 0) == static_cast<std::int64_t>(start) + 2);
  CHECK(integer_at(change, {"generation"}, 0) == 2);
  CHECK(string_at(change, {"summary"}) == "metadata.labels.more, spec.gatewayClassName");
  CHECK(*find(change, "changed") ==
        Value(JsonArray{"metadata.labels.more", "spec.gatewayClassName"}));
  CHECK(done(door->get(kChanges, "default", name_in(change))) == change);

  CHECK(told(door->list({.resource = kClusterChanges,
                         .fields = "object.resource=gatewayclasses.gateway.networking.k8s.io"})) ==
        "edge:ADDED");
  CHECK(door->get(kClusterChanges, "", name_in(change)).reason == "NotFound");
  CHECK(door->get(kChanges, "default", fmt::format("{:012}", start + 1)).reason == "NotFound");
  CHECK(told(door->list({.resource = kChanges, .labels = "more=yes"})) ==
        "web:MODIFIED web:DELETED");
}

TEST_CASE("entries of the log are selected by what they say (R15.3, R15.4)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto web = done(door->write(create(kGateways, gateway("web"))));
  done(door->write(create(kGateways, gateway("api"))));
  done(door->write(create(kConfigMaps, config_map("web"))));
  set_conditions(*door, "web", "True");
  set_conditions(*door, "api", "False");
  const auto chosen = [&](const Resource& resource, std::string fields) {
    INFO(fields);
    return told(door->list({.resource = resource, .fields = std::move(fields)}));
  };
  CHECK(chosen(kTransitions, "type=Accepted,status=True") == "web/Accepted:Unknown>True");
  CHECK(chosen(kTransitions, "reason=SaidFalse,type!=Accepted") == "api/Programmed:Unknown>False");
  CHECK(chosen(kTransitions, "object.name=api,type=Accepted") == "api/Accepted:Unknown>False");
  CHECK(chosen(kTransitions, "object.uid=" + uid_of_object(web) + ",type=Accepted") ==
        "web/Accepted:Unknown>True");
  CHECK(chosen(kTransitions, "writer.user=nobody").empty());
  CHECK(chosen(kChanges, "object.kind=ConfigMap,object.name=web") == "web:ADDED");
  CHECK(chosen(kChanges, "object.resource=gateways.gateway.networking.k8s.io,type=ADDED") ==
        "web:ADDED api:ADDED");
  CHECK(chosen(kChanges, "object.name=web,writer.fieldManager!=x,type=MODIFIED") == "web:MODIFIED");
  const auto all = door->list({.resource = kTransitions});
  CHECK(door->list({.resource = kTransitions, .fields = "metadata.name=" + name_in(all.items[1])})
            .items == std::vector{all.items[1]});
  CHECK(chosen(kTransitions, "metadata.name=nothing").empty());
  const auto unknown = door->list({.resource = kTransitions, .fields = "path=status.conditions"});
  CHECK(unknown.reason == "BadRequest");
  CHECK(unknown.message.find("field label not supported: path") != std::string::npos);

  const auto start = std::to_string(door->revision());
  const auto watch = opened(door->watch({.resource = kTransitions,
                                         .fields = "type=Programmed,object.name=web",
                                         .resource_version = start}));
  set_conditions(*door, "api", "True");
  set_conditions(*door, "web", "False");
  CHECK(told(next_of(*watch)) == "web/Programmed:True>False");
}

TEST_CASE("pages of the log are of one moment and begin where the last one ended (R14.4, R14.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kGateways, gateway("web"))));
  set_conditions(*door, "web", "True");
  set_conditions(*door, "web", "False");
  auto page = door->list({.resource = kTransitions, .limit = 3});
  const auto revision = page.resource_version;
  CHECK(told(page) ==
        "web/Accepted:Unknown>True web/Programmed:Unknown>True web/Accepted:True>False");
  REQUIRE_FALSE(page.continue_token.empty());
  set_conditions(*door, "web", "True");
  page = door->list({.resource = kTransitions, .limit = 3, .continue_token = page.continue_token});
  CHECK(told(page) == "web/Programmed:True>False");
  CHECK(page.continue_token.empty());
  CHECK(page.resource_version == revision);
  CHECK(door->list({.resource = kTransitions, .continue_token = "nonsense"}).reason ==
        "BadRequest");
  CHECK(told(door->list({.resource = kTransitions,
                         .resource_version = revision,
                         .match = engine::VersionMatch::kExact}))
            .ends_with("web/Programmed:True>False"));
}

TEST_CASE("a watch of the log can begin with what is there, and says when that is all (R16.10)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kGateways, gateway("web"))));
  set_conditions(*door, "web", "True");
  const auto watch = opened(door->watch({.resource = kTransitions,
                                         .bookmarks = true,
                                         .send_initial_events = true,
                                         .match = engine::VersionMatch::kNotOlderThan}));
  CHECK(told(next_of(*watch)) == "web/Accepted:Unknown>True");
  CHECK(told(next_of(*watch)) == "web/Programmed:Unknown>True");
  const auto bookmark = watch->next();
  REQUIRE(bookmark);
  CHECK(bookmark->type == "BOOKMARK");
  CHECK(string_at(bookmark->object, {"kind"}) == "Transition");
  CHECK(string_at(bookmark->object, {"metadata", "annotations", "k8s.io/initial-events-end"}) ==
        "true");
  CHECK(version_of(bookmark->object) == std::to_string(door->revision()));
  set_conditions(*door, "web", "False");
  CHECK(told(next_of(*watch)) == "web/Accepted:True>False");
  CHECK(door->watch({.resource = kTransitions, .resource_version = "x"}).refusal.reason ==
        "BadRequest");
}

TEST_CASE("a stretch of the log is asked for by revisions or by times") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const std::string path = "/api/v1/namespaces/default/configmaps";
  std::vector<std::string> times;
  std::uint64_t first = 0;
  for (const auto* name : {"a", "b", "c", "d"}) {
    world.advance(3600);
    times.push_back(format_seconds(world.now()));
    const auto made = peer.call("POST", path, {}, to_json(config_map(name)));
    REQUIRE(made.code == 201);
    if (first == 0) first = std::stoull(version_of(made.json()));
  }
  world.advance(60);
  const auto asked = [&](std::string_view query) {
    const auto answer =
        peer.call("GET", fmt::format("{}namespaces/default/changes?{}", kBase, query));
    INFO(answer.body.substr(0, 500));
    REQUIRE(answer.code == 200);
    std::string names;
    const auto list = answer.json();
    for (const auto& item : find(list, "items")->as_array()) {
      if (string_at(item, {"object", "kind"}) == "ConfigMap")
        names += string_at(item, {"object", "name"});
    }
    return names + "@" + std::string(string_at(list, {"metadata", "resourceVersion"}));
  };
  const auto at = [&](std::uint64_t offset) { return std::to_string(first + offset); };
  CHECK(asked("") == "abcd@" + at(3));
  CHECK(asked("fromRevision=" + at(1)) == "bcd@" + at(3));
  CHECK(asked("fromRevision=" + at(1) + "&toRevision=" + at(2)) == "bc@" + at(2));
  CHECK(asked("toRevision=99999") == "abcd@" + at(3));
  CHECK(asked("since=" + times[2]) == "cd@" + at(3));
  CHECK(asked("since=90m") == "cd@" + at(3));
  CHECK(asked("until=" + times[1]) == "ab@" + at(1));
  CHECK(asked("since=" + times[1] + "&until=90m") == "b@" + at(1));
  CHECK(asked("since=1s") == "@" + at(3));
  // What the range ends with is where a watch goes on.
  const auto page = peer.call(
      "GET", fmt::format("{}changes?limit=1&toRevision={}&fromRevision={}", kBase, at(1), at(0)));
  const std::string token(string_at(page.json(), {"metadata", "continue"}));
  const auto next = peer.call(
      "GET", fmt::format("{}changes?limit=5&toRevision={}&continue={}", kBase, at(3), token));
  REQUIRE(next.code == 200);
  CHECK(next.json().at("items").as_array().size() == 1);

  for (const auto* wrong : {"fromRevision=x", "toRevision=-1", "since=yesterday", "until=2026",
                            "fromRevision=9&toRevision=3", "watch=1&toRevision=3"}) {
    INFO(wrong);
    CHECK(peer.call("GET", fmt::format("{}changes?{}", kBase, wrong)).code == 400);
  }
}

TEST_CASE("entries of the log are read and nothing else, as tables too (R1.12, R22.4)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const std::string gateways = "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways";
  REQUIRE(peer.call("POST", gateways, {}, to_json(gateway("web"))).code == 201);
  const HttpPeer::Headers merge{{"Content-Type", "application/merge-patch+json"},
                                {"User-Agent", "me/1"}};
  REQUIRE(peer.call("PATCH", gateways + "/web/status", merge,
                    R"({"status":{"conditions":[{"type":"Accepted","status":"True","reason":"Ok",
                      "message":"fine","lastTransitionTime":"2026-01-02T03:04:05Z"}]}})")
              .code == 200);
  const HttpPeer::Headers table{
      {"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}};
  const auto shown = peer.call("GET", kBase + "namespaces/default/transitions", table).json();
  REQUIRE(shown.at("rows").as_array().size() == 2);
  const auto& cells = shown.at("rows").at(0).at("cells");
  CHECK(
      to_json(cells).find(
          R"("2026-01-02T03:04:05Z","Gateway/web","Accepted","Unknown","True","Ok","me","status.conditions","system:anonymous","fine"])") !=
      std::string::npos);
  const auto one = peer.call(
      "GET", kBase + "namespaces/default/transitions/" + std::string(cells.at(0).as_string()),
      table);
  CHECK(one.json().at("rows").at(0).at("cells") == cells);
  const auto whole = peer.call("GET", kBase + "namespaces/default/transitions").json();
  CHECK(string_at(whole.at("items").at(0), {"writer", "subresource"}) == "status");
  for (const auto* method : {"POST", "DELETE"}) {
    CHECK(peer.call(method, kBase + "namespaces/default/transitions", {}, "{}").code == 405);
  }
  for (const auto* method : {"PUT", "DELETE"}) {
    CHECK(peer.call(method, kBase + "namespaces/default/changes/000000000001", {}, "{}").code ==
          405);
  }
}

}  // namespace gatefold::test
