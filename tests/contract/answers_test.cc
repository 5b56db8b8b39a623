// What only HTTP shows: answers in pieces, watches in other shapes, documents with tags, health.
#include <set>
#include <thread>

#include <fmt/format.h>

#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

const std::string kMaps = "/api/v1/namespaces/default/configmaps";
const std::string kTable = "application/json;as=Table;v=v1;g=meta.k8s.io";
const std::string kMetadata = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";

// The events of a watch with its initial objects, up to the bookmark behind them.
std::vector<Value> initial_events(HttpPeer& peer, std::string_view accept) {
  peer.send(
      fmt::format("GET {}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
                  "&allowWatchBookmarks=true HTTP/1.1\r\nHost: x\r\nAccept: {}\r\n\r\n",
                  kMaps, accept));
  REQUIRE(peer.read_head().code == 200);
  std::vector<Value> events;
  do {
    const auto line = peer.read_line();
    REQUIRE(line.has_value());
    events.push_back(json(*line));
  } while (string_at(events.back(), {"type"}) != "BOOKMARK");
  return events;
}

std::string_view end_mark(const Value& metadata) {
  return string_at(metadata, {"annotations", "k8s.io/initial-events-end"});
}

}  // namespace

TEST_CASE("a watch of metadata has bookmarks of metadata") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  REQUIRE(peer.call("POST", kMaps, {}, to_json(config_map("a"))).code == 201);
  const auto events = initial_events(peer, kMetadata);
  REQUIRE(events.back().at("object").at("kind") == Value("PartialObjectMetadata"));
  for (const auto& event : events) {
    const auto& object = event.at("object");
    CHECK(string_at(object, {"kind"}) == "PartialObjectMetadata");
    CHECK(string_at(object, {"apiVersion"}) == "meta.k8s.io/v1");
    CHECK_FALSE(string_at(object, {"metadata", "resourceVersion"}).empty());
  }
  CHECK(end_mark(events.back().at("object").at("metadata")) == "true");
}

TEST_CASE("a watch of Tables has bookmarks in Tables, and columns once") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  REQUIRE(peer.call("POST", kMaps, {}, to_json(config_map("a"))).code == 201);
  const auto events = initial_events(peer, kTable);
  REQUIRE(events.size() >= 2);
  for (const auto& event : events) {
    const auto& table = event.at("object");
    REQUIRE(string_at(table, {"kind"}) == "Table");
    CHECK(table.at("rows").as_array().size() == 1);
    const auto* columns = find(table, "columnDefinitions");
    const bool has_columns =
        columns != nullptr && columns->is_array() && !columns->as_array().empty();
    CHECK(has_columns == (&event == &events.front()));
  }
  const auto& row = events.back().at("object").at("rows").as_array().front();
  CHECK(end_mark(row.at("object").at("metadata")) == "true");
}

TEST_CASE("a watch is no YAML") {
  TestWorld world;
  ServedEngine server(world.world());
  const auto answer =
      HttpPeer(server.port()).call("GET", kMaps + "?watch=1", {{"Accept", "application/yaml"}});
  CHECK(answer.code == 406);
  CHECK(string_at(answer.json(), {"reason"}) == "NotAcceptable");
}

TEST_CASE("a list in pieces shows one moment while writers write") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  constexpr int kObjects = 400;
  const std::string filling(2000, 'x');
  std::set<std::string> names;
  for (int i = 0; i < kObjects; ++i) {
    auto map = config_map(fmt::format("m{:03}", i));
    map.as_object()["data"] = JsonObject{{"round", "0"}, {"filling", filling}};
    REQUIRE(peer.call("POST", kMaps, {}, to_json(map)).code == 201);
    names.insert(fmt::format("m{:03}", i));
  }
  std::atomic<bool> is_over{false};
  std::thread writer([&] {
    HttpPeer own(server.port());
    for (int round = 1; !is_over; ++round) {
      const auto target = fmt::format("{}/m{:03}", kMaps, round % kObjects);
      own.call("PATCH", target, {{"Content-Type", "application/merge-patch+json"}},
               fmt::format(R"({{"data":{{"round":"{}"}}}})", round));
      own.call("POST", kMaps, {}, to_json(config_map(fmt::format("z{}", round))));
    }
  });
  for (int i = 0; i < 5; ++i) {
    const auto answer = peer.call("GET", kMaps);
    REQUIRE(answer.code == 200);
    CHECK(answer.header("transfer-encoding") == "chunked");
    CHECK(answer.body.size() > (256u << 10));
    const auto list = answer.json();
    const auto at = std::stoull(std::string(string_at(list, {"metadata", "resourceVersion"})));
    std::set<std::string> seen;
    for (const auto& item : list.at("items").as_array()) {
      const std::string name(string_at(item, {"metadata", "name"}));
      if (name.starts_with('m')) CHECK(seen.insert(name).second);
      CHECK(std::stoull(std::string(string_at(item, {"metadata", "resourceVersion"}))) <= at);
    }
    CHECK(seen == names);
  }
  is_over = true;
  writer.join();
}

TEST_CASE("documents have tags, and who knows the tag gets no body") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const std::string aggregated =
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  const auto first = peer.call("GET", "/apis", {{"Accept", aggregated}});
  CHECK(first.code == 200);
  CHECK(first.header("content-type") == aggregated);
  CHECK(first.header("cache-control") == "public");
  CHECK(string_at(first.json(), {"kind"}) == "APIGroupDiscoveryList");
  const auto tag = first.header("etag");
  REQUIRE(tag.starts_with('"'));
  const auto again = peer.call("GET", "/apis", {{"Accept", aggregated}, {"If-None-Match", tag}});
  CHECK(again.code == 304);
  CHECK(again.header("etag") == tag);
  const auto other =
      peer.call("GET", "/apis", {{"Accept", aggregated}, {"If-None-Match", "\"other\""}});
  CHECK(other.code == 200);
  CHECK(other.body == first.body);
}

TEST_CASE("an OpenAPI document is at its hash, and a wrong hash leads there") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const auto index = peer.call("GET", "/openapi/v3").json();
  const std::string url(string_at(index, {"paths", "api/v1", "serverRelativeURL"}));
  REQUIRE(url.starts_with("/openapi/v3/api/v1?hash="));
  const auto right = peer.call("GET", url);
  CHECK(right.code == 200);
  CHECK(right.header("cache-control").find("immutable") != std::string::npos);
  CHECK(string_at(right.json(), {"openapi"}).starts_with("3."));
  const auto wrong = peer.call("GET", "/openapi/v3/api/v1?hash=0");
  CHECK(wrong.code == 301);
  CHECK(wrong.header("location") == url);
  CHECK(peer.call("GET", "/openapi/v3/api/v1").header("cache-control").find("immutable") ==
        std::string::npos);

  const auto json_v2 = peer.call("GET", "/openapi/v2");
  CHECK(json_v2.header("content-type") == "application/json");
  CHECK(string_at(json_v2.json(), {"swagger"}) == "2.0");
  const std::string protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
  const auto binary = peer.call("GET", "/openapi/v2", {{"Accept", protobuf}});
  CHECK(binary.code == 200);
  CHECK(binary.header("content-type").find("proto-openapi.spec.v2") != std::string::npos);
  CHECK(binary.json() == Value());
}

TEST_CASE("health says which check fails") {
  TestWorld world;
  ServedEngine server(world.world());
  std::atomic<bool> is_ok{true};
  server.probes().add("disk", false, [&] { return api::CheckResult{is_ok.load(), "full"}; });
  HttpPeer peer(server.port());
  CHECK(peer.call("GET", "/readyz").body == "ok");
  CHECK(peer.call("GET", "/readyz?verbose").body.find("[+]disk ok") != std::string::npos);
  is_ok = false;
  const auto failing = peer.call("GET", "/readyz");
  CHECK(failing.code == 500);
  CHECK(failing.body.find("[-]disk failed") != std::string::npos);
  CHECK(failing.body.ends_with("readyz check failed\n"));
  CHECK(peer.call("GET", "/readyz/disk").code == 500);
  CHECK(peer.call("GET", "/readyz/ping").code == 200);
  CHECK(peer.call("GET", "/readyz/nope").code == 404);
  CHECK(peer.call("GET", "/readyz?exclude=disk").code == 200);
  CHECK(peer.call("GET", "/livez").code == 200);
  CHECK(peer.call("GET", "/livez/disk").code == 404);
}

}  // namespace gatefold::test
