#include "tests/contract/objects.h"

namespace gatefold::test {

TEST_CASE("an update of a stale version is a conflict (R8.3)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto first = done(door->write(create(kGateways, gateway("web"))));
  done(door->write(update(kGateways, labelled(first, "a", "b"))));
  const auto revision = door->revision();

  const auto stale = door->write(update(kGateways, labelled(first, "a", "c")));
  CHECK(stale.reason == "Conflict");
  CHECK(stale.message.contains("the object has been modified"));
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
  CHECK(fields_of(missing) == "metadata.resourceVersion");
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
  done(door->write(create(kConfigMaps, config_map("web"))));
  const auto wrong = door->write(update(kConfigMaps, sent));
  CHECK(wrong.reason == "Conflict");
  CHECK(wrong.message.contains("UID in precondition: " + uid_of_object(first)));
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
  CHECK(door->write(sent).reason == "BadRequest");
  auto elsewhere = gateway("there");
  elsewhere.at("metadata").as_object()["namespace"] = "kube-system";
  CHECK(door->write(create(kGateways, elsewhere)).reason == "BadRequest");
}

TEST_CASE("a deletion may name the life and the version that it means (R10.4)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto first = done(door->write(create(kGateways, gateway("web"))));
  const auto second = done(door->write(update(kGateways, labelled(first, "a", "b"))));
  auto removal = remove(kGateways, "web");
  removal.delete_options.uid = "zz";
  CHECK(door->write(removal).reason == "Conflict");
  removal.delete_options.uid = uid_of_object(first);
  removal.delete_options.resource_version = version_of(first);
  CHECK(door->write(removal).reason == "Conflict");
  CHECK(done(door->get(kGateways, "default", "web")) == second);
  removal.delete_options.resource_version = version_of(second);
  CHECK(door->write(removal).ok());
  CHECK(door->get(kGateways, "default", "web").reason == "NotFound");
}

}  // namespace gatefold::test
