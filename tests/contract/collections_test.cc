// Collections that are deleted in one request.
#include <latch>

#include <fmt/format.h>

#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

const std::string kPath = "/api/v1/namespaces/default/configmaps";

// Many at once, in batches.
void make(engine::Engine& engine, int count, const std::string& content) {
  std::latch made(count);
  for (int i = 0; i < count; ++i) {
    auto body = config_map(fmt::format("c{:05}", i));
    if (!content.empty()) body.as_object()["data"] = {{"text", content}};
    engine.submit(create(kConfigMaps, std::move(body)), [&](Result<engine::Outcome> outcome) {
      if (!outcome) std::abort();
      made.count_down();
    });
  }
  made.wait();
}

std::string names(const Value& list) {
  std::string text;
  for (const auto& item : list.at("items").as_array()) {
    text += (text.empty() ? "" : " ") + name_in(item);
  }
  return text;
}

}  // namespace

TEST_CASE("a collection is deleted by selection (R10.10)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const std::string path = "/api/v1/namespaces/default/configmaps";
  for (const auto* name : {"a", "b", "c"}) {
    const auto body = labelled(config_map(name), "even", *name == 'b' ? "yes" : "no");
    REQUIRE(peer.call("POST", path, {}, to_json(body)).code == 201);
  }
  const auto none = peer.call("DELETE", path + "?labelSelector=even%3Dmaybe");
  CHECK(none.code == 200);
  CHECK(none.json().at("items").as_array().empty());

  const auto before = server.engine().view()->revision();
  CHECK(peer.call("DELETE", path + "?labelSelector=even%3Dno&dryRun=All").code == 200);
  CHECK(server.engine().view()->revision() == before);

  const auto removed = peer.call("DELETE", path + "?labelSelector=even%3Dno").json();
  REQUIRE(removed.at("items").as_array().size() == 2);
  CHECK(name_in(removed.at("items").at(0)) == "a");
  CHECK(name_in(removed.at("items").at(1)) == "c");
  const auto left = peer.call("GET", path).json();
  REQUIRE(left.at("items").as_array().size() == 1);
  CHECK(name_in(left.at("items").at(0)) == "b");
}

TEST_CASE(
    "a collection of any number of objects goes whole, and its history is read in pages (R10.10)") {
  constexpr int kObjects = 5'001;
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  make(server.engine(), kObjects, "");
  const auto removed = peer.call("DELETE", kPath);
  CHECK(removed.code == 200);
  const auto list = removed.json();
  CHECK(list.at("items").as_array().size() == kObjects);
  CHECK(find_path(list, {"metadata", "continue"}) == nullptr);
  CHECK(names(peer.call("GET", kPath).json()).empty());

  // Ten thousand events of somebody else: more than one answer looks at.
  const auto head = std::to_string(server.engine().view()->revision().number);
  std::string seen = "0";
  int pages = 0;
  for (; seen != head && pages < 10; ++pages) {
    const auto page = peer.call("GET", "/gatefold/v1/log?user=nobody&after=" + seen);
    REQUIRE(page.code == 200);
    CHECK(page.body.empty());
    CHECK(page.header("gatefold-head") == head);
    REQUIRE(page.header("gatefold-revision") != seen);
    seen = page.header("gatefold-revision");
  }
  CHECK(seen == head);
  CHECK(pages == 2);
}

TEST_CASE("what does not fit into an answer is not deleted (R10.10)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  make(server.engine(), 68, std::string(1'000'000, 'a'));
  const auto before = server.engine().view()->revision();
  const auto refused = peer.call("DELETE", kPath);
  CHECK(refused.code == 413);
  CHECK(string_at(refused.json(), {"reason"}) == "RequestEntityTooLarge");
  CHECK(server.engine().view()->revision() == before);
  const auto some = peer.call("DELETE", kPath + "?limit=2");
  CHECK(some.code == 200);
  CHECK(names(some.json()) == "c00000 c00001");
  CHECK_FALSE(string_at(some.json(), {"metadata", "continue"}).empty());
}

TEST_CASE("a collection is deleted as it was, where a version says so (R10.10)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const auto then = peer.call("POST", kPath, {}, to_json(config_map("a"))).json();
  REQUIRE(peer.call("POST", kPath, {}, to_json(config_map("b"))).code == 201);
  const auto before = server.engine().view()->revision();

  CHECK(peer.call("DELETE", kPath + "?resourceVersionMatch=Exact").code == 422);
  CHECK(peer.call("DELETE", kPath + "?resourceVersion=abc").code == 400);
  CHECK(peer.call("DELETE", kPath + "?continue=abc").code == 400);
  CHECK(server.engine().view()->revision() == before);

  const auto removed = peer.call(
      "DELETE", kPath + "?resourceVersionMatch=Exact&resourceVersion=" + version_of(then));
  CHECK(removed.code == 200);
  CHECK(names(removed.json()) == "a");
  CHECK(names(peer.call("GET", kPath).json()) == "b");
}

TEST_CASE("options of a collection's deletion hold for each object (R10.10)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const auto a = peer.call("POST", kPath, {}, to_json(config_map("a"))).json();
  REQUIRE(peer.call("POST", kPath, {}, to_json(config_map("b"))).code == 201);
  const auto options = fmt::format(R"({{"preconditions":{{"uid":"{}"}}}})", uid_of_object(a));
  const auto refused = peer.call("DELETE", kPath, {}, options);
  CHECK(refused.code == 409);
  CHECK(names(peer.call("GET", kPath).json()) == "b");
}

}  // namespace gatefold::test
