// `?at=`: the past through the normal API, as GET, LIST, Table and subresources show it.
#include <fmt/format.h>

#include "schema/time.h"
#include "tests/contract/objects.h"
#include "tests/storage/scratch.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

const std::string kPath = "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways";
const HttpPeer::Headers kMergePatch{{"Content-Type", "application/merge-patch+json"}};

constexpr std::string_view kLamps = R"({"apiVersion":"apiextensions.k8s.io/v1",
  "kind":"CustomResourceDefinition","metadata":{"name":"lamps.light.example.com"},"spec":{
  "group":"light.example.com","scope":"Namespaced","names":{"plural":"lamps","kind":"Lamp"},
  "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{
    "type":"object","properties":{"spec":{"type":"object","properties":{
      "watts":{"type":"string"}}}}}}}]}})";

std::string lamp(std::string_view name) {
  return fmt::format(R"({{"apiVersion":"light.example.com/v1","kind":"Lamp",
    "metadata":{{"name":"{}"}},"spec":{{"watts":"5"}}}})",
                     name);
}

// A gateway that is made, changed, given a status and deleted, a minute apart; and a second one.
class PastServer {
 public:
  PastServer() : server_(world_.world()), peer_(server_.port()) {
    made = write("POST", kPath, {}, to_json(gateway("web", "first")));
    changed = write("PATCH", kPath + "/web", kMergePatch, R"({"spec":{"gatewayClassName":"second"},
        "metadata":{"labels":{"tier":"edge"}}})");
    other = write("POST", kPath, {}, to_json(gateway("other")));
    gone = write("DELETE", kPath + "/web");
    made_again = write("POST", kPath, {}, to_json(gateway("web", "third")));
  }

  HttpAnswer get(std::string_view target, const HttpPeer::Headers& headers = {}) {
    return peer_.call("GET", target, headers);
  }
  HttpAnswer call(std::string_view method, std::string_view target, std::string_view body = {}) {
    return peer_.call(method, target, {}, body);
  }
  std::string class_at(const auto& at) {
    const auto answer = get(fmt::format("{}/web?at={}", kPath, at));
    if (answer.code != 200) return fmt::format("{}", answer.code);
    return std::string(string_at(answer.json(), {"spec", "gatewayClassName"}));
  }
  std::uint64_t write(std::string_view method, std::string_view target,
                      const HttpPeer::Headers& headers = {}, std::string_view body = {}) {
    world_.advance(60);
    const auto answer = peer_.call(method, target, headers, body);
    INFO(answer.body);
    REQUIRE(answer.code < 300);
    return server_.engine().view()->revision().number;
  }
  std::uint64_t head() { return server_.engine().view()->revision().number; }
  TestWorld& world() { return world_; }

  std::uint64_t made = 0;
  std::uint64_t changed = 0;
  std::uint64_t other = 0;
  std::uint64_t gone = 0;
  std::uint64_t made_again = 0;

 private:
  TestWorld world_;
  ServedEngine server_;
  HttpPeer peer_;
};

std::string names_of(const Value& list) {
  std::string names;
  for (const auto& item : list.at("items").as_array()) {
    names += fmt::format("{} ", std::string(string_at(item, {"metadata", "name"})));
  }
  return names;
}

}  // namespace

TEST_CASE("an object is read as of a revision") {
  PastServer past;
  CHECK(past.class_at(past.made - 1) == "404");
  CHECK(past.class_at(past.made) == "first");
  CHECK(past.class_at(past.changed) == "second");
  CHECK(past.class_at(past.other) == "second");
  CHECK(past.class_at(past.gone) == "404");
  CHECK(past.class_at(past.made_again) == "third");
  const auto answer = past.get(fmt::format("{}/web?at={}", kPath, past.other));
  CHECK(answer.header("gatefold-revision") == std::to_string(past.other));
  CHECK(string_at(answer.json(), {"metadata", "resourceVersion"}) == std::to_string(past.changed));
  CHECK(past.get(fmt::format("{}/web/status?at={}", kPath, past.other)).code == 200);
}

TEST_CASE("a time stands for the last revision at or before it") {
  PastServer past;
  const auto end = past.world().now();
  const auto at = [&](std::int64_t seconds_ago) {
    return past.class_at(format_seconds({end.ns - seconds_ago * kNsPerSecond}));
  };
  CHECK(at(0) == "third");
  CHECK(at(1) == "404");
  CHECK(at(60) == "404");
  CHECK(at(61) == "second");
  CHECK(at(180) == "second");
  CHECK(at(181) == "first");
  CHECK(at(240) == "first");
  CHECK(at(241) == "404");
  CHECK(at(3600) == "400");   // nothing had happened
  CHECK(at(-3600) == "400");  // in the future
}

TEST_CASE("a list is read as of a revision, in each of its forms") {
  PastServer past;
  const auto target = fmt::format("{}?at={}", kPath, past.other);
  const auto whole = past.get(target);
  REQUIRE(whole.code == 200);
  CHECK(whole.header("gatefold-revision") == std::to_string(past.other));
  CHECK(string_at(whole.json(), {"metadata", "resourceVersion"}) == std::to_string(past.other));
  CHECK(names_of(whole.json()) == "other web ");
  CHECK(names_of(past.get(target + "&labelSelector=tier%3Dedge").json()) == "web ");
  CHECK(names_of(past.get(target + "&fieldSelector=metadata.name%3Dother").json()) == "other ");
  CHECK(names_of(past.get(fmt::format("{}?at={}", kPath, past.made)).json()) == "web ");
  CHECK(names_of(past.get(fmt::format("{}?at={}", kPath, past.gone)).json()) == "other ");
  CHECK(names_of(past.get(fmt::format("/api/v1/namespaces?at={}", past.made)).json())
            .find("default ") != std::string::npos);

  const auto table =
      past.get(target, {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}}).json();
  REQUIRE(string_at(table, {"kind"}) == "Table");
  REQUIRE(table.at("rows").as_array().size() == 2);
  // Ages are of then: it was made two minutes before.
  CHECK(to_json(table.at("rows").as_array()[1].at("cells")).find("\"2m\"") != std::string::npos);
  const auto metadata = past.get(
      target, {{"Accept", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"}});
  CHECK(string_at(metadata.json(), {"kind"}) == "PartialObjectMetadataList");
}

TEST_CASE("pages of the past are one list, with at and without (R14.4)") {
  PastServer past;
  const auto target = fmt::format("{}?limit=1&at={}", kPath, past.other);
  const auto first = past.get(target).json();
  CHECK(names_of(first) == "other ");
  const std::string token(string_at(first, {"metadata", "continue"}));
  REQUIRE_FALSE(token.empty());
  CHECK(names_of(past.get(target + "&continue=" + token).json()) == "web ");
  CHECK(names_of(past.get(kPath + "?continue=" + token).json()) == "web ");
  CHECK(past.get(fmt::format("{}?at={}&continue={}", kPath, past.made, token)).code != 200);
  CHECK(past.get(fmt::format("{}?at={}&continue={}", kPath, past.gone, token)).code == 400);
}

TEST_CASE("a range of times ends and begins in the past as it did then") {
  PastServer past;
  const std::string changes = "/apis/history.gatefold.dev/v1/namespaces/default/changes";
  const auto time = [&](std::int64_t seconds_ago) {
    return format_seconds({past.world().now().ns - seconds_ago * kNsPerSecond});
  };
  const auto count = [&](const std::string& query) {
    const auto answer = past.get(fmt::format("{}?at={}&{}", changes, past.other, query));
    INFO(answer.body);
    REQUIRE(answer.code == 200);
    return answer.json().at("items").as_array().size();
  };
  CHECK(count("fromRevision=" + std::to_string(past.made)) == 3);
  CHECK(count("since=" + time(240)) == 3);
  CHECK(count("since=" + time(180)) == 2);
  CHECK(count(fmt::format("since={}&until={}", time(240), time(180))) == 2);
  CHECK(count("since=61s") == 2);
}

TEST_CASE("what at can't say is refused") {
  PastServer past;
  CHECK(past.class_at("0") == "400");
  CHECK(past.class_at("yesterday") == "400");
  CHECK(past.class_at("") == "400");
  CHECK(past.get(kPath + "/web?at=2&resourceVersion=1").code == 400);
  CHECK(past.get(kPath + "?at=2&resourceVersionMatch=Exact&resourceVersion=1").code == 400);
  CHECK(past.get(kPath + "?at=2&watch=true").code == 400);
  CHECK(past.call("DELETE", kPath + "/web?at=2").code == 400);
  CHECK(past.call("POST", kPath + "?at=2", to_json(gateway("new"))).code == 400);
}

TEST_CASE("a revision that is not there yet is waited for and timed out (R14.8)") {
  PastServer past;
  CHECK(past.class_at(past.head() + 1000) == "504");
  CHECK(past.get(fmt::format("{}?at={}", kPath, past.head() + 1000)).code == 504);
}

TEST_CASE("a kind is read as of a time when it was there, and not before") {
  PastServer past;
  const std::string definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const std::string lamps = "/apis/light.example.com/v1/namespaces/default/lamps";
  const auto before = past.head();
  past.write("POST", definitions, {}, kLamps);
  REQUIRE(eventually([&] { return past.get(lamps).code == 200; }));
  const auto there = past.write("POST", lamps, {}, lamp("a"));
  past.write("DELETE", definitions + "/lamps.light.example.com");
  REQUIRE(eventually([&] { return past.get(lamps).code == 404; }));
  CHECK(past.get(fmt::format("{}?at={}", lamps, before)).code == 404);
  CHECK(names_of(past.get(fmt::format("{}?at={}", lamps, there)).json()) == "a ");
  CHECK(past.get(fmt::format("{}/a?at={}", lamps, there)).code == 200);
}

TEST_CASE("a list of exactly one revision outlives its kind (R14.6)") {
  PastServer past;
  const std::string definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const std::string lamps = "/apis/light.example.com/v1/namespaces/default/lamps";
  past.write("POST", definitions, {}, kLamps);
  REQUIRE(eventually([&] { return past.get(lamps).code == 200; }));
  past.write("POST", lamps, {}, lamp("a"));
  const auto there = past.write("POST", lamps, {}, lamp("b"));
  const auto page = past.get(lamps + "?limit=1").json();
  past.write("DELETE", definitions + "/lamps.light.example.com");
  REQUIRE(eventually([&] { return past.get(lamps).code == 404; }));

  const auto exact = [&](std::string_view path, std::string_view rest) {
    return past.get(fmt::format("{}?resourceVersion={}{}", path, there, rest));
  };
  CHECK(names_of(exact(lamps, "&resourceVersionMatch=Exact").json()) == "a b ");
  CHECK(names_of(exact(lamps, "&limit=5").json()) == "a b ");
  const auto first = exact(lamps, "&resourceVersionMatch=Exact&limit=1").json();
  CHECK(names_of(first) == "a ");
  for (const auto& list : {first, page}) {
    const std::string token(string_at(list, {"metadata", "continue"}));
    REQUIRE_FALSE(token.empty());
    CHECK(names_of(past.get(lamps + "?limit=1&continue=" + token).json()) == "b ");
  }
  // What is asked of now, or of what comes, is not there; nor is what never was.
  CHECK(exact(lamps, "").code == 404);
  CHECK(exact(lamps, "&resourceVersionMatch=NotOlderThan").code == 404);
  CHECK(exact(lamps, "&watch=true").code == 404);
  CHECK(past.get(lamps + "?limit=1&continue=nonsense").code == 404);
  CHECK(past.get(lamps + "?resourceVersionMatch=Exact&resourceVersion=1").code == 404);
  CHECK(past.get(lamps + "?resourceVersionMatch=Exact&resourceVersion=999999").code == 404);
  CHECK(exact("/apis/light.example.com/v1/lanterns", "&resourceVersionMatch=Exact").code == 404);
}

TEST_CASE("a server of the past shows it and takes no writes") {
  const ScratchDirectory scratch;
  TestWorld world;
  engine::EngineOptions options;
  options.store.directory = scratch.path();
  std::uint64_t then = 0;
  Time made;
  {
    ServedEngine server(options, world.world());
    HttpPeer peer(server.port());
    REQUIRE(peer.call("POST", kPath, {}, to_json(gateway("web"))).code == 201);
    then = server.engine().view()->revision().number;
    made = world.now();
    world.advance(60);
    REQUIRE(peer.call("POST", kPath, {}, to_json(gateway("later"))).code == 201);
  }
  const auto end = world.now();
  options.store.read_only = true;
  options.store.at = Time{end.ns + kNsPerSecond};
  const auto early = engine::Engine::open(options, world.world());
  REQUIRE_FALSE(early.has_value());
  CHECK(early.error().reason == Reason::kBadRequest);
  options.store.at = Revision{then};
  ServedEngine server(options, world.world());
  // Another one beside it, of now.
  options.store.at.reset();
  const ServedEngine beside(options, world.world());
  HttpPeer peer(server.port());
  const auto list = peer.call("GET", kPath);
  CHECK(names_of(list.json()) == "web ");
  CHECK(version_of(list.json()) == std::to_string(then));
  CHECK(peer.call("GET", fmt::format("{}?at={}", kPath, then + 1)).code == 504);
  CHECK(names_of(peer.call("GET", fmt::format("{}?at={}", kPath, then - 1)).json()).empty());
  const auto conditions = peer.call("GET", kPath + "/web/conditions");
  CHECK(string_at(conditions.json(), {"asOf"}) == format_nanos(made));
  const auto lines = peer.call("GET", "/gatefold/v1/transitions?object=gateway/default/web");
  CHECK(lines.header("gatefold-time") == format_nanos(made));
  const auto at_time = [&](Time time) {
    return peer.call("GET", fmt::format("{}?at={}", kPath, format_seconds(time))).code;
  };
  CHECK(at_time(made) == 200);
  CHECK(at_time(end) == 400);  // its present is then
  CHECK(peer.call("GET", "/apis/gateway.networking.k8s.io/v1").code == 200);
  CHECK(peer.call("GET", "/openapi/v2").code == 200);

  const auto refused = peer.call("DELETE", kPath + "/web");
  CHECK(refused.code == 403);
  CHECK(string_at(refused.json(), {"message"}).find("this server shows the past, as of revision") !=
        std::string::npos);
  CHECK(peer.call("POST", kPath, {}, to_json(gateway("new"))).code == 403);
  CHECK(peer.call("PATCH", kPath + "/web", kMergePatch, "{}").code == 403);
  CHECK(peer.call("DELETE", kPath).code == 403);
  const auto redaction =
      peer.call("POST", "/gatefold/v1/redact", {{"Content-Type", "application/json"}},
                R"({"object":"gateway/default/web","all":true})");
  CHECK(redaction.code == 403);
  const auto review =
      peer.call("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {},
                R"({"apiVersion":"authorization.k8s.io/v1",
    "kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"verb":"get"}}})");
  CHECK(review.code == 201);

  const auto watch = peer.call(
      "GET", kPath + "?watch=true&allowWatchBookmarks=true&timeoutSeconds=3&resourceVersion=1");
  CHECK(watch.code == 200);
  CHECK(watch.body.find("\"ADDED\"") != std::string::npos);
  CHECK(watch.body.find("\"BOOKMARK\"") != std::string::npos);
  CHECK(watch.body.find("\"later\"") == std::string::npos);
}

}  // namespace gatefold::test
