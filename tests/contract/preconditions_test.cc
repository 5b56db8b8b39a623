#include "tests/contract/objects.h"

namespace gatefold::test {

TEST_CASE("an update of a stale version is a conflict (R8.3)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto first = done(door->write(create(kGateways, gateway("web"))));
  done(door->write(update(kGateways, labelled(first, "a", "b"))));
  const auto revision = door->revision();

  const auto stale = door->write(update(kGateways, labelled(first, "a", "c")));
  CHECK(stale.reason == "Conflict");
  CHECK(stale.message ==
        R"(Operation cannot be fulfilled on gateways.gateway.networking.k8s.io "web": the object )"
        "has been modified; please apply your changes to the latest version and try again");
  CHECK(door->write(update_status(kGateways, first)).reason == "Conflict");
  CHECK(door->revision() == revision);
}

TEST_CASE("custom kinds want a version in an update (R8.2)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto sent = done(door->write(create(kGateways, gateway("web"))));
  auto& metadata = sent.at("metadata").as_object();
  metadata.erase("resourceVersion");
  const auto missing = door->write(update(kGateways, sent));
  CHECK(missing.reason == "Invalid");
  CHECK(missing.message ==
        R"(gateways.gateway.networking.k8s.io "web" is invalid: metadata.resourceVersion: )"
        "Invalid value: 0x0: must be specified for an update");
  metadata["resourceVersion"] = "soon";
  CHECK(door->write(update(kGateways, sent)).reason == "BadRequest");
  metadata["resourceVersion"] = "999999";
  CHECK(door->write(update(kGateways, sent)).reason == "Conflict");
}

TEST_CASE("a uid in an update names one life of an object (R8.4, R8.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto first = done(door->write(create(kConfigMaps, config_map("web"))));
  CHECK(door->write(remove(kConfigMaps, "web")).ok());
  auto sent = config_map("web");
  sent.at("metadata").as_object()["uid"] = uid_of_object(first);
  CHECK(door->write(update(kConfigMaps, sent)).reason == "Conflict");
  const auto second = done(door->write(create(kConfigMaps, config_map("web"))));
  // The uid is looked at before the version.
  sent.at("metadata").as_object()["resourceVersion"] = version_of(first);
  const auto wrong = door->write(update(kConfigMaps, sent));
  CHECK(wrong.reason == "Conflict");
  CHECK(
      wrong.message.ends_with("Precondition failed: UID in precondition: " + uid_of_object(first) +
                              ", UID in object meta: " + uid_of_object(second)));
}

TEST_CASE("what is created by an update is not created under the uid of an earlier life (R8.1)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto service = json(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},
    "spec":{"ports":[{"port":80}]}})");
  const auto first = done(door->write(create(kServices, service)));
  done(door->write(remove(kServices, "web")));
  service.at("metadata").as_object()["uid"] = uid_of_object(first);
  CHECK(door->write(update(kServices, service)).reason == "Conflict");
  service.at("metadata").as_object().erase("uid");
  done(door->write(update(kServices, service)));
}

TEST_CASE("a patch conflicts only where it names a version (R9.6)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto first = done(door->write(create(kGateways, gateway("web"))));
  const auto second =
      done(door->write(patch(kGateways, "web", {{"spec", {{"gatewayClassName", "y"}}}})));
  const JsonObject stated{{"metadata", {{"resourceVersion", version_of(first)}}},
                          {"spec", {{"gatewayClassName", "z"}}}};
  CHECK(door->write(patch(kGateways, "web", stated)).reason == "Conflict");
  CHECK(done(door->get(kGateways, "default", "web")) == second);

  const JsonObject current{{"metadata", {{"resourceVersion", version_of(second)}}},
                           {"spec", {{"gatewayClassName", "z"}}}};
  done(door->write(patch(kGateways, "web", current)));
  const auto tested = JsonArray{
      {{"op", "test"}, {"path", "/metadata/resourceVersion"}, {"value", version_of(second)}}};
  CHECK(door->write(patch(kGateways, "web", tested, engine::PatchType::kJson)).reason == "Invalid");
}

TEST_CASE("identity can't be patched (R6.9, R9.6)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kGateways, gateway("web"))));
  const auto uid = door->write(patch(kGateways, "web", json(R"({"metadata":{"uid":"zz"}})")));
  CHECK(uid.reason == "Invalid");
  CHECK(fields_of(uid).starts_with("metadata.uid"));
  CHECK(door->write(patch(kGateways, "web", json(R"({"metadata":{"name":"other"}})"))).reason ==
        "BadRequest");
  CHECK(
      door->write(patch(kGateways, "web", json(R"({"metadata":{"namespace":"other"}})"))).reason ==
      "BadRequest");
}

TEST_CASE("a body names the object of the request (R6.7, R6.8)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto created = done(door->write(create(kGateways, gateway("web"))));
  auto sent = update(kGateways, created);
  sent.name = "other";
  const auto misnamed = door->write(sent);
  CHECK(misnamed.reason == "BadRequest");
  CHECK(misnamed.message ==
        "the name of the object (web) does not match the name on the URL (other)");
  sent.name = "web";
  sent.body.at("metadata").as_object().erase("name");
  CHECK(door->write(sent).message ==
        "the name of the object (web based on URL) was undeterminable: name must be provided");
  auto elsewhere = gateway("there");
  elsewhere.at("metadata").as_object()["namespace"] = "kube-system";
  const auto misplaced = door->write(create(kGateways, elsewhere));
  CHECK(misplaced.reason == "BadRequest");
  CHECK(misplaced.message ==
        "the namespace of the provided object does not match the namespace sent on the request");
  elsewhere.at("metadata").as_object().erase("namespace");
  CHECK(string_at(done(door->write(create(kGateways, elsewhere))), {"metadata", "namespace"}) ==
        "default");
}

TEST_CASE("a deletion may name the life and the version that it means (R10.4)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto first = done(door->write(create(kGateways, gateway("web"))));
  const auto second = done(door->write(update(kGateways, labelled(first, "a", "b"))));
  auto removal = remove(kGateways, "web");
  removal.delete_options.uid = "zz";
  const std::string conflict =
      R"(Operation cannot be fulfilled on Gateway.gateway.networking.k8s.io "web": )";
  const auto other_life = door->write(removal);
  CHECK(other_life.reason == "Conflict");
  CHECK(other_life.message ==
        conflict + "the UID in the precondition (zz) does not match the UID in record (" +
            uid_of_object(first) + "). The object might have been deleted and then recreated");
  removal.delete_options.uid = uid_of_object(first);
  removal.delete_options.resource_version = version_of(first);
  const auto other_version = door->write(removal);
  CHECK(other_version.reason == "Conflict");
  CHECK(other_version.message == conflict + "the ResourceVersion in the precondition (" +
                                     version_of(first) +
                                     ") does not match the ResourceVersion in record (" +
                                     version_of(second) + "). The object might have been modified");
  CHECK(done(door->get(kGateways, "default", "web")) == second);
  removal.delete_options.resource_version = version_of(second);
  CHECK(door->write(removal).ok());
  CHECK(door->get(kGateways, "default", "web").reason == "NotFound");
}

}  // namespace gatefold::test
