#include <fmt/format.h>

#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

// `ADDED web 5`
std::string line(const Seen& seen) {
  return fmt::format("{} {} {}", seen.type, name_in(seen.object), version_of(seen.object));
}

std::string next(Watch& watch) {
  const auto seen = watch.next();
  return seen ? line(*seen) : "over";
}

std::unique_ptr<Watch> opened(OpenedWatch watch) {
  INFO(watch.refusal.message);
  REQUIRE(watch.refusal.ok());
  return std::move(watch.watch);
}

std::string make(Door& door, std::string_view name) {
  return version_of(done(door.write(create(kConfigMaps, config_map(name)))));
}

bool ends_initial(const Seen& seen) {
  return seen.type == "BOOKMARK" &&
         string_at(seen.object, {"metadata", "annotations", "k8s.io/initial-events-end"}) == "true";
}

}  // namespace

TEST_CASE(
    "a watch tells all that happened after its version, in order, once (R16.3, R16.4, R16.7)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  make(*door, "before");
  const auto start = std::to_string(door->revision());
  const auto watch = opened(door->watch({.resource = kConfigMaps, .resource_version = start}));

  const auto one = make(*door, "a");
  done(door->write(create(kGateways, gateway("elsewhere"))));
  const auto changed = done(door->write(update(kConfigMaps, labelled(config_map("a"), "n", "1"))));
  const auto other = make(*door, "b");
  CHECK(door->write(remove(kConfigMaps, "a")).ok());
  const auto removed = std::to_string(door->revision());
  make(*door, "end");

  CHECK(next(*watch) == "ADDED a " + one);
  const auto modified = watch->next();
  REQUIRE(modified.has_value());
  CHECK(modified->type == "MODIFIED");
  CHECK(modified->object == changed);
  CHECK(next(*watch) == "ADDED b " + other);
  // The last content, and the version of the deletion.
  const auto gone = watch->next();
  REQUIRE(gone.has_value());
  CHECK(line(*gone) == "DELETED a " + removed);
  CHECK(string_at(gone->object, {"metadata", "labels", "n"}) == "1");
  CHECK(next(*watch).starts_with("ADDED end"));

  // The same from the log, long after.
  const auto again = opened(door->watch({.resource = kConfigMaps, .resource_version = start}));
  CHECK(next(*again) == "ADDED a " + one);
  CHECK(next(*again) == "MODIFIED a " + version_of(changed));
  CHECK(next(*again) == "ADDED b " + other);
  CHECK(next(*again) == "DELETED a " + removed);
}

TEST_CASE("a watch without a version starts with what is there (R16.4)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto b = make(*door, "b");
  const auto a = make(*door, "a");
  const auto* version = GENERATE("", "0");
  const auto watch = opened(door->watch({.resource = kConfigMaps, .resource_version = version}));
  CHECK(next(*watch) == "ADDED a " + a);
  CHECK(next(*watch) == "ADDED b " + b);
  const auto c = make(*door, "c");
  CHECK(next(*watch) == "ADDED c " + c);
}

TEST_CASE("a streamed list ends with a bookmark (R16.10)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto a = make(*door, "a");
  const auto head = std::to_string(door->revision());
  const auto watch = opened(door->watch({.resource = kConfigMaps,
                                         .bookmarks = true,
                                         .send_initial_events = true,
                                         .match = engine::VersionMatch::kNotOlderThan}));
  CHECK(next(*watch) == "ADDED a " + a);
  const auto bookmark = watch->next();
  REQUIRE(bookmark.has_value());
  CHECK(ends_initial(*bookmark));
  CHECK(version_of(bookmark->object) == head);
  CHECK(string_at(bookmark->object, {"kind"}) == "ConfigMap");
  const auto b = make(*door, "b");
  CHECK(next(*watch) == "ADDED b " + b);
}

TEST_CASE("bookmarks come only to those who ask (R16.8, R16.10)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto a = make(*door, "a");
  const auto silent = opened(door->watch({.resource = kConfigMaps,
                                          .send_initial_events = true,
                                          .match = engine::VersionMatch::kNotOlderThan}));
  const auto legacy =
      opened(door->watch({.resource = kConfigMaps, .resource_version = "0", .bookmarks = true}));
  CHECK(next(*silent) == "ADDED a " + a);
  CHECK(next(*legacy) == "ADDED a " + a);
  const auto bookmark = legacy->next();
  REQUIRE(bookmark.has_value());
  CHECK(ends_initial(*bookmark));
  const auto b = make(*door, "b");
  CHECK(next(*silent) == "ADDED b " + b);
}

TEST_CASE("a watch may start from now (R16.10)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  make(*door, "a");
  const auto watch = opened(door->watch({.resource = kConfigMaps,
                                         .send_initial_events = false,
                                         .match = engine::VersionMatch::kNotOlderThan}));
  const auto b = make(*door, "b");
  CHECK(next(*watch) == "ADDED b " + b);
}

TEST_CASE("a watch from a version to come waits for it (R16.4)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto start = std::to_string(door->revision() + 1);
  const auto watch = opened(door->watch({.resource = kConfigMaps, .resource_version = start}));
  make(*door, "a");
  const auto b = make(*door, "b");
  CHECK(next(*watch) == "ADDED b " + b);
}

TEST_CASE("objects come into a selection and leave it (R16.6)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto start = std::to_string(door->revision());
  const auto watch =
      opened(door->watch({.resource = kConfigMaps, .labels = "in=yes", .resource_version = start}));
  make(*door, "never");
  const auto write = [&](const Value& object) {
    return version_of(done(door->write(update(kConfigMaps, object))));
  };
  make(*door, "a");
  const auto came = write(labelled(config_map("a"), "in", "yes"));
  const auto stayed = write(labelled(labelled(config_map("a"), "in", "yes"), "more", "1"));
  const auto left = write(labelled(config_map("a"), "in", "no"));
  write(labelled(config_map("a"), "in", "never"));
  const auto back = write(labelled(config_map("a"), "in", "yes"));
  CHECK(door->write(remove(kConfigMaps, "a")).ok());
  const auto removed = std::to_string(door->revision());

  CHECK(next(*watch) == "ADDED a " + came);
  CHECK(next(*watch) == "MODIFIED a " + stayed);
  // The content that was still selected, with the version of the change.
  const auto gone = watch->next();
  REQUIRE(gone.has_value());
  CHECK(line(*gone) == "DELETED a " + left);
  CHECK(string_at(gone->object, {"metadata", "labels", "in"}) == "yes");
  CHECK(string_at(gone->object, {"metadata", "labels", "more"}) == "1");
  CHECK(next(*watch) == "ADDED a " + back);
  CHECK(next(*watch) == "DELETED a " + removed);
}

TEST_CASE("a watch of one namespace or one name tells of nothing else (R15.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kNamespaces, name_space("other"))));
  const auto start = std::to_string(door->revision());
  const auto there = opened(
      door->watch({.resource = kConfigMaps, .name_space = "other", .resource_version = start}));
  const auto one = opened(door->watch(
      {.resource = kConfigMaps, .fields = "metadata.name=b", .resource_version = start}));
  make(*door, "a");
  const auto b = make(*door, "b");
  auto elsewhere = create(kConfigMaps, config_map("c"));
  elsewhere.name_space = "other";
  const auto c = version_of(done(door->write(elsewhere)));
  CHECK(next(*there) == "ADDED c " + c);
  CHECK(next(*one) == "ADDED b " + b);
}

TEST_CASE("what a watch can't do is refused (R16.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  CHECK(door->watch({.resource = kConfigMaps, .resource_version = "abc"}).refusal.reason ==
        "BadRequest");
  CHECK(door->watch({.resource = kConfigMaps, .match = engine::VersionMatch::kNotOlderThan})
            .refusal.reason == "Invalid");
  CHECK(door->watch({.resource = kConfigMaps, .send_initial_events = true}).refusal.reason ==
        "Invalid");
  CHECK(door->watch({.resource = kConfigMaps, .labels = "a in"}).refusal.reason == "BadRequest");
}

TEST_CASE("versions are watched in the form that is asked for (R16.3)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto start = std::to_string(door->revision());
  const Resource old_routes{kRoutes.group, "v1beta1", kRoutes.plural};
  const auto watch = opened(door->watch({.resource = old_routes, .resource_version = start}));
  done(door->write(
      create(kRoutes, json(R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute",
                        "metadata":{"name":"web"},"spec":{}})"))));
  const auto seen = watch->next();
  REQUIRE(seen.has_value());
  CHECK(string_at(seen->object, {"apiVersion"}) == "gateway.networking.k8s.io/v1beta1");
  CHECK(seen->object == done(door->get(old_routes, "default", "web")));
}

TEST_CASE("over HTTP a watch ends when it was asked to, after a bookmark (R16.8, R16.9)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  peer.send(
      "GET /api/v1/configmaps?watch=1&resourceVersion=1&allowWatchBookmarks=true&timeoutSeconds=3 "
      "HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto head = peer.read_head();
  CHECK(head.code == 200);
  CHECK(head.header("content-type") == "application/json");
  CHECK(head.header("transfer-encoding") == "chunked");
  const auto line = peer.read_line();
  REQUIRE(line.has_value());
  const auto event = json(*line);
  CHECK(string_at(event, {"type"}) == "BOOKMARK");
  CHECK(version_of(event.at("object")) ==
        std::to_string(server.engine().view()->revision().number));
  CHECK_FALSE(peer.read_line().has_value());
  // The connection is good for more.
  CHECK(peer.call("GET", "/version").code == 200);
}

TEST_CASE("a watch by prefix is of all, of a namespace, or of one object (R16.12)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer writer(server.port());
  const std::string maps = "/api/v1/namespaces/default/configmaps";
  const auto watched = [&](std::string_view path) {
    HttpPeer peer(server.port());
    peer.send(fmt::format("GET {}?resourceVersion=4 HTTP/1.1\r\nHost: x\r\n\r\n", path));
    REQUIRE(peer.read_head().code == 200);
    return peer;
  };
  auto one = watched("/api/v1/watch/namespaces/default/configmaps/web");
  auto all = watched("/api/v1/watch/namespaces/default/configmaps");
  auto space = watched("/api/v1/watch/namespaces/b");
  for (const auto* name : {"a", "web"}) {
    REQUIRE(writer.call("POST", maps, {}, to_json(config_map(name))).code == 201);
  }
  for (const auto* name : {"a", "b"}) {
    REQUIRE(writer.call("POST", "/api/v1/namespaces", {}, to_json(name_space(name))).code == 201);
  }
  const auto name_of_next = [](HttpPeer& peer) {
    const auto line = peer.read_line();
    REQUIRE(line.has_value());
    return name_in(json(*line).at("object"));
  };
  CHECK(name_of_next(all) == "a");
  CHECK(name_of_next(all) == "web");
  CHECK(name_of_next(one) == "web");
  CHECK(name_of_next(space) == "b");
}

TEST_CASE("over HTTP a streamed list waits for the version that it has to show (R16.10)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer writer(server.port());
  const auto next_version = server.engine().view()->revision().next();
  HttpPeer peer(server.port());
  peer.send(fmt::format(
      "GET /api/v1/configmaps?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&"
      "resourceVersionMatch=NotOlderThan&resourceVersion={} HTTP/1.1\r\nHost: x\r\n\r\n",
      next_version.number));
  // The connections have their threads in turn: the watch is asked for when these are answered.
  for (int i = 0; i < 2; ++i) CHECK(HttpPeer(server.port()).call("GET", "/version").code == 200);
  const auto made =
      writer.call("POST", "/api/v1/namespaces/default/configmaps", {}, to_json(config_map("a")));
  REQUIRE(made.code == 201);
  REQUIRE(peer.read_head().code == 200);
  const auto first = peer.read_line();
  REQUIRE(first.has_value());
  CHECK(json(*first).at("object") == made.json());
  const auto second = peer.read_line();
  REQUIRE(second.has_value());
  CHECK(ends_initial({"BOOKMARK", json(*second).at("object")}));
}

TEST_CASE("over HTTP the head of a watch comes before its first event (R16.1, R16.2, R16.5)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  peer.send(
      "GET /api/v1/watch/configmaps?resourceVersion=1&continue=x HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(peer.read_head().code == 200);
  HttpPeer writer(server.port());
  const auto made =
      writer.call("POST", "/api/v1/namespaces/default/configmaps", {}, to_json(config_map("a")));
  REQUIRE(made.code == 201);
  const auto line = peer.read_line();
  REQUIRE(line.has_value());
  CHECK(json(*line).at("object") == made.json());
}

}  // namespace gatefold::test
