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

TEST_CASE("a watch of metadata has bookmarks of metadata (R16.13, R22.8)") {
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

TEST_CASE("a watch of Tables has bookmarks in Tables, and columns once (R16.13)") {
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

TEST_CASE("a watch is no YAML (R4.16)") {
  TestWorld world;
  ServedEngine server(world.world());
  const auto answer =
      HttpPeer(server.port()).call("GET", kMaps + "?watch=1", {{"Accept", "application/yaml"}});
  CHECK(answer.code == 406);
  CHECK(string_at(answer.json(), {"reason"}) == "NotAcceptable");
}

TEST_CASE("a list in pieces shows one moment while writers write (R27.3)") {
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

TEST_CASE("documents have tags, and who knows the tag gets no body (R2.5)") {
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

TEST_CASE("an OpenAPI document is at its hash, and a wrong hash leads there (R3.4, R3.6)") {
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

TEST_CASE("health says which check fails (R3.2)") {
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

TEST_CASE("an OpenAPI document is JSON, and nothing else (R3.4)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const auto code = [&](const char* accept) {
    return peer.call("GET", "/openapi/v3/api/v1", {{"Accept", accept}}).code;
  };
  CHECK(code("application/json") == 200);
  CHECK(code("application/com.github.proto-openapi.spec.v3.v1.0+protobuf, */*") == 200);
  CHECK(code("application/*") == 200);
  CHECK(code("text/html") == 406);
}

TEST_CASE("every answer names its request and is kept by nobody (R1.13, R26.1)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const auto named = peer.call("GET", kMaps, {{"Audit-ID", "a-1"}});
  CHECK(named.all("audit-id") == std::vector<std::string>{"a-1"});
  CHECK(named.all("cache-control") == std::vector<std::string>{"no-cache, private"});
  CHECK(named.all("content-type") == std::vector<std::string>{"application/json"});
  CHECK_THAT(named.header("date"), Catch::Matchers::EndsWith(" GMT"));
  const auto first = peer.call("GET", "/readyz").header("audit-id");
  CHECK(first.size() == 36);
  CHECK(peer.call("GET", "/readyz").header("audit-id") != first);
  CHECK(peer.call("GET", kMaps + "/nope").header("cache-control") == "no-cache, private");
}

TEST_CASE("discovery has one form at both roots, and groups in each (R2.3, R2.4, R2.11)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  for (const auto* form : {"v2", "v2beta1"}) {
    const auto type =
        fmt::format("application/json;g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList", form);
    for (const auto* root : {"/api", "/apis"}) {
      const auto answer = peer.call("GET", root, {{"Accept", type + ",application/json"}});
      INFO(root << " " << form);
      CHECK(answer.header("content-type") == type);
      CHECK_FALSE(answer.json().at("items").as_array().empty());
    }
  }
  CHECK_FALSE(peer.call("GET", "/apis").json().at("groups").as_array().empty());
}

TEST_CASE("reviews and tokens are told of as what may be created (R2.1, R3.5, R20.6, R20.8)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const auto row = [&](const char* path, std::string_view name) {
    const auto document = peer.call("GET", path).json();
    for (const auto& each : document.at("resources").as_array()) {
      if (each.at("name") == Value(name)) return each;
    }
    return Value();
  };
  CHECK(row("/apis/authorization.k8s.io/v1", "localsubjectaccessreviews") ==
        json(R"({"name":"localsubjectaccessreviews","singularName":"localsubjectaccessreview",
                 "namespaced":true,"kind":"LocalSubjectAccessReview","verbs":["create"]})"));
  CHECK(row("/apis/authentication.k8s.io/v1beta1", "selfsubjectreviews").at("verbs") ==
        json(R"(["create"])"));
  CHECK(row("/apis/authentication.k8s.io/v1beta1", "tokenreviews").is_null());
  CHECK(row("/apis/authentication.k8s.io/v1", "tokenrequests").is_null());
  CHECK(row("/api/v1", "serviceaccounts/token") ==
        json(R"({"name":"serviceaccounts/token","singularName":"","namespaced":true,
                 "group":"authentication.k8s.io","version":"v1","kind":"TokenRequest",
                 "verbs":["create"]})"));
  const auto core = peer.call("GET", "/openapi/v3/api/v1").json();
  const auto& post =
      core.at("paths").at("/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token").at("post");
  CHECK(string_at(post, {"operationId"}) == "createCoreV1NamespacedServiceAccountToken");
  CHECK(string_at(post, {"x-kubernetes-group-version-kind", "kind"}) == "TokenRequest");
  const auto access = peer.call("GET", "/openapi/v3/apis/authorization.k8s.io/v1").json();
  const auto& only = access.at("paths").at("/apis/authorization.k8s.io/v1/subjectaccessreviews");
  CHECK(find(only, "get") == nullptr);
  CHECK(find(only, "post") != nullptr);
  CHECK(find(access.at("paths"), "/apis/authorization.k8s.io/v1/subjectaccessreviews/{name}") ==
        nullptr);
}

TEST_CASE("what clients of Rust ask for is answered in the types that they read (R26.10)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const HttpPeer::Headers accept = {{"Accept", "application/json"}};
  REQUIRE(peer.call("POST", kMaps, accept, to_json(config_map("a"))).code == 201);
  const auto page = peer.call("GET", kMaps + "?&limit=500", accept);
  CHECK(page.header("content-type") == "application/json");
  const std::string version(string_at(page.json(), {"metadata", "resourceVersion"}));
  const auto watched = peer.call("GET",
                                 kMaps +
                                     "?&watch=true&timeoutSeconds=1&allowWatchBookmarks=true"
                                     "&resourceVersion=" +
                                     version,
                                 accept);
  CHECK(watched.code == 200);
  const auto refused = peer.call("GET", kMaps + "/nope", accept).json();
  CHECK(string_at(refused, {"kind"}) == "Status");
  CHECK(refused.at("code") == Value(404));
  for (const auto* member : {"status", "message", "reason"}) {
    CHECK(refused.at(member).is_string());
  }
  const auto deleted = peer.call("DELETE", kMaps + "/a", accept, "{}").json();
  CHECK(string_at(deleted, {"kind"}) == "Status");
  CHECK(string_at(deleted, {"status"}) == "Success");
}

TEST_CASE("managers are always shown, in Tables as well (R17.17)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const auto map = R"({"metadata":{"name":"a"},"data":{"b":"c"}})";
  REQUIRE(peer.call("POST", kMaps, {}, map).code == 201);
  const auto object = peer.call("GET", kMaps + "/a").json();
  const auto* managers = find_path(object, {"metadata", "managedFields"});
  REQUIRE(managers != nullptr);
  CHECK(managers->as_array().size() == 1);
  const auto table = peer.call("GET", kMaps, {{"Accept", kTable}}).json();
  CHECK(table.at("rows").at(0).at("object").at("metadata").at("managedFields") == *managers);
}

TEST_CASE("a watch is asked for and told with a head alone by HEAD (R1.4)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const auto answer = peer.call("HEAD", kMaps + "?watch=1&timeoutSeconds=1");
  CHECK(answer.code == 200);
  CHECK(answer.header("content-type") == "application/json");
  CHECK(answer.body.empty());
}

TEST_CASE("what tells of the server needs no credentials (R20.5)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  for (const auto* path : {"/healthz", "/livez", "/readyz", "/version", "/api", "/apis",
                           "/openapi/v2", "/openapi/v3", "/metrics"}) {
    INFO(path);
    CHECK(peer.call("GET", path).code == 200);
  }
}

}  // namespace gatefold::test
