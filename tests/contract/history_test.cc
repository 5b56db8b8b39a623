// The log and the ledger over HTTP: pages of lines, and where to go on.
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

}  // namespace gatefold::test
