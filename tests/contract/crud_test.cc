#include <set>

#include "tests/contract/objects.h"

namespace gatefold::test {
namespace {

constexpr std::string_view kGeneratedAlphabet = "bcdfghjklmnpqrstvwxz2456789";

Value with_owner(Value object, const Value& owner, bool blocks) {
  object.at("metadata").as_object()["ownerReferences"] =
      JsonArray{{{"apiVersion", *find(owner, "apiVersion")},
                 {"kind", *find(owner, "kind")},
                 {"name", name_in(owner)},
                 {"uid", uid_of_object(owner)},
                 {"blockOwnerDeletion", blocks}}};
  return object;
}

}  // namespace

TEST_CASE("what is created can be read (R6.1, R7.4, R7.5, R7.6, R27.4)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto sent = gateway("web");
  sent.at("metadata").as_object()["uid"] = "5";
  sent.at("metadata").as_object()["generation"] = 77;
  sent.at("metadata").as_object()["creationTimestamp"] = "2001-01-01T00:00:00Z";
  sent.as_object()["status"] = {{"addresses", JsonArray{{{"value", "10.0.0.1"}}}}};
  const auto created = done(door->write(create(kGateways, sent)));

  CHECK(created == done(door->get(kGateways, "default", "web")));
  CHECK(parse_uid(uid_of_object(created)).has_value());
  CHECK(generation_of(created) == 1);
  CHECK(version_of(created) == std::to_string(door->revision()));
  CHECK(string_at(created, {"metadata", "namespace"}) == "default");
  CHECK(string_at(created, {"metadata", "creationTimestamp"}) == "2026-01-02T03:04:05Z");
  CHECK(find_path(created, {"status", "addresses"}) == nullptr);
  CHECK(find_path(created, {"status", "conditions"})->as_array().size() == 2);
  const auto& listener = created.at("spec").at("listeners").at(0);
  CHECK(string_at(listener, {"allowedRoutes", "namespaces", "from"}) == "Same");

  const auto again = door->write(create(kGateways, gateway("web", "other")));
  CHECK(again.reason == "AlreadyExists");
  CHECK(created == done(door->get(kGateways, "default", "web")));
  CHECK(door->get(kGateways, "default", "nope").reason == "NotFound");
}

TEST_CASE("names are generated where there is a prefix (R6.6)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto sent = gateway("");
  sent.at("metadata").as_object()["generateName"] = "web-";
  std::set<std::string> names;
  for (int i = 0; i < 3; ++i) {
    const auto created = done(door->write(create(kGateways, sent)));
    const auto name = name_in(created);
    CHECK(name.size() == 9);
    CHECK(name.starts_with("web-"));
    CHECK(name.find_first_not_of(kGeneratedAlphabet, 4) == std::string::npos);
    CHECK(string_at(created, {"metadata", "generateName"}) == "web-");
    names.insert(name);
  }
  CHECK(names.size() == 3);

  sent.at("metadata").as_object()["generateName"] = std::string(70, 'a');
  CHECK(name_in(done(door->write(create(kGateways, sent)))).size() == 63);

  const auto nameless = door->write(create(kGateways, gateway("")));
  CHECK(nameless.reason == "Invalid");
  CHECK(fields_of(nameless).starts_with("metadata.name"));
}

TEST_CASE("an update replaces what the client owns (R6.9, R8.1)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto created = done(door->write(create(kGateways, gateway("web"))));
  door->world().advance(60);

  auto sent = created;
  sent.at("spec").as_object()["gatewayClassName"] = "y";
  sent.at("metadata").as_object()["generation"] = 9;
  sent.at("metadata").as_object()["creationTimestamp"] = "2001-01-01T00:00:00Z";
  const auto updated = done(door->write(update(kGateways, sent)));
  CHECK(generation_of(updated) == 2);
  CHECK(version_of(updated) == std::to_string(door->revision()));
  CHECK(version_of(updated) != version_of(created));
  CHECK(uid_of_object(updated) == uid_of_object(created));
  CHECK(string_at(updated, {"metadata", "creationTimestamp"}) == "2026-01-02T03:04:05Z");
  CHECK(string_at(updated, {"spec", "gatewayClassName"}) == "y");
  CHECK(done(door->get(kGateways, "default", "web")) == updated);

  const auto named = done(door->write(update(kGateways, labelled(updated, "a", "b"))));
  CHECK(generation_of(named) == 2);
  CHECK(version_of(named) != version_of(updated));

  auto lost = named;
  lost.at("metadata").as_object().erase("labels");
  CHECK(find_path(done(door->write(update(kGateways, lost))), {"metadata", "labels"}) == nullptr);
}

TEST_CASE("a write that changes nothing is no event (R6.4, R9.8)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto created = done(door->write(create(kGateways, gateway("web"))));
  const auto revision = door->revision();
  door->world().advance(60);

  CHECK(done(door->write(update(kGateways, created))) == created);
  CHECK(done(door->write(patch(kGateways, "web", JsonObject()))) == created);
  CHECK(done(door->write(patch(kGateways, "web", {{"spec", {{"gatewayClassName", "x"}}}}))) ==
        created);
  const auto same = json(R"([{"op":"replace","path":"/spec/gatewayClassName","value":"x"}])");
  CHECK(done(door->write(patch(kGateways, "web", same, engine::PatchType::kJson))) == created);
  CHECK(done(door->write(update_status(kGateways, created))) == created);
  CHECK(door->revision() == revision);
}

TEST_CASE("merge patches set, replace and delete (R9.4)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kGateways, labelled(labelled(gateway("web"), "a", "1"), "b", "2"))));
  const auto patched = done(door->write(patch(kGateways, "web", json(R"({
    "metadata":{"labels":{"a":null,"c":"3"}},
    "spec":{"listeners":[{"name":"tls","port":443,"protocol":"TCP"}]}})"))));
  CHECK(patched.at("metadata").at("labels") == json(R"({"b":"2","c":"3"})"));
  const auto& listeners = patched.at("spec").at("listeners").as_array();
  REQUIRE(listeners.size() == 1);
  CHECK(string_at(listeners[0], {"name"}) == "tls");
  CHECK(string_at(listeners[0], {"allowedRoutes", "namespaces", "from"}) == "Same");
  CHECK(generation_of(patched) == 2);
  CHECK(door->write(patch(kGateways, "nope", JsonObject())).reason == "NotFound");
}

TEST_CASE("JSON patches work as a whole or not at all (R9.3)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kGateways, gateway("web"))));
  const auto patched = done(door->write(patch(kGateways, "web", json(R"([
    {"op":"test","path":"/spec/gatewayClassName","value":"x"},
    {"op":"add","path":"/metadata/labels","value":{}},
    {"op":"add","path":"/metadata/labels/a~1b","value":"c"},
    {"op":"copy","from":"/spec/listeners/0","path":"/spec/listeners/-"},
    {"op":"replace","path":"/spec/listeners/1/name","value":"more"},
    {"op":"replace","path":"/spec/listeners/1/port","value":81}])"),
                                              engine::PatchType::kJson)));
  CHECK(patched.at("metadata").at("labels") == json(R"({"a/b":"c"})"));
  CHECK(patched.at("spec").at("listeners").as_array().size() == 2);

  const auto revision = door->revision();
  for (const auto* broken :
       {R"([{"op":"replace","path":"/spec/gatewayClassName","value":"y"},
            {"op":"test","path":"/spec/gatewayClassName","value":"z"}])",
        R"([{"op":"remove","path":"/spec/nope"}])", R"([{"op":"spin","path":"/spec"}])"}) {
    const auto answer =
        door->write(patch(kGateways, "web", json(broken), engine::PatchType::kJson));
    CHECK(answer.reason == "Invalid");
  }
  CHECK(door->revision() == revision);
  CHECK(done(door->get(kGateways, "default", "web")) == patched);
}

TEST_CASE("strategic merge patches know the keys of lists (R9.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kServices, json(R"({"apiVersion":"v1","kind":"Service",
    "metadata":{"name":"web"},
    "spec":{"ports":[{"name":"a","port":80},{"name":"b","port":81}]}})"))));
  const auto patched = done(door->write(
      patch(kServices, "web",
            json(R"({"spec":{"ports":[{"port":81,"targetPort":8081},{"port":80,"$patch":"delete"},
                                      {"name":"c","port":82}]}})"),
            engine::PatchType::kStrategicMerge)));
  const auto& ports = patched.at("spec").at("ports").as_array();
  REQUIRE(ports.size() == 2);
  CHECK(string_at(ports[0], {"name"}) == "b");
  CHECK(integer_at(ports[0], {"targetPort"}, 0) == 8081);
  CHECK(string_at(ports[1], {"name"}) == "c");
}

TEST_CASE("a patch makes nothing that is not there (R9.1)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto revision = door->revision();
  using enum engine::PatchType;
  const std::pair<engine::PatchType, std::string_view> patches[] = {
      {kJson, "[]"}, {kMerge, "{}"}, {kStrategicMerge, "{}"}};
  for (const auto& [type, body] : patches) {
    CHECK(door->write(patch(kConfigMaps, "nope", json(body), type)).reason == "NotFound");
  }
  CHECK(door->revision() == revision);
}

TEST_CASE("a deleted object is gone, and its name is free (R10.2, R10.4)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto first = done(door->write(create(kGateways, gateway("web"))));
  const auto removed = door->write(remove(kGateways, "web"));
  CHECK(removed.ok());
  CHECK(removed.object.is_null());
  CHECK(door->get(kGateways, "default", "web").reason == "NotFound");
  CHECK(door->write(remove(kGateways, "web")).reason == "NotFound");

  const auto second = done(door->write(create(kGateways, gateway("web"))));
  CHECK(uid_of_object(second) != uid_of_object(first));
  CHECK(generation_of(second) == 1);
}

TEST_CASE("finalizers hold a deleted object (R6.5, R6.11, R7.5, R10.3, R10.8)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kGateways, with_finalizer(gateway("web"), "example.com/hold"))));
  door->world().advance(5);
  const auto going = done(door->write(remove(kGateways, "web")));
  CHECK(string_at(going, {"metadata", "deletionTimestamp"}) == "2026-01-02T03:04:10Z");
  CHECK(integer_at(going, {"metadata", "deletionGracePeriodSeconds"}, -1) == 0);
  CHECK(generation_of(going) == 2);
  CHECK(done(door->write(remove(kGateways, "web"))) == going);

  const auto taken = door->write(create(kGateways, gateway("web")));
  CHECK(taken.reason == "AlreadyExists");
  CHECK(taken.message.starts_with("object is being deleted: "));
  const auto held = door->write(
      patch(kGateways, "web",
            json(R"({"metadata":{"finalizers":["example.com/hold","example.com/more"]}})")));
  CHECK(held.reason == "Invalid");
  CHECK(fields_of(held).starts_with("metadata.finalizers"));
  const auto kept = done(
      door->write(patch(kGateways, "web", json(R"({"metadata":{"deletionTimestamp":null}})"))));
  CHECK(kept == going);

  done(door->write(patch(kGateways, "web", json(R"({"metadata":{"finalizers":null}})"))));
  CHECK(door->get(kGateways, "default", "web").reason == "NotFound");
}

TEST_CASE("an update that lets go of the last finalizer deletes (R8.7, R10.9)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kGateways, with_finalizer(gateway("web"), "example.com/hold"))));
  auto going = done(door->write(remove(kGateways, "web")));
  going.at("metadata").as_object().erase("finalizers");
  const auto opened =
      door->watch({.resource = kGateways, .resource_version = std::to_string(door->revision())});
  REQUIRE(opened.refusal.ok());
  done(door->write(update(kGateways, going)));
  const auto seen = opened.watch->next();
  REQUIRE(seen.has_value());
  CHECK(seen->type == "DELETED");
  CHECK(version_of(seen->object) == std::to_string(door->revision()));
  CHECK(version_of(seen->object) != version_of(going));
  CHECK(door->get(kGateways, "default", "web").reason == "NotFound");
}

TEST_CASE("core kinds have their own ways (R8.1, R8.2)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto created = done(door->write(create(kConfigMaps, config_map("web"))));
  CHECK(find_path(created, {"metadata", "generation"}) == nullptr);
  auto sent = config_map("web");
  sent.as_object()["data"] = {{"a", "b"}};
  const auto updated = done(door->write(update(kConfigMaps, sent)));
  CHECK(string_at(updated, {"data", "a"}) == "b");
  CHECK(uid_of_object(updated) == uid_of_object(created));
  CHECK(door->write(update(kConfigMaps, config_map("nope"))).reason == "NotFound");

  const auto service = json(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},
    "spec":{"ports":[{"port":80}]}})");
  const auto made = done(door->write(update(kServices, service)));
  CHECK(string_at(made, {"spec", "type"}) == "ClusterIP");
  CHECK(done(door->get(kServices, "default", "web")) == made);
}

TEST_CASE("one object, several versions (R19.10)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const Resource old_routes{kRoutes.group, "v1beta1", kRoutes.plural};
  const auto created = done(door->write(create(
      old_routes, json(R"({"apiVersion":"gateway.networking.k8s.io/v1beta1","kind":"HTTPRoute",
               "metadata":{"name":"web"},"spec":{"hostnames":["a.example"]}})"))));
  CHECK(string_at(created, {"apiVersion"}) == "gateway.networking.k8s.io/v1beta1");
  auto expected = created;
  expected.as_object()["apiVersion"] = "gateway.networking.k8s.io/v1";
  CHECK(done(door->get(kRoutes, "default", "web")) == expected);
  CHECK(done(door->get(old_routes, "default", "web")) == created);

  const auto revision = door->revision();
  CHECK(done(door->write(update(kRoutes, expected))) == expected);
  CHECK(door->revision() == revision);
}

TEST_CASE("orphaned dependents stay and forget their owner (R10.6, R10.7)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto owner = done(door->write(create(kGateways, gateway("owner"))));
  done(door->write(create(kConfigMaps, with_owner(config_map("child"), owner, true))));
  auto orphaning = remove(kGateways, "owner");
  orphaning.delete_options.propagation = engine::Propagation::kOrphan;
  CHECK(door->write(std::move(orphaning)).ok());
  CHECK(eventually([&] { return door->get(kGateways, "default", "owner").reason == "NotFound"; }));
  const auto child = done(door->get(kConfigMaps, "default", "child"));
  const auto* owners = find_path(child, {"metadata", "ownerReferences"});
  CHECK((owners == nullptr || owners->as_array().empty()));
}

TEST_CASE("foreground deletion waits for dependents (R10.6, R10.7)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto owner = done(door->write(create(kGateways, gateway("owner"))));
  done(door->write(create(kConfigMaps, with_finalizer(with_owner(config_map("child"), owner, true),
                                                      "example.com/hold"))));
  auto removal = remove(kGateways, "owner");
  removal.delete_options.propagation = engine::Propagation::kForeground;
  CHECK(string_at(done(door->write(std::move(removal))), {"metadata", "deletionTimestamp"}) != "");
  CHECK(eventually([&] {
    const auto child = door->get(kConfigMaps, "default", "child");
    return !string_at(child.object, {"metadata", "deletionTimestamp"}).empty();
  }));
  CHECK(door->get(kGateways, "default", "owner").ok());
  done(door->write(patch(kConfigMaps, "child", json(R"({"metadata":{"finalizers":null}})"))));
  CHECK(eventually([&] { return door->get(kGateways, "default", "owner").reason == "NotFound"; }));
  CHECK(door->get(kConfigMaps, "default", "child").reason == "NotFound");
}

TEST_CASE("unknown fields are pruned, told of, or refused (R5.3, R5.4)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto sent = gateway("web");
  sent.at("spec").as_object()["wrong"] = 1;
  sent.at("metadata").as_object()["odd"] = 2;

  auto strict = create(kGateways, sent);
  strict.field_validation = engine::FieldValidation::kStrict;
  const auto refused = door->write(strict);
  CHECK(refused.reason == "BadRequest");
  CHECK(refused.message.contains("unknown field \"spec.wrong\""));
  CHECK(refused.message.contains("unknown field \"metadata.odd\""));

  const auto warned = door->write(create(kGateways, sent));
  CHECK(warned.warnings == std::vector<std::string>{R"(unknown field "metadata.odd")",
                                                    R"(unknown field "spec.wrong")"});
  CHECK(find_path(done(warned), {"spec", "wrong"}) == nullptr);

  auto silent = patch(kGateways, "web", json(R"({"spec":{"wrong":1}})"));
  silent.field_validation = engine::FieldValidation::kIgnore;
  const auto pruned = door->write(silent);
  CHECK(pruned.warnings.empty());
  CHECK(done(pruned) == warned.object);

  silent.field_validation = engine::FieldValidation::kStrict;
  CHECK(door->write(silent).reason == "Invalid");
}

TEST_CASE("labels of a slice and annotations of a Deployment count for their generation (R6.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const Resource slices{"discovery.k8s.io", "v1", "endpointslices"};
  done(door->write(create(slices, json(R"({"metadata":{"name":"a"},"addressType":"IPv4",
      "endpoints":[]})"))));
  const auto labelling = json(R"({"metadata":{"labels":{"a":"b"}}})");
  const auto annotating = json(R"({"metadata":{"annotations":{"a":"b"}}})");
  CHECK(generation_of(done(door->write(patch(slices, "a", annotating)))) == 1);
  CHECK(generation_of(done(door->write(patch(slices, "a", labelling)))) == 2);

  const Resource deployments{"apps", "v1", "deployments"};
  done(door->write(create(deployments, json(R"({"metadata":{"name":"a"},"spec":{
      "selector":{"matchLabels":{"a":"b"}},
      "template":{"metadata":{"labels":{"a":"b"}},
        "spec":{"containers":[{"name":"a","image":"a"}]}}}})"))));
  CHECK(generation_of(done(door->write(patch(deployments, "a", labelling)))) == 1);
  CHECK(generation_of(done(door->write(patch(deployments, "a", annotating)))) == 2);
}

}  // namespace gatefold::test
