// What a definition says of its kind, as the kind's clients meet it.
#include <fmt/format.h>

#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

const Resource kDefinitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions", false};
const Resource kLamps{"light.example.com", "v1", "lamps"};
const std::string kName = "lamps.light.example.com";
const std::string kDefinitionsPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

// Of one version, which has the schema and further members.
Value definition(std::string_view schema, std::string_view members = "{}") {
  auto object = json(R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
    "metadata":{"name":"lamps.light.example.com"},
    "spec":{"group":"light.example.com","scope":"Namespaced",
      "names":{"plural":"lamps","kind":"Lamp","shortNames":["lm"],"categories":["home"]},
      "versions":[{"name":"v1","served":true,"storage":true}]}})");
  auto& version = object.at("spec").at("versions").at(0).as_object();
  version["schema"] = {{"openAPIV3Schema", json(schema)}};
  const auto more = json(members);
  for (const auto& member : more.as_object()) version[member.key()] = member.value();
  return object;
}

void define(Door& door, Value object) {
  done(door.write(create(kDefinitions, std::move(object))));
  REQUIRE(eventually([&] { return door.list({.resource = kLamps}).reason.empty(); }));
}

void redefine(Door& door, const Value& object) {
  const auto& versions = object.at("spec").at("versions");
  done(door.write(patch(kDefinitions, kName, {{"spec", {{"versions", versions}}}})));
}

Value lamp(std::string_view spec, std::string_view metadata = R"({"name":"a"})") {
  return {{"apiVersion", "light.example.com/v1"},
          {"kind", "Lamp"},
          {"metadata", json(metadata)},
          {"spec", json(spec)}};
}

Answer write_status(Door& door, std::string_view status) {
  auto command = patch(kLamps, "a", {{"status", json(status)}});
  command.subresource = "status";
  return door.write(std::move(command));
}

constexpr std::string_view kWithStatus = R"({"subresources":{"status":{}}})";

// `spec` is what the schema says of it.
std::string lit_schema(std::string_view spec) {
  return fmt::format(R"({{"type":"object","x-kubernetes-validations":[
      {{"rule":"!has(self.status) || !has(self.status.lit) || self.status.lit <= self.spec.watts",
        "message":"too bright"}}],
    "properties":{{"spec":{},"status":{{"type":"object","properties":{{
      "lit":{{"type":"integer"}},"note":{{"type":"string","maxLength":3}},
      "rooms":{{"type":"array","x-kubernetes-list-type":"set","items":{{"type":"string"}}}}}}}}}}}})",
                     spec);
}

}  // namespace

TEST_CASE("a status is held to its schema and to the rules of the whole object (R13.4)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  define(*door, definition(lit_schema(R"({"type":"object","properties":{
      "watts":{"type":"integer"},"tags":{"type":"array","items":{"type":"string"}}}})"),
                           kWithStatus));
  done(door->write(create(kLamps, lamp(R"({"watts":5,"tags":["x","x"]})"))));
  CHECK(fields_of(write_status(*door, R"({"note":"long"})")).starts_with("status.note"));
  CHECK(fields_of(write_status(*door, R"({"rooms":["hall","hall"]})")) == "status.rooms[1]");
  CHECK(write_status(*door, R"({"lit":9})").message.ends_with("too bright"));
  CHECK(write_status(*door, R"({"lit":3})").ok());

  // What the spec breaks since, and a status leaves as it is, is forgiven: rules and lists.
  redefine(*door, definition(lit_schema(R"({"type":"object","properties":{
      "watts":{"type":"integer","x-kubernetes-validations":[{"rule":"self < 5"}]},
      "tags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}}})"),
                             kWithStatus));
  CHECK(write_status(*door, R"({"lit":4})").ok());
  CHECK(write_status(*door, R"({"lit":6})").message.ends_with("too bright"));
}

TEST_CASE("without a subresource the status is data like other data (R6.5, R13.8)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  define(*door, definition(R"({"type":"object","properties":{"spec":{"type":"object"},
    "status":{"type":"object","properties":{"lit":{"type":"integer"}}}}})"));
  auto sent = lamp("{}");
  sent.as_object()["status"] = {{"lit", 1}};
  const auto made = done(door->write(create(kLamps, sent)));
  CHECK(made.at("status") == Value{{"lit", 1}});
  const auto changed = done(door->write(patch(kLamps, "a", json(R"({"status":{"lit":2}})"))));
  CHECK(changed.at("status") == Value{{"lit", 2}});
  CHECK(generation_of(changed) == generation_of(made) + 1);
  CHECK(write_status(*door, R"({"lit":3})").reason == "NotFound");
}

TEST_CASE("events are told by the definition that is there now (R16.18)") {
  const auto door = open_door(GENERATE(DoorKind::kEmbedded, DoorKind::kHttp));
  define(*door, definition(R"({"type":"object","properties":{"spec":{"type":"object"}}})"));
  const auto watch =
      door->watch({.resource = kLamps, .resource_version = std::to_string(door->revision())});
  REQUIRE(watch.refusal.ok());
  redefine(*door, definition(R"({"type":"object","properties":{"spec":{"type":"object",
    "properties":{"colour":{"type":"string","default":"red"}}}}})"));
  const auto made = done(door->write(create(kLamps, lamp("{}"))));
  CHECK(string_at(made, {"spec", "colour"}) == "red");
  auto seen = watch.watch->next();
  if (!seen) {  // it may have ended with the old schema
    const auto again = door->watch({.resource = kLamps});
    REQUIRE(again.refusal.ok());
    seen = again.watch->next();
  }
  REQUIRE(seen.has_value());
  CHECK(seen->object == made);
}

TEST_CASE(
    "what is decoded loses what is unknown, then nulls, then gets defaults (R19.12, R19.15)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  define(*door, definition(R"({"type":"object","properties":{"spec":{"type":"object","properties":{
    "plain":{"type":"string"},"kept":{"type":"string","nullable":true},
    "level":{"type":"integer","default":1},
    "parent":{"type":"object","properties":{"on":{"type":"boolean","default":true}}}}}}})"));
  const auto answer = door->write(create(
      kLamps, lamp(R"({"plain":null,"kept":null,"level":null,"other":null,"parent":{"on":null}})",
                   R"({"name":"a","zzz":1})")));
  CHECK(answer.warnings == std::vector<std::string>{R"(unknown field "metadata.zzz")",
                                                    R"(unknown field "spec.other")"});
  const auto made = done(answer);
  CHECK(made.at("spec") == json(R"({"kept":null,"level":1,"parent":{"on":true}})"));
  CHECK(find_path(made, {"metadata", "zzz"}) == nullptr);
  CHECK(done(door->get(kLamps, "default", "a")) == made);
}

TEST_CASE("errors come by what they are about, and doubles are old friends (R19.18, R19.21)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  constexpr std::string_view kSchema = R"({{"type":"object","properties":{{"spec":{{"type":"object",
    "properties":{{"low":{{"type":"integer","minimum":1}},"also":{{"type":"integer","minimum":1}},
      "rule":{{"type":"integer","x-kubernetes-validations":[{{"rule":"self > 0"}}]}},
      "set":{{"type":"array","x-kubernetes-list-type":"{}","items":{{"type":"string"}}}}}}}}}}}})";
  define(*door, definition(fmt::format(kSchema, "atomic")));
  done(door->write(create(kLamps, lamp(R"({"set":["x","x"]})"))));
  redefine(*door, definition(fmt::format(kSchema, "set")));
  const auto wrong =
      door->write(create(kLamps, lamp(R"({"low":0,"also":0,"rule":0,"set":["x","x"]})",
                                      R"({"name":"b","labels":{"k":"-"}})")));
  CHECK(fields_of(wrong) == "metadata.labels spec.also spec.low spec.set[1] spec.rule");

  CHECK(door->write(patch(kLamps, "a", json(R"({"spec":{"set":["x","x","y"]}})"))).ok());
  CHECK(door->write(patch(kLamps, "a", json(R"({"spec":{"set":["x"]}})"))).ok());
  CHECK(fields_of(door->write(patch(kLamps, "a", json(R"({"spec":{"set":["x","x"]}})")))) ==
        "spec.set[1]");
}

TEST_CASE(
    "definitions are told of in one version, and names where they are found (R19.1, R19.11)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const auto row = [&](const std::string& path, std::string_view name) {
    const auto document = peer.call("GET", path).json();
    for (const auto& each : document.at("resources").as_array()) {
      if (each.at("name") == Value(name)) return each;
    }
    return Value(JsonObject());
  };
  const auto crds = row("/apis/apiextensions.k8s.io/v1", "customresourcedefinitions");
  CHECK(crds.at("namespaced") == Value(false));
  CHECK(crds.at("shortNames") == json(R"(["crd","crds"])"));
  CHECK(crds.at("categories") == json(R"(["api-extensions"])"));
  CHECK_FALSE(
      row("/apis/apiextensions.k8s.io/v1", "customresourcedefinitions/status").as_object().empty());
  CHECK(peer.call("GET", "/apis/apiextensions.k8s.io/v1beta1").code == 404);

  const auto simple = definition(R"({"type":"object"})");
  REQUIRE(peer.call("POST", kDefinitionsPath, {}, to_json(simple)).code == 201);
  const std::string lamps = "/apis/light.example.com/v1";
  REQUIRE(eventually([&] { return peer.call("GET", lamps + "/lamps").code == 200; }));
  CHECK(row(lamps, "lamps").at("shortNames") == json(R"(["lm"])"));
  CHECK(row(lamps, "lamps").at("categories") == json(R"(["home"])"));
  CHECK(peer.call("GET", lamps + "/lm").code == 404);
  CHECK(peer.call("GET", lamps + "/home").code == 404);
}

TEST_CASE("versions are served or not, and old ones warn (R19.9)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  auto object = definition(R"({"type":"object"})");
  auto& versions = object.at("spec").at("versions").as_array();
  const auto add = [&](std::string_view name, std::string_view members) {
    auto version = versions.at(0);
    version.as_object()["name"] = name;
    version.as_object()["storage"] = false;
    const auto more = json(members);
    for (const auto& member : more.as_object()) version.as_object()[member.key()] = member.value();
    versions.push_back(std::move(version));
  };
  add("v1beta1", R"({"deprecated":true,"deprecationWarning":"it was a trial"})");
  add("v1alpha1", R"({"deprecated":true})");
  add("v1alpha2", R"({"served":false})");
  REQUIRE(peer.call("POST", kDefinitionsPath, {}, to_json(object)).code == 201);
  const auto get = [&](std::string_view version) {
    return peer.call("GET", fmt::format("/apis/light.example.com/{}/lamps", version));
  };
  REQUIRE(eventually([&] { return get("v1").code == 200; }));
  CHECK(get("v1").all("warning").empty());
  CHECK(get("v1beta1").all("warning") == std::vector<std::string>{R"(299 - "it was a trial")"});
  CHECK(
      get("v1alpha1").all("warning") ==
      std::vector<std::string>{
          R"(299 - "light.example.com/v1alpha1 Lamp is deprecated; use light.example.com/v1 Lamp")"});
  CHECK(get("v1alpha2").code == 404);
}

}  // namespace gatefold::test
