// What is no longer kept is 410 Expired, by each way in; what was redacted is gone for all readers.
#include <chrono>
#include <future>

#include <fmt/format.h>

#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

const std::string kPath = "/api/v1/namespaces/default/configmaps";

engine::EngineOptions two_versions() {
  engine::EngineOptions options;
  options.store.directory = "/gatefold-test";
  options.store.in_memory = true;
  REQUIRE(options.retention.add("configmaps=count:2").has_value());
  return options;
}

std::uint64_t put(HttpPeer& peer, const std::string& name, const std::string& value) {
  auto object = config_map(name);
  object.as_object()["data"] = JsonObject{{"value", value}};
  auto answer = peer.call("PUT", kPath + "/" + name, {}, to_json(object));
  if (answer.code == 404) answer = peer.call("POST", kPath, {}, to_json(object));
  INFO(answer.body);
  REQUIRE(answer.code / 100 == 2);
  return std::stoull(version_of(answer.json()));
}

std::string metric(HttpPeer& peer, const std::string& name) {
  const auto text = peer.call("GET", "/metrics").body;
  const auto at = text.find(name + "{resource=\"configmaps\"} ");
  if (at == std::string::npos) return "";
  const auto from = text.find("} ", at) + 2;
  return text.substr(from, text.find('\n', from) - from);
}

}  // namespace

TEST_CASE("lists and pages of a past that is no longer kept are 410 Expired (R14.9, R16.4)") {
  TestWorld world;
  ServedEngine server(two_versions(), world.world());
  HttpPeer peer(server.port());
  put(peer, "b", "0");
  const auto oldest = put(peer, "a", "0");
  const auto page = peer.call("GET", kPath + "?limit=1").json();
  const std::string token(string_at(page, {"metadata", "continue"}));
  REQUIRE_FALSE(token.empty());
  std::uint64_t newest = 0;
  for (int i = 1; i < 7; ++i) newest = put(peer, "a", std::to_string(i));
  const auto exact = [&](std::uint64_t revision) {
    return peer.call(
        "GET", fmt::format("{}?resourceVersionMatch=Exact&resourceVersion={}", kPath, revision));
  };
  REQUIRE(exact(oldest).code == 200);

  world.advance(60);
  put(peer, "b", "1");  // the writer looks about before it
  const auto horizon = newest - 1;
  REQUIRE(eventually([&] {
    return metric(peer, "gatefold_oldest_readable_revision") == std::to_string(horizon);
  }));
  // Of seven versions two are left, and the frame that they are stored against.
  CHECK(metric(peer, "gatefold_dropped_events_total") == "4");
  const auto expired = exact(oldest);
  CHECK(expired.code == 410);
  CHECK(string_at(expired.json(), {"reason"}) == "Expired");
  CHECK(string_at(expired.json(), {"message"}).find(std::to_string(horizon)) != std::string::npos);
  CHECK(exact(horizon).code == 200);
  const auto cut = peer.call("GET", kPath + "?limit=1&continue=" + token);
  CHECK(cut.code == 410);
  CHECK_FALSE(string_at(cut.json(), {"metadata", "continue"}).empty());
  const auto warnings = [&](const std::string& range) {
    const auto changes = peer.call("GET", "/apis/history.gatefold.dev/v1/changes" + range);
    REQUIRE(changes.code == 200);
    return changes.all("warning");
  };
  CHECK(warnings(fmt::format("?fromRevision={}", oldest)) ==
        std::vector{fmt::format("299 - \"not all events of configmaps up to revision {} are kept\"",
                                horizon - 1)});
  CHECK(warnings(fmt::format("?fromRevision={}", horizon)).empty());
  CHECK(warnings("").empty());
}

TEST_CASE("an object's history in a past that is no longer kept is Expired, and not unknown") {
  TestWorld world;
  ServedEngine server(two_versions(), world.world());
  HttpPeer peer(server.port());
  const auto first = put(peer, "c", "0");
  REQUIRE(peer.call("DELETE", kPath + "/c").code == 200);
  for (int i = 1; i < 5; ++i) put(peer, "c", std::to_string(i));
  world.advance(60);
  put(peer, "b", "1");  // the writer looks about before it
  const auto code = [&](std::string_view part) {
    return peer.call("GET", fmt::format("{}/c{}?at={}", kPath, part, first)).code;
  };
  REQUIRE(eventually([&] { return code("") == 410; }));
  CHECK(code("/history") == 410);
  CHECK(code("/conditions") == 410);
  CHECK(peer.call("GET", kPath + "/never/history").code == 404);
}

// Another object of the kind is not behind the horizon with it.
TEST_CASE("an object's history tells what is kept of it, however much of its kind is not") {
  TestWorld world;
  ServedEngine server(two_versions(), world.world());
  HttpPeer peer(server.port());
  const auto still = put(peer, "still", "0");
  std::uint64_t newest = 0;
  for (int i = 0; i < 7; ++i) newest = put(peer, "a", std::to_string(i));
  const auto changes = "/apis/history.gatefold.dev/v1/namespaces/default/changes";
  const auto selected =
      fmt::format("{}?limit=1&fieldSelector=object.resource%3Dconfigmaps", changes);
  const auto first = peer.call("GET", selected).json();
  const std::string token(string_at(first, {"metadata", "continue"}));
  REQUIRE_FALSE(token.empty());
  const auto a_page = peer.call("GET", kPath + "/a/history?limit=1").json();

  world.advance(60);
  put(peer, "b", "1");
  REQUIRE(eventually([&] {
    return !metric(peer, "gatefold_oldest_readable_revision").empty() &&
           metric(peer, "gatefold_dropped_events_total") != "0";
  }));
  const auto told = peer.call("GET", kPath + "/still/history").json();
  REQUIRE(told.at("versions").as_array().size() == 1);
  CHECK(integer_at(told.at("versions").as_array()[0], {"revision"}, 0) ==
        static_cast<std::int64_t>(still));
  CHECK(peer.call("GET", kPath + "/a/history?limit=1&continue=" +
                             std::string(string_at(a_page, {"metadata", "continue"})))
            .code == 200);

  // The token that comes with a refusal goes on with what is there.
  const auto refused = peer.call("GET", selected + "&continue=" + token);
  REQUIRE(refused.code == 410);
  const std::string fresh(string_at(refused.json(), {"metadata", "continue"}));
  const auto rest = peer.call("GET", selected + "&continue=" + fresh);
  CHECK(rest.code == 200);
  CHECK_FALSE(rest.json().at("items").as_array().empty());
  const auto until =
      peer.call("GET", fmt::format("{}&toRevision={}&continue={}", selected, still, fresh));
  CHECK(until.json().at("items").as_array().empty());
  // A watch that goes on behind what was dropped would miss it.
  const auto is_expired = [&](const std::string& path, std::uint64_t revision) {
    const auto watch = peer.call(
        "GET", fmt::format("{}?watch=1&timeoutSeconds=1&resourceVersion={}", path, revision));
    return watch.body.find("\"code\":410") != std::string::npos;
  };
  CHECK(is_expired(changes, still));
  CHECK_FALSE(is_expired(changes, newest));
  // What was dropped has no conditions, and a namespace.
  CHECK_FALSE(is_expired("/apis/history.gatefold.dev/v1/namespaces/default/transitions", still));
  CHECK_FALSE(is_expired("/apis/history.gatefold.dev/v1/clusterchanges", still));
}

TEST_CASE("a redacted version is gone for the log and for watches, and the log says who did it") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const auto first = put(peer, "a", "secret");
  put(peer, "a", "harmless");
  const HttpPeer::Headers json_body{{"Content-Type", "application/json"}};
  const auto redact = [&](const std::string& body) {
    return peer.call("POST", "/gatefold/v1/redact", json_body, body);
  };
  CHECK(redact(R"({"object":"configmap/default/a"})").code == 400);
  CHECK(redact(R"({"object":"configmap/default/a","al":true})").code == 400);
  CHECK(redact(R"({"object":"configmap/default/b","all":true})").code == 404);
  CHECK(redact(fmt::format(R"({{"object":"configmap/default/a","from":1,"to":{}}})", first + 1))
            .code == 409);
  const auto done = redact(R"({"object":"configmap/default/a","all":true,"reason":"leaked"})");
  INFO(done.body);
  REQUIRE(done.code == 200);
  CHECK(done.json().at("redacted") == Value(JsonArray{first}));
  const auto log =
      peer.call("GET", fmt::format("/gatefold/v1/log?bodies=true&after={}", first - 1));
  CHECK(log.body.find("secret") == std::string::npos);
  CHECK(log.body.find(fmt::format("the content of revision {} was redacted", first)) !=
        std::string::npos);
  CHECK(log.body.find("\"reason\":\"leaked\"") != std::string::npos);
  CHECK(log.body.find("system:anonymous") != std::string::npos);
  // Its news were in memory when it went.
  const auto watch = peer.call(
      "GET", fmt::format("{}?watch=1&timeoutSeconds=5&resourceVersion={}", kPath, first - 1));
  CHECK(watch.body.find("secret") == std::string::npos);
  CHECK(watch.body.find("\"code\":410") != std::string::npos);
}

// Taking bytes out of the files waits for who reads an older state, and then for the disk.
TEST_CASE("writes go on while a redaction waits for readers") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  put(peer, "a", "secret");
  auto reader = server.engine().view();
  put(peer, "a", "harmless");
  const auto before = peer.call("GET", "/gatefold/v1/head").json();
  std::promise<bool> redacted;
  auto answer = redacted.get_future();
  server.engine().redact(
      {.key = {"configmaps", "default", "a"}, .all = true},
      [&](Result<storage::RedactReport> report) { redacted.set_value(report.has_value()); });
  REQUIRE(eventually([&] { return peer.call("GET", "/gatefold/v1/head").json() != before; }));
  put(peer, "b", "0");
  CHECK(answer.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  reader.reset();
  CHECK(answer.get());
}

}  // namespace gatefold::test
