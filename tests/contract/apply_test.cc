// Server-side apply and managedFields, through every door (spec sections 17 and 18). What the pure
// core makes of sets and merges is held by tests/conformance/apply.
#include <algorithm>

#include <fmt/format.h>

#include "tests/contract/objects.h"

namespace gatefold::test {
namespace {

using engine::PatchType;

const Resource kOldGateways{"gateway.networking.k8s.io", "v1beta1", "gateways"};

engine::Command by(std::string manager, engine::Command command) {
  command.actor.field_manager = std::move(manager);
  return command;
}

engine::Command apply(std::string manager, const Resource& resource, Value configuration,
                      bool force = false) {
  std::string name(string_at(configuration, {"metadata", "name"}));
  auto command = by(std::move(manager),
                    patch(resource, std::move(name), std::move(configuration), PatchType::kApply));
  command.force = force;
  return command;
}

engine::Command on_status(engine::Command command) {
  command.subresource = "status";
  return command;
}

Value gateway_of(std::string_view spec, std::string_view version = "v1") {
  return {{"apiVersion", "gateway.networking.k8s.io/" + std::string(version)},
          {"kind", "Gateway"},
          {"metadata", {{"name", "g"}}},
          {"spec", json(spec)}};
}

Value data_of(std::string_view data) {
  return {{"apiVersion", "v1"},
          {"kind", "ConfigMap"},
          {"metadata", {{"name", "c"}}},
          {"data", json(data)}};
}

// `manager operation[/subresource]: fields`, in the order in which the object has them.
std::vector<std::string> managers_of(const Value& object) {
  std::vector<std::string> texts;
  for (const auto& entry : list_at(object, {"metadata", "managedFields"})) {
    const auto subresource = string_at(entry, {"subresource"});
    texts.push_back(fmt::format("{} {}{}{}: {}", string_at(entry, {"manager"}),
                                string_at(entry, {"operation"}), subresource.empty() ? "" : "/",
                                subresource, canonical_json(*find(entry, "fieldsV1"))));
  }
  return texts;
}

using Texts = std::vector<std::string>;

std::string listeners_of(const Value& object) {
  std::string names;
  for (const auto& listener : list_at(object, {"spec", "listeners"})) {
    names += string_at(listener, {"name"});
  }
  return names;
}

}  // namespace

TEST_CASE("what is applied is made, and its manager owns what it said (R17.2, R17.4, R17.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto made = done(door->write(apply("m", kConfigMaps, data_of(R"({"a":"1"})"))));
  CHECK(managers_of(made) == Texts{R"(m Apply: {"f:data":{"f:a":{}}})"});
  CHECK(canonical_json(done(door->get(kConfigMaps, "default", "c"))) == canonical_json(made));

  auto configuration = data_of(R"({"a":"1"})");
  configuration.at("metadata").as_object()["uid"] = "abc";
  configuration.at("metadata").as_object()["name"] = "d";
  const auto refused = door->write(apply("m", kConfigMaps, configuration));
  CHECK(refused.reason == "Conflict");
  CHECK(refused.message ==
        "Operation cannot be fulfilled on configmaps \"d\": uid mismatch: the provided object "
        "specified uid abc, and no existing object was found");
  configuration.at("metadata").as_object().erase("uid");
  configuration.at("metadata").as_object()["resourceVersion"] = "1";
  CHECK(door->write(apply("m", kConfigMaps, configuration)).ok());
  CHECK(door->write(apply("m", kConfigMaps, configuration)).reason == "Conflict");
}

TEST_CASE("creators own what was defaulted, who applies does not (R17.4, R17.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto spec =
      R"({"gatewayClassName":"x","listeners":[{"name":"a","port":80,"protocol":"HTTP"}]})";
  const auto applied = done(door->write(apply("m", kGateways, gateway_of(spec))));
  CHECK(managers_of(applied) ==
        Texts{R"(m Apply: {"f:spec":{"f:gatewayClassName":{},"f:listeners":)"
              R"({"k:{\"name\":\"a\"}":{".":{},"f:name":{},"f:port":{},"f:protocol":{}}}}})"});
  auto other = gateway_of(spec);
  other.at("metadata").as_object()["name"] = "h";
  const auto created = done(door->write(by("m", create(kGateways, other))));
  CHECK(managers_of(created) ==
        Texts{R"(m Update: {"f:spec":{".":{},"f:gatewayClassName":{},"f:listeners":{".":{},)"
              R"("k:{\"name\":\"a\"}":{".":{},"f:allowedRoutes":{".":{},"f:namespaces":{".":{},)"
              R"("f:from":{}}},"f:name":{},"f:port":{},"f:protocol":{}}}}})"});
}

TEST_CASE("a Service's allocated address is nobody's (R17.4)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto service = json(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},
    "spec":{"ports":[{"port":80}],"selector":{"a":"b"}}})");
  const auto created = done(door->write(by("m", create(kServices, service))));
  REQUIRE_FALSE(string_at(created, {"spec", "clusterIP"}).empty());
  CHECK(managers_of(created) ==
        Texts{R"(m Update: {"f:spec":{"f:internalTrafficPolicy":{},"f:ports":{".":{},)"
              R"("k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{},"f:protocol":{},)"
              R"("f:targetPort":{}}},"f:selector":{},"f:sessionAffinity":{},"f:type":{}}})"});
}

TEST_CASE(
    "what another manager owns is in conflict, unless it is the same or forced (R17.6, R17.7)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(apply("one", kConfigMaps, data_of(R"({"a":"1","b":"1"})"))));
  const auto refused = door->write(apply("two", kConfigMaps, data_of(R"({"a":"2","b":"2"})")));
  CHECK(refused.reason == "Conflict");
  CHECK(refused.message ==
        "Apply failed with 2 conflicts: conflicts with \"one\":\n- .data.a\n- .data.b");
  CHECK(fields_of(refused) == ".data.a .data.b");

  const auto before = done(door->get(kConfigMaps, "default", "c"));
  const auto shared = done(door->write(apply("two", kConfigMaps, data_of(R"({"a":"1"})"))));
  CHECK(version_of(shared) != version_of(before));
  // Kubernetes gives no time to who changed nothing, which sorts first.
  CHECK(managers_of(shared) == Texts{R"(two Apply: {"f:data":{"f:a":{}}})",
                                     R"(one Apply: {"f:data":{"f:a":{},"f:b":{}}})"});
  const auto forced =
      done(door->write(apply("two", kConfigMaps, data_of(R"({"a":"2","b":"2"})"), true)));
  CHECK(managers_of(forced) == Texts{R"(two Apply: {"f:data":{"f:a":{},"f:b":{}}})"});

  done(door->write(by("three", patch(kConfigMaps, "c", json(R"({"data":{"a":"3"}})")))));
  const auto updater = door->write(apply("two", kConfigMaps, data_of(R"({"a":"2"})")));
  CHECK(updater.message ==
        "Apply failed with 1 conflict: conflict with \"three\" using v1: .data.a");
}

TEST_CASE("what its last owner gives up is gone (R18.4)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(apply("one", kConfigMaps, data_of(R"({"a":"1","b":"1","c":"1"})"))));
  done(door->write(apply("two", kConfigMaps, data_of(R"({"b":"1"})"))));
  done(door->write(by("three", patch(kConfigMaps, "c", json(R"({"data":{"c":"3"}})")))));
  const auto left = done(door->write(apply("one", kConfigMaps, data_of("{}"))));
  CHECK(canonical_json(*find(left, "data")) == R"({"b":"1","c":"3"})");
  const auto spec = [](std::string_view listeners) {
    return gateway_of(fmt::format(R"({{"gatewayClassName":"x","listeners":{}}})", listeners));
  };
  const auto listener = [](std::string_view name, int port) {
    return fmt::format(R"({{"name":"{}","port":{},"protocol":"HTTP"}})", name, port);
  };
  done(door->write(apply("one", kGateways, spec("[" + listener("a", 1) + "]"))));
  auto both = done(door->write(
      apply("two", kGateways,
            gateway_of("{\"listeners\":[" + listener("b", 2) + "," + listener("a", 1) + "]}"))));
  CHECK(listeners_of(both) == "ba");
  both = done(door->write(apply("one", kGateways, spec("[" + listener("c", 3) + "]"))));
  CHECK(listeners_of(both) == "bac");
  both = done(door->write(apply("two", kGateways, gateway_of("{}"))));
  CHECK(listeners_of(both) == "c");
}

TEST_CASE("applying the same again is nothing (R17.9, R18.11)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto first = done(door->write(apply("m", kConfigMaps, data_of(R"({"a":"1"})"))));
  door->world().advance(60);
  const auto revision = door->revision();
  CHECK(version_of(done(door->write(apply("m", kConfigMaps, data_of(R"({"a":"1"})"))))) ==
        version_of(first));
  const auto updated =
      done(door->write(by("u", patch(kConfigMaps, "c", json(R"({"data":{"a":"1"}})")))));
  CHECK(version_of(updated) == version_of(first));
  CHECK(door->revision() == revision);
  CHECK(managers_of(updated) == Texts{R"(m Apply: {"f:data":{"f:a":{}}})"});
}

TEST_CASE("a write that would only move managers' times is none (R17.9)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto made = done(door->write(apply("m", kConfigMaps, data_of(R"({"a":"1"})"))));
  auto said = made;
  said.at("metadata").at("managedFields").at(0).as_object()["time"] = "2031-01-01T00:00:00Z";
  auto revision = door->revision();
  CHECK(done(door->write(by("u", update(kConfigMaps, said)))) == made);
  CHECK(door->revision() == revision);

  // A condition's time that is put back was the only change.
  auto stated = gateway_of(
      R"({"gatewayClassName":"x","listeners":[{"name":"a","port":80,"protocol":"HTTP"}]})");
  done(door->write(apply("m", kGateways, stated)));
  const auto state = [&] {
    stated.as_object()["status"] = json(fmt::format(
        R"({{"conditions":[{{"type":"Accepted","status":"True","reason":"Accepted","message":"",
             "lastTransitionTime":"{}"}}]}})",
        format_seconds(door->world().now())));
    return done(door->write(on_status(apply("s", kGateways, stated))));
  };
  const auto accepted = state();
  revision = door->revision();
  door->world().advance(60);
  CHECK(state() == accepted);
  CHECK(door->revision() == revision);
}

TEST_CASE("one manager's entry moves with the version it applies in (R17.3)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto spec =
      R"({"gatewayClassName":"x","listeners":[{"name":"a","port":80,"protocol":"HTTP"}]})";
  done(door->write(apply("m", kOldGateways, gateway_of(spec, "v1beta1"))));
  const auto again = done(door->write(apply("m", kGateways, gateway_of(spec))));
  REQUIRE(managers_of(again).size() == 1);
  CHECK(string_at(list_at(again, {"metadata", "managedFields"})[0], {"apiVersion"}) ==
        "gateway.networking.k8s.io/v1");
  // Of those that update each version is one of its own.
  done(door->write(by("u", patch(kGateways, "g", json(R"({"metadata":{"labels":{"a":"1"}}})")))));
  const auto both = done(
      door->write(by("u", patch(kOldGateways, "g", json(R"({"metadata":{"labels":{"b":"1"}}})")))));
  CHECK(managers_of(both).size() == 3);
}

TEST_CASE("the status is owned through its own door (R13.5, R17.3, R17.14)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto whole = gateway_of(
      R"({"gatewayClassName":"x","listeners":[{"name":"a","port":80,"protocol":"HTTP"}]})");
  whole.as_object()["status"] = json(R"({"addresses":[{"value":"1.2.3.4"}]})");
  const auto missing = door->write(on_status(apply("s", kGateways, whole)));
  CHECK(missing.reason == "NotFound");
  const auto made = done(door->write(apply("m", kGateways, whole)));
  CHECK(find_path(made, {"status", "addresses"}) == nullptr);
  CHECK(managers_of(made).front().find("status") == std::string::npos);
  whole.at("metadata").as_object()["labels"] = {{"l", "1"}};
  const auto stated = done(door->write(on_status(apply("s", kGateways, whole))));
  CHECK(find_path(stated, {"metadata", "labels"}) == nullptr);
  CHECK(managers_of(stated).back() == R"(s Apply/status: {"f:status":{"f:addresses":{}}})");
  const auto patched = done(door->write(on_status(by(
      "u",
      patch(
          kGateways, "g",
          json(
              R"({"metadata":{"labels":{"l":"1"}},"status":{"addresses":[{"value":"::1"}]}})"))))));
  CHECK(managers_of(patched).back() == R"(u Update/status: {"f:status":{"f:addresses":{}}})");
  CHECK(managers_of(patched).size() == 2);
}

TEST_CASE("clients may say who manages what, and forget it all (R8.8, R17.8, R17.12)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(apply("m", kConfigMaps, data_of(R"({"a":"1"})"))));
  const auto write = [&](std::string_view managers) {
    return done(door->write(
        by("u", patch(kConfigMaps, "c",
                      json(fmt::format(R"({{"metadata":{{"managedFields":{}}}}})", managers))))));
  };
  const auto kept = write("null");
  CHECK(managers_of(kept) == Texts{R"(m Apply: {"f:data":{"f:a":{}}})"});
  CHECK(managers_of(write(R"([{"manager":"x","operation":"Foo"}])")) == managers_of(kept));
  const auto moved = write(R"([{"manager":"x","operation":"Apply","apiVersion":"v1",
    "fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:a":{}}}}])");
  CHECK(managers_of(moved) == Texts{R"(x Apply: {"f:data":{"f:a":{}}})"});
  CHECK(managers_of(write("[{}]")).empty());
  // Nobody manages what nobody managed, until somebody applies (R17.12).
  const auto unmanaged =
      done(door->write(by("u", patch(kConfigMaps, "c", json(R"({"data":{"b":"2"}})")))));
  CHECK(managers_of(unmanaged).empty());
  const auto refused = door->write(apply("m", kConfigMaps, data_of(R"({"a":"3"})")));
  CHECK(refused.message ==
        "Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .data.a");
  const auto applied = done(door->write(apply("m", kConfigMaps, data_of(R"({"a":"1"})"))));
  CHECK(managers_of(applied) ==
        Texts{R"(m Apply: {"f:data":{"f:a":{}}})",
              R"(before-first-apply Update: {"f:data":{".":{},"f:a":{},"f:b":{}}})"});
  CHECK(managers_of(write("[]")).empty());

  auto configuration = data_of(R"({"a":"1"})");
  configuration.at("metadata").as_object()["managedFields"] = JsonArray{JsonObject{}};
  const auto bad = door->write(apply("m", kConfigMaps, configuration));
  CHECK(bad.reason == "BadRequest");
  CHECK(bad.message == "metadata.managedFields must be nil");
}

TEST_CASE("no more than ten entries of updates are kept (R17.11)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(by("u00", create(kConfigMaps, data_of(R"({"a":"1"})")))));
  Value object;
  for (int i = 1; i <= 12; ++i) {
    door->world().advance(1);
    object = done(door->write(
        by(fmt::format("u{:02}", i),
           patch(kConfigMaps, "c",
                 json(fmt::format(R"({{"metadata":{{"labels":{{"l{0}":"1"}}}}}})", i))))));
  }
  const auto managers = managers_of(object);
  REQUIRE(managers.size() == 10);
  CHECK(managers.front() ==
        R"(ancient-changes Update: {"f:data":{".":{},"f:a":{}},"f:metadata":{"f:labels":)"
        R"({".":{},"f:l1":{},"f:l2":{},"f:l3":{}}}})");
  CHECK(managers.back() == R"(u12 Update: {"f:metadata":{"f:labels":{"f:l12":{}}}})");
}

TEST_CASE("entries come by operation, time and manager (R17.10)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(by("z", create(kConfigMaps, data_of(R"({"a":"1"})")))));
  door->world().advance(1);
  const auto label = [&](std::string manager, std::string_view key) {
    done(door->write(
        by(std::move(manager),
           patch(kConfigMaps, "c",
                 json(fmt::format(R"({{"metadata":{{"labels":{{"{}":""}}}}}})", key))))));
  };
  label("c", "one");
  label("b", "other");
  door->world().advance(1);
  label("a", "last");
  const auto applied = done(door->write(apply("m", kConfigMaps, data_of(R"({"b":"1"})"))));
  std::string order;
  for (const auto& manager : managers_of(applied)) order += manager.front();
  CHECK(order == "mzbca");
}

TEST_CASE("an object that has no room for its managers forgets them (R4.20, R17.16)") {
  const auto door = open_door(GENERATE(DoorKind::kEmbedded, DoorKind::kHttp));
  JsonObject data;
  for (int i = 0; i < 60'000; ++i) data[fmt::format("key-{:06}", i)] = "";
  auto object = config_map("c");
  object.as_object()["data"] = std::move(data);
  const auto made = done(door->write(by("m", create(kConfigMaps, std::move(object)))));
  CHECK(made.at("data").as_object().size() == 60'000);
  CHECK(managers_of(made).empty());
}

TEST_CASE("what is refused after its merge leaves ownership as it was (R18.10)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto of_port = [](int port) {
    return gateway_of(fmt::format(
        R"({{"gatewayClassName":"x","listeners":[{{"name":"a","port":{},"protocol":"HTTP"}}]}})",
        port));
  };
  done(door->write(apply("m", kGateways, of_port(80))));
  const auto before = done(door->get(kGateways, "default", "g"));
  const auto refused = door->write(apply("n", kGateways, of_port(99'999), true));
  CHECK(refused.reason == "Invalid");
  CHECK(fields_of(refused) == "spec.listeners[0].port");
  CHECK(done(door->get(kGateways, "default", "g")) == before);
  // What is applied is filled in, too.
  CHECK_FALSE(list_at(before, {"spec", "listeners"}).at(0).at("allowedRoutes").is_null());
}

TEST_CASE("kubectl takes over what its client-side apply set last (R17.15)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto object = data_of(R"({"a":"1","b":"1"})");
  constexpr std::string_view kKey = "kubectl.kubernetes.io/last-applied-configuration";
  const auto said = data_of(R"({"a":"1"})");
  object.at("metadata").as_object()["annotations"] = {{kKey, canonical_json(said)}};
  done(door->write(by("kubectl-client-side-apply", create(kConfigMaps, object))));
  CHECK(door->write(apply("other", kConfigMaps, data_of(R"({"a":"2"})"))).reason == "Conflict");
  const auto refused = door->write(apply("kubectl", kConfigMaps, data_of(R"({"a":"2","b":"2"})")));
  CHECK(fields_of(refused) == ".data.b");
  const auto taken = done(door->write(apply("kubectl", kConfigMaps, data_of(R"({"a":"<2>"})"))));
  CHECK(string_at(taken, {"data", "a"}) == "<2>");
  CHECK(
      string_at(taken, {"metadata", "annotations", kKey}) ==
      R"({"apiVersion":"v1","data":{"a":"\u003c2\u003e"},"kind":"ConfigMap","metadata":{"name":"c"}})"
      "\n");
}

TEST_CASE("nulls of a configuration remove nothing (R18.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto object = data_of(R"({"a":"1"})");
  object.at("metadata").as_object()["labels"] = {{"z", nullptr}};
  const auto made = done(door->write(apply("m", kConfigMaps, object)));
  CHECK(canonical_json(*find_path(made, {"metadata", "labels"})) == R"({"z":""})");
  CHECK(managers_of(made) ==
        Texts{R"(m Apply: {"f:data":{"f:a":{}},"f:metadata":{"f:labels":{"f:z":{}}}})"});
}

TEST_CASE("a configuration that does not fit is refused whole (R18.7, R18.8, R18.9)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto revision = door->revision();
  const auto misfit = door->write(apply("m", kConfigMaps, data_of(R"({"a":{"b":1}})")));
  CHECK(misfit.reason == "Invalid");
  CHECK(misfit.message.starts_with(
      "failed to create typed patch object (/c; /v1, Kind=ConfigMap): .data.a: expected string"));
  const auto type = door->write(apply("m", kConfigMaps, gateway("c")));
  CHECK(type.reason == "BadRequest");
  CHECK(type.message == "invalid object type: gateway.networking.k8s.io/v1, Kind=Gateway");
  auto command = apply("m", kConfigMaps, data_of(R"({"a":"1"})"));
  command.name = "other";
  const auto name = door->write(command);
  CHECK(name.message == "the name of the object (c) does not match the name on the URL (other)");
  CHECK(door->revision() == revision);
}

TEST_CASE("who scales owns the replicas (R13.6, R17.3)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const Resource deployments{"apps", "v1", "deployments"};
  const auto deployment = json(R"({"apiVersion":"apps/v1","kind":"Deployment",
    "metadata":{"name":"d"},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"d"}},
    "template":{"metadata":{"labels":{"app":"d"}},
                "spec":{"containers":[{"name":"c","image":"i"}]}}}})");
  done(door->write(apply("m", deployments, deployment)));
  auto scaling = by("s", patch(deployments, "d", json(R"({"spec":{"replicas":2}})")));
  scaling.subresource = "scale";
  done(door->write(scaling));
  const auto scaled = done(door->get(deployments, "default", "d"));
  CHECK(managers_of(scaled).back() == R"(s Update/scale: {"f:spec":{"f:replicas":{}}})");
  CHECK(managers_of(scaled).front().find("replicas") == std::string::npos);
  auto applied = apply("a", deployments, json(R"({"apiVersion":"autoscaling/v1","kind":"Scale",
    "metadata":{"name":"d"},"spec":{"replicas":3}})"));
  applied.subresource = "scale";
  const auto refused = door->write(applied);
  CHECK(refused.message ==
        "Apply failed with 1 conflict: conflict with \"s\" with subresource "
        "\"scale\" using apps/v1: .spec.replicas");
  applied.force = true;
  CHECK(integer_at(done(door->write(applied)), {"spec", "replicas"}, 0) == 3);
  CHECK(managers_of(done(door->get(deployments, "default", "d"))).size() == 2);
}

TEST_CASE("a dry run applies nothing (R5.1)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto revision = door->revision();
  auto command = apply("m", kConfigMaps, data_of(R"({"a":"1"})"));
  command.dry_run = true;
  const auto shown = done(door->write(command));
  CHECK(managers_of(shown).size() == 1);
  CHECK(version_of(shown).empty());
  CHECK(door->revision() == revision);
  CHECK(door->get(kConfigMaps, "default", "c").reason == "NotFound");
}

}  // namespace gatefold::test
