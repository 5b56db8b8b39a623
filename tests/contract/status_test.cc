#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

const ObjectKey kWeb{"gateways.gateway.networking.k8s.io", "default", "web"};

Value& accepted(Value& object) {
  return object.at("status").at("conditions").at(0);
}

void set(Value& condition, std::string_view key, std::string_view value) {
  condition.as_object()[key] = value;
}

std::string time_of(const Value& condition) {
  return std::string(string_at(condition, {"lastTransitionTime"}));
}

// A Gateway whose Accepted became True at 03:05:05.
Value accepted_gateway(Door& door) {
  auto object = done(door.write(create(kGateways, gateway("web"))));
  door.world().advance(60);
  set(accepted(object), "status", "True");
  set(accepted(object), "reason", "Accepted");
  set(accepted(object), "lastTransitionTime", "2026-01-02T03:04:55Z");
  return done(door.write(update_status(kGateways, object)));
}

}  // namespace

TEST_CASE("the status has a door of its own (R8.2, R8.6)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto created = done(door->write(create(kGateways, gateway("web"))));

  auto sent = labelled(created, "through", "main");
  set(accepted(sent), "status", "True");
  const auto main = done(door->write(update(kGateways, sent)));
  CHECK(main.at("status") == created.at("status"));
  CHECK(string_at(main, {"metadata", "labels", "through"}) == "main");

  sent = labelled(main, "through", "status");
  sent.at("metadata").as_object()["finalizers"] = JsonArray{"example.com/hold"};
  sent.at("spec").as_object()["gatewayClassName"] = "other";
  set(accepted(sent), "status", "True");
  set(accepted(sent), "lastTransitionTime", "2026-01-02T03:04:05Z");
  const auto status = done(door->write(update_status(kGateways, sent)));
  CHECK(string_at(accepted(sent), {"status"}) == "True");
  CHECK(status.at("status") == sent.at("status"));
  CHECK(string_at(status, {"metadata", "labels", "through"}) == "main");
  CHECK(find_path(status, {"metadata", "finalizers"}) == nullptr);
  CHECK(status.at("spec") == main.at("spec"));
  CHECK(generation_of(status) == generation_of(main));

  auto without = sent;
  without.at("metadata").as_object().erase("resourceVersion");
  CHECK(door->write(update_status(kGateways, without)).reason == "Invalid");
  CHECK(done(door->get(kGateways, "default", "web")) == status);
}

TEST_CASE("the status is read as the whole object (R1.9, R13.1)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const std::string path = "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways";
  REQUIRE(peer.call("POST", path, {}, to_json(gateway("web"))).code == 201);
  const auto object = peer.call("GET", path + "/web").json();
  CHECK(peer.call("GET", path + "/web/status").json() == object);
  CHECK(peer.call("PUT", path + "/web/status", {}, to_json(object)).json() == object);
  CHECK(peer.call("PATCH", path + "/web/status", {{"Content-Type", "application/merge-patch+json"}},
                  "{}")
            .json() == object);
  CHECK(peer.call("POST", path + "/web/status", {}, to_json(object)).code == 405);
  CHECK(peer.call("DELETE", path + "/web/status").code == 405);
}

TEST_CASE("a status is of a version, and without one it is as it began (R8.3, R13.3)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto created = done(door->write(create(kGateways, gateway("web"))));
  auto sent = created;
  set(accepted(sent), "status", "True");
  set(accepted(sent), "lastTransitionTime", "2026-01-02T03:04:05Z");
  const auto written = done(door->write(update_status(kGateways, sent)));
  CHECK(written.at("status") != created.at("status"));
  const auto stale = door->write(update_status(kGateways, created));
  CHECK(stale.reason == "Conflict");
  CHECK(stale.message.ends_with("please apply your changes to the latest version and try again"));
  sent = written;
  sent.as_object().erase("status");
  auto begun = done(door->write(update_status(kGateways, sent)));
  CHECK(string_at(accepted(begun), {"status"}) == "Unknown");
  // But for the time, which is that of the change.
  set(accepted(begun), "lastTransitionTime", "1970-01-01T00:00:00Z");
  CHECK(begun.at("status") == created.at("status"));
}

TEST_CASE("a broken status is refused") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kGateways, gateway("web"))));
  const auto revision = door->revision();
  auto patching = patch(kGateways, "web", json(R"({"status":{"conditions":[{"type":"A"}]}})"));
  patching.subresource = "status";
  const auto refused = door->write(patching);
  CHECK(refused.reason == "Invalid");
  for (const auto* member : {"lastTransitionTime", "message", "reason", "status"}) {
    CHECK(fields_of(refused).contains(std::string("status.conditions[0].") + member));
  }
  patching.body = json(R"({"status":{"conditions":[
    {"type":"A","status":"True","reason":"R","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"},
    {"type":"A","status":"True","reason":"R","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}
  ]}})");
  CHECK(door->write(patching).reason == "Invalid");
  patching.name = "nope";
  CHECK(door->write(patching).reason == "NotFound");
  CHECK(door->revision() == revision);
}

TEST_CASE("a status that changes is one transition") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto object = accepted_gateway(*door);
  CHECK(time_of(accepted(object)) == "2026-01-02T03:04:55Z");
  auto ledger = door->ledger("default");
  REQUIRE(ledger.size() == 1);
  CHECK(ledger[0].key == kWeb);
  CHECK(to_string(ledger[0].revision) == version_of(object));
  CHECK(to_string(ledger[0].uid) == uid_of_object(object));
  CHECK(ledger[0].transition.path == "status.conditions");
  CHECK(ledger[0].transition.type == "Accepted");
  CHECK(ledger[0].transition.old_status == "Unknown");
  CHECK(ledger[0].transition.new_status == "True");
  CHECK(ledger[0].transition.reason == "Accepted");

  // A new message is a write, and no transition.
  set(accepted(object), "message", "news");
  object = done(door->write(update_status(kGateways, object)));
  CHECK(time_of(accepted(object)) == "2026-01-02T03:04:55Z");
  CHECK(door->ledger("default").size() == 1);

  door->world().advance(60);
  set(accepted(object), "status", "False");
  set(accepted(object), "lastTransitionTime", "2026-01-02T03:06:00Z");
  done(door->write(update_status(kGateways, object)));
  ledger = door->ledger("default");
  REQUIRE(ledger.size() == 2);
  CHECK(ledger[1].transition.old_status == "True");
  CHECK(ledger[1].transition.new_status == "False");
}

TEST_CASE("a restamp alone is nothing, and is counted") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto object = accepted_gateway(*door);
  const auto revision = door->revision();
  auto sent = object;
  for (int i = 0; i < 3; ++i) {
    door->world().advance(10);
    set(accepted(sent), "lastTransitionTime", format_seconds(door->world().now()));
    CHECK(done(door->write(update_status(kGateways, sent))) == object);
  }
  CHECK(door->revision() == revision);
  CHECK(door->ledger("default").size() == 1);
  CHECK(eventually([&] { return door->sightings(kWeb) == 3; }));
}

TEST_CASE("a restamp beside other changes is put right") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto object = accepted_gateway(*door);
  door->world().advance(60);
  set(accepted(object), "message", "news");
  set(accepted(object), "lastTransitionTime", format_seconds(door->world().now()));
  object = done(door->write(update_status(kGateways, object)));
  CHECK(time_of(accepted(object)) == "2026-01-02T03:04:55Z");
  CHECK(string_at(accepted(object), {"message"}) == "news");
  CHECK(door->ledger("default").size() == 1);
}

TEST_CASE("a flip without a new time gets the time of its event") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto object = accepted_gateway(*door);
  door->world().advance(60);
  set(accepted(object), "status", "False");
  object = done(door->write(update_status(kGateways, object)));
  CHECK(time_of(accepted(object)) == "2026-01-02T03:06:05Z");

  // Nor does a time in the future stand.
  set(accepted(object), "status", "True");
  set(accepted(object), "lastTransitionTime", "2027-01-01T00:00:00Z");
  door->world().advance(5);
  object = done(door->write(update_status(kGateways, object)));
  CHECK(time_of(accepted(object)) == "2026-01-02T03:06:10Z");
  CHECK(door->ledger("default").size() == 3);
}

TEST_CASE("conditions of listeners are known by their listener") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto object = done(door->write(create(kGateways, gateway("web"))));
  door->world().advance(60);
  object.at("status").as_object()["listeners"] = json(R"([
    {"name":"http","attachedRoutes":0,"supportedKinds":[],"conditions":[
      {"type":"Programmed","status":"True","reason":"Programmed","message":"",
       "lastTransitionTime":"2026-01-02T03:05:00Z"}]}])");
  object = done(door->write(update_status(kGateways, object)));
  auto ledger = door->ledger("default");
  REQUIRE(ledger.size() == 1);
  CHECK(ledger[0].transition.path == "status.listeners[http].conditions");
  CHECK(ledger[0].transition.old_status.empty());

  // A condition that vanishes is a transition too.
  object.at("status").as_object()["listeners"] = JsonArray();
  done(door->write(update_status(kGateways, object)));
  ledger = door->ledger("default");
  REQUIRE(ledger.size() == 2);
  CHECK(ledger[1].transition.old_status == "True");
  CHECK(ledger[1].transition.new_status.empty());
}

}  // namespace gatefold::test
