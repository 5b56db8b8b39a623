#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

using engine::PatchType;

const Resource kDefinitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions", false};
const Resource kCrews{"work.example.com", "v1", "crews"};
const Resource kShips{"work.example.com", "v1", "ships", false};
const Resource kDeployments{"apps", "v1", "deployments"};

// At most nine, by schema; never seven, by rule.
Value definition(std::string_view plural, std::string_view kind, std::string_view scope) {
  auto object = json(R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
    "metadata":{},"spec":{"group":"work.example.com","names":{},
    "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{},"scale":{
        "specReplicasPath":".spec.team.size","statusReplicasPath":".status.size",
        "labelSelectorPath":".status.selector"}},
      "schema":{"openAPIV3Schema":{"type":"object","properties":{
        "spec":{"type":"object","properties":{
          "note":{"type":"string"},
          "team":{"type":"object","properties":{
            "size":{"type":"integer","maximum":9,"x-kubernetes-validations":[
              {"rule":"self != 7","message":"never seven"}]}}}}},
        "status":{"type":"object","properties":{
          "size":{"type":"integer"},"selector":{"type":"string"}}}}}}}]}})");
  object.at("metadata").as_object()["name"] = std::string(plural) + ".work.example.com";
  object.at("spec").at("names") = {{"plural", plural}, {"kind", kind}};
  object.at("spec").as_object()["scope"] = scope;
  return object;
}

void define(Door& door, std::string_view plural, std::string_view kind, std::string_view scope) {
  const auto object = done(door.write(create(kDefinitions, definition(plural, kind, scope))));
  REQUIRE(eventually([&] {
    const auto answer = door.get(kDefinitions, "", name_in(object));
    return to_json(answer.object).contains("InitialNamesAccepted");
  }));
}

Value crew(std::string_view spec) {
  return {{"apiVersion", "work.example.com/v1"},
          {"kind", "Crew"},
          {"metadata", {{"name", "a"}, {"labels", {{"k", "v"}}}}},
          {"spec", json(spec)}};
}

Value deployment(int replicas) {
  auto object = json(R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},
    "spec":{"selector":{"matchLabels":{"app":"d"},
              "matchExpressions":[{"key":"aa","operator":"NotIn","values":["y","x"]}]},
            "template":{"metadata":{"labels":{"app":"d"}},
                        "spec":{"containers":[{"name":"c","image":"i"}]}}}})");
  object.at("spec").as_object()["replicas"] = replicas;
  return object;
}

Value scale(std::string_view name, std::string_view spec) {
  return {{"apiVersion", "autoscaling/v1"},
          {"kind", "Scale"},
          {"metadata", {{"name", name}}},
          {"spec", json(spec)}};
}

engine::Command scaling(engine::Command command) {
  command.subresource = "scale";
  return command;
}

engine::Command patch_scale(const Resource& resource, std::string name, std::string_view body,
                            PatchType type = PatchType::kMerge) {
  return scaling(patch(resource, std::move(name), json(body), type));
}

std::int64_t size_of(const Value& object) {
  return integer_at(object, {"spec", "team", "size"}, -1);
}

}  // namespace

TEST_CASE("a scale shows replicas wherever they are") {
  const auto door = GATEFOLD_EVERY_DOOR();
  define(*door, "crews", "Crew", "Namespaced");
  CHECK(door->get_scale(kCrews, "default", "a").reason == "NotFound");
  auto object = done(door->write(create(kCrews, crew(R"({"team":{"size":3}})"))));
  const auto shown = [&](std::string_view rest) {
    const auto& metadata = object.at("metadata");
    auto expected = json(rest);
    expected.as_object()["apiVersion"] = "autoscaling/v1";
    expected.as_object()["kind"] = "Scale";
    expected.as_object()["metadata"] = {{"creationTimestamp", metadata.at("creationTimestamp")},
                                        {"name", "a"},
                                        {"namespace", "default"},
                                        {"resourceVersion", metadata.at("resourceVersion")},
                                        {"uid", metadata.at("uid")}};
    return expected;
  };
  CHECK(done(door->get_scale(kCrews, "default", "a")) ==
        shown(R"({"spec":{"replicas":3},"status":{"replicas":0}})"));

  object.as_object()["status"] = json(R"({"size":2,"selector":"a=b"})");
  object = done(door->write(update_status(kCrews, object)));
  CHECK(done(door->get_scale(kCrews, "default", "a")) ==
        shown(R"({"spec":{"replicas":3},"status":{"replicas":2,"selector":"a=b"}})"));

  // Zero is left out, as Go does.
  object.at("spec") = json(R"({"team":{"size":0}})");
  object = done(door->write(update(kCrews, object)));
  CHECK(done(door->get_scale(kCrews, "default", "a")).at("spec") == json("{}"));

  object = done(door->write(create(kDeployments, deployment(2))));
  const auto of_deployment = done(door->get_scale(kDeployments, "default", "d"));
  CHECK(of_deployment.at("spec") == json(R"({"replicas":2})"));
  CHECK(of_deployment.at("status") == json(R"({"replicas":0,"selector":"aa notin (x,y),app=d"})"));
  // Its selector is no text, which nobody minds.
  object.as_object()["status"] = json(R"({"replicas":2})");
  done(door->write(update_status(kDeployments, object)));
  CHECK(integer_at(door->get_scale(kDeployments, "default", "d").object, {"status", "replicas"},
                   -1) == 2);
}

TEST_CASE("to scale is one write to the object") {
  const auto door = GATEFOLD_EVERY_DOOR();
  define(*door, "crews", "Crew", "Namespaced");
  const auto created = done(door->write(create(kCrews, crew(R"({"note":"n"})"))));
  const auto absent = door->get_scale(kCrews, "default", "a");
  CHECK(absent.reason == "InternalError");
  CHECK(absent.message ==
        R"(Internal error occurred: the spec replicas field ".spec.team.size" does not exist)");

  auto revision = door->revision();
  const auto written = done(door->write(patch_scale(kCrews, "a", R"({"spec":{"replicas":3}})")));
  CHECK(door->revision() == revision + 1);
  const auto object = done(door->get(kCrews, "default", "a"));
  CHECK(written == done(door->get_scale(kCrews, "default", "a")));
  CHECK(written.at("spec") == json(R"({"replicas":3})"));
  CHECK(object.at("spec") == json(R"({"note":"n","team":{"size":3}})"));
  CHECK(generation_of(object) == generation_of(created) + 1);
  CHECK(object.at("metadata").at("labels") == json(R"({"k":"v"})"));

  // What else a Scale says is not for it to say.
  auto sent = written;
  sent.at("spec") = json(R"({"replicas":4})");
  sent.at("status") = json(R"({"replicas":9,"selector":"x"})");
  sent.at("metadata").as_object()["labels"] = json(R"({"k":"w"})");
  done(door->write(scaling(update(kCrews, sent))));
  const auto after = done(door->get(kCrews, "default", "a"));
  CHECK(size_of(after) == 4);
  CHECK(find(after, "status") == nullptr);
  CHECK(after.at("metadata").at("labels") == json(R"({"k":"v"})"));

  revision = door->revision();
  done(door->write(patch_scale(kCrews, "a", R"({"spec":{"replicas":4}})")));
  auto dry = patch_scale(kCrews, "a", R"({"spec":{"replicas":5}})");
  dry.dry_run = true;
  CHECK(done(door->write(dry)).at("spec") == json(R"({"replicas":5})"));
  CHECK(door->revision() == revision);
  CHECK(size_of(door->get(kCrews, "default", "a").object) == 4);

  // None said is 0 said.
  done(door->write(scaling(update(kCrews, scale("a", "{}")))));
  CHECK(size_of(door->get(kCrews, "default", "a").object) == 0);
}

TEST_CASE("a scale takes patches as its kind does") {
  const auto door = GATEFOLD_EVERY_DOOR();
  define(*door, "crews", "Crew", "Namespaced");
  done(door->write(create(kCrews, crew(R"({"team":{"size":1}})"))));
  done(door->write(patch_scale(kCrews, "a", R"([{"op":"test","path":"/spec/replicas","value":1},
    {"op":"replace","path":"/spec/replicas","value":2}])",
                               PatchType::kJson)));
  CHECK(size_of(door->get(kCrews, "default", "a").object) == 2);
  CHECK(door->write(patch_scale(kCrews, "a", R"([{"op":"test","path":"/spec/replicas","value":1}])",
                                PatchType::kJson))
            .reason == "Invalid");
  done(door->write(create(kDeployments, deployment(1))));
  done(door->write(
      patch_scale(kDeployments, "d", R"({"spec":{"replicas":6}})", PatchType::kStrategicMerge)));
  CHECK(integer_at(door->get(kDeployments, "default", "d").object, {"spec", "replicas"}, 0) == 6);
}

TEST_CASE("a scale is judged by the rules of the object") {
  const auto door = GATEFOLD_EVERY_DOOR();
  define(*door, "crews", "Crew", "Namespaced");
  done(door->write(create(kCrews, crew("{}"))));
  const auto revision = door->revision();
  const auto refused = [&](std::string_view spec) {
    const auto answer = door->write(scaling(update(kCrews, scale("a", spec))));
    return answer.reason + ": " + answer.message;
  };
  CHECK(refused(R"({"replicas":-1})") ==
        "Invalid: Crew.work.example.com \"a\" is invalid: .spec.team.size: Invalid value: -1: "
        "should be a non-negative integer");
  CHECK(refused(R"({"replicas":10})") ==
        "Invalid: Crew.work.example.com \"a\" is invalid: spec.team.size: Invalid value: 10: "
        "spec.team.size in body should be less than or equal to 9");
  CHECK(refused(R"({"replicas":7})") ==
        "Invalid: Crew.work.example.com \"a\" is invalid: spec.team.size: Invalid value: "
        "\"integer\": never seven");
  CHECK(refused(R"({"replicas":"3"})").starts_with("BadRequest: Scale in version \"v1\""));
  CHECK(refused(R"({"replicas":4294967296})").starts_with("BadRequest: Scale in version \"v1\""));
  const auto empty = door->write(patch_scale(kCrews, "a", R"({"status":{"replicas":1}})"));
  CHECK(empty.reason == "BadRequest");
  CHECK(empty.message == "the spec replicas field \".spec.team.size\" cannot be empty");

  done(door->write(create(kDeployments, deployment(1))));
  const auto negative = door->write(patch_scale(kDeployments, "d", R"({"spec":{"replicas":-1}})"));
  CHECK(negative.message ==
        "Scale.autoscaling \"d\" is invalid: spec.replicas: Invalid value: -1: must be greater "
        "than or equal to 0");
  CHECK(door->revision() == revision + 1);
}

TEST_CASE("the body of a scale is a Scale") {
  const auto door = GATEFOLD_EVERY_DOOR();
  define(*door, "crews", "Crew", "Namespaced");
  done(door->write(create(kCrews, crew(R"({"team":{"size":1}})"))));
  const auto refused = [&](Value body) {
    return door->write(scaling(command(engine::Verb::kUpdate, kCrews, "default", "a", body)))
        .message;
  };
  CHECK(refused(crew(R"({"team":{"size":1}})")) ==
        "the API version in the data (work.example.com/v1) does not match the expected API version "
        "(autoscaling/v1)");
  CHECK(refused(scale("b", "{}")) ==
        "the name of the object (b) does not match the name on the URL (a)");
  auto body = scale("a", "{}");
  body.at("metadata").as_object()["namespace"] = "other";
  CHECK(refused(body) ==
        "the namespace of the provided object does not match the namespace sent on the request");

  // Group, version and kind go without saying.
  body = json(R"({"metadata":{"name":"a"},"spec":{"replicas":2,"colour":"red"}})");
  auto sent = scaling(update(kCrews, body));
  const auto written = door->write(sent);
  REQUIRE(written.ok());
  CHECK(written.warnings == std::vector<std::string>{R"(unknown field "spec.colour")"});
  sent.field_validation = engine::FieldValidation::kStrict;
  CHECK(door->write(sent).message ==
        "Scale in version \"v1\" cannot be handled as a Scale: strict decoding error: unknown "
        "field \"spec.colour\"");
}

TEST_CASE("a scale is bound to what it says it was read from") {
  const auto door = GATEFOLD_EVERY_DOOR();
  define(*door, "crews", "Crew", "Namespaced");
  const auto created = done(door->write(create(kCrews, crew(R"({"team":{"size":1}})"))));
  done(door->write(patch_scale(kCrews, "a", R"({"spec":{"replicas":2}})")));
  auto sent = scale("a", R"({"replicas":3})");
  sent.at("metadata").as_object()["resourceVersion"] = version_of(created);
  CHECK(door->write(scaling(update(kCrews, sent))).reason == "Conflict");
  const auto stale = R"({"metadata":{"resourceVersion":")" + version_of(created) + R"("}})";
  CHECK(door->write(patch_scale(kCrews, "a", stale)).reason == "Conflict");
  sent.at("metadata").as_object()["resourceVersion"] =
      version_of(door->get(kCrews, "default", "a").object);
  done(door->write(scaling(update(kCrews, sent))));
  CHECK(size_of(door->get(kCrews, "default", "a").object) == 3);

  sent = scale("a", R"({"replicas":4})");
  sent.at("metadata").as_object()["uid"] = "00000000-0000-4000-8000-000000000000";
  CHECK(door->write(scaling(update(kCrews, sent))).reason == "Conflict");
  sent.at("metadata").as_object()["name"] = "none";
  CHECK(door->write(scaling(update(kCrews, sent))).reason == "Conflict");
  sent.at("metadata").as_object().erase("uid");
  CHECK(door->write(scaling(update(kCrews, sent))).reason == "NotFound");
  CHECK(door->write(patch_scale(kCrews, "none", "{}")).reason == "NotFound");

  done(door->write(create(kDeployments, deployment(1))));
  const auto other = door->write(patch_scale(
      kDeployments, "d", R"({"metadata":{"uid":"00000000-0000-4000-8000-000000000000"}})"));
  CHECK(other.reason == "Conflict");
  CHECK(
      other.message.starts_with("Operation cannot be fulfilled on deployments/scale.apps \"d\": "
                                "Precondition failed: UID in precondition: 0"));
}

TEST_CASE("kinds without a scale have none") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kGateways, gateway("web"))));
  const auto refused = door->write(patch_scale(kGateways, "web", R"({"spec":{"replicas":1}})"));
  CHECK(refused.reason == "NotFound");
  CHECK(refused.message == "gateways.gateway.networking.k8s.io \"web\" not found");
}

TEST_CASE("cluster-scoped kinds scale without a namespace") {
  const auto door = GATEFOLD_EVERY_DOOR();
  define(*door, "ships", "Ship", "Cluster");
  auto ship = crew(R"({"team":{"size":1}})");
  ship.as_object()["kind"] = "Ship";
  done(door->write(create(kShips, ship)));
  const auto written = done(door->write(patch_scale(kShips, "a", R"({"spec":{"replicas":2}})")));
  CHECK(find_path(written, {"metadata", "namespace"}) == nullptr);
  CHECK(written.at("spec") == json(R"({"replicas":2})"));
}

TEST_CASE("a scale is asked for as everything else") {
  TestWorld world;
  const ServedEngine served(world.world());
  HttpPeer peer(served.port());
  const std::string path = "/apis/apps/v1/namespaces/default/deployments";
  REQUIRE(peer.call("POST", path, {{"Content-Type", "application/json"}}, to_json(deployment(2)))
              .code == 201);
  const auto scale_path = path + "/d/scale";

  const auto table =
      peer.call("GET", scale_path, {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}})
          .json();
  std::vector<std::string> names;
  for (const auto& column : table.at("columnDefinitions").as_array())
    names.emplace_back(string_at(column, {"name"}));
  CHECK(names == std::vector<std::string>{"Name", "Desired", "Available", "Age"});
  CHECK(table.at("rows").at(0).at("cells") == json(R"(["d",2,0,"0s"])"));
  CHECK(peer.call("GET", scale_path, {{"Accept", "application/yaml"}})
            .body.contains("\nkind: Scale\n"));

  for (const auto* method : {"POST", "DELETE"}) {
    const auto refused = peer.call(method, scale_path);
    CHECK(refused.code == 405);
    CHECK(string_at(refused.json(), {"reason"}) == "MethodNotAllowed");
  }
  CHECK(peer.call("PATCH", scale_path, {{"Content-Type", "application/json"}}, "{}").code == 415);
}

}  // namespace gatefold::test
