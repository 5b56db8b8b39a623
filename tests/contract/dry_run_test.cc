#include "tests/contract/objects.h"

namespace gatefold::test {
namespace {

engine::Command dry(engine::Command command) {
  command.dry_run = true;
  return command;
}

Value without_version(Value object) {
  object.at("metadata").as_object().erase("resourceVersion");
  return object;
}

}  // namespace

TEST_CASE("a dry run answers as the write would and leaves nothing (R5.1)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto web = done(door->write(create(kGateways, gateway("web"))));
  const auto held =
      done(door->write(create(kGateways, with_finalizer(gateway("held"), "example.com/hold"))));
  const auto revision = door->revision();

  const auto created = done(door->write(dry(create(kGateways, gateway("new")))));
  CHECK(parse_uid(uid_of_object(created)).has_value());
  CHECK(version_of(created).empty());
  CHECK(generation_of(created) == 1);
  CHECK(door->get(kGateways, "default", "new").reason == "NotFound");

  auto changed = web;
  changed.at("spec").as_object()["gatewayClassName"] = "y";
  const auto updated = done(door->write(dry(update(kGateways, changed))));
  CHECK(generation_of(updated) == 2);
  CHECK(string_at(updated, {"spec", "gatewayClassName"}) == "y");
  CHECK(version_of(updated) == version_of(web));

  const auto patched =
      done(door->write(dry(patch(kGateways, "web", {{"spec", {{"gatewayClassName", "y"}}}}))));
  CHECK(without_version(patched) == without_version(updated));

  CHECK(door->write(dry(remove(kGateways, "web"))).ok());
  const auto going = done(door->write(dry(remove(kGateways, "held"))));
  CHECK_FALSE(string_at(going, {"metadata", "deletionTimestamp"}).empty());

  CHECK(door->revision() == revision);
  CHECK(done(door->get(kGateways, "default", "web")) == web);
  CHECK(done(door->get(kGateways, "default", "held")) == held);
}

TEST_CASE("a dry run of a status write moves no time and counts no sighting (R5.1)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto web = done(door->write(create(kGateways, gateway("web"))));
  const auto revision = door->revision();
  auto sent = web;
  auto& accepted = sent.at("status").at("conditions").at(0).as_object();
  accepted["lastTransitionTime"] = "2025-01-01T00:00:00Z";
  CHECK(done(door->write(dry(update_status(kGateways, sent)))) == web);
  accepted["status"] = "True";
  const auto shown = done(door->write(dry(update_status(kGateways, sent))));
  CHECK(string_at(shown.at("status").at("conditions").at(0), {"status"}) == "True");
  CHECK(door->revision() == revision);
  CHECK(door->ledger("default").empty());
  CHECK(door->sightings({"gateways.gateway.networking.k8s.io", "default", "web"}) == 0);
}

TEST_CASE("a dry run fails as the write would (R5.1)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto web = done(door->write(create(kGateways, gateway("web"))));
  done(door->write(update(kGateways, labelled(web, "a", "b"))));
  CHECK(door->write(dry(create(kGateways, gateway("web")))).reason == "AlreadyExists");
  CHECK(door->write(dry(create(kGateways, gateway("Bad_Name")))).reason == "Invalid");
  CHECK(door->write(dry(update(kGateways, web))).reason == "Conflict");
  CHECK(door->write(dry(remove(kGateways, "nope"))).reason == "NotFound");
  auto elsewhere = create(kGateways, gateway("web"));
  elsewhere.name_space = "nowhere";
  CHECK(door->write(dry(elsewhere)).reason == "NotFound");
}

}  // namespace gatefold::test
