#include "tests/contract/objects.h"

namespace gatefold::test {
namespace {

const Resource kDefinitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions", false};
const Resource kFoos{"lc.example.com", "v1", "foos"};
constexpr auto kName = "foos.lc.example.com";

// One rule, one default, one field that is not declared in what is sent below.
Value definition(std::string_view plural = "foos", std::string_view kind = "Foo") {
  auto object = json(R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
    "metadata":{},"spec":{"group":"lc.example.com","scope":"Namespaced","names":{},
    "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},
      "schema":{"openAPIV3Schema":{"type":"object","properties":{
        "spec":{"type":"object","properties":{
          "size":{"type":"integer","x-kubernetes-validations":[
            {"rule":"self < 10","message":"a digit"}]},
          "colour":{"type":"string","default":"red"}}},
        "status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}]}})");
  object.at("metadata").as_object()["name"] = std::string(plural) + ".lc.example.com";
  object.at("spec").at("names") = {{"plural", plural}, {"kind", kind}};
  return object;
}

Value foo(std::string_view name, int size) {
  return {{"apiVersion", "lc.example.com/v1"},
          {"kind", "Foo"},
          {"metadata", {{"name", name}}},
          {"spec", {{"size", size}, {"unknown", true}}}};
}

// `NamesAccepted=True/NoConflicts`
std::string condition(const Value& object, std::string_view type) {
  const auto* conditions = find_path(object, {"status", "conditions"});
  if (conditions == nullptr || !conditions->is_array()) return {};
  for (const auto& entry : conditions->as_array()) {
    if (string_at(entry, {"type"}) != type) continue;
    return std::string(string_at(entry, {"status"})) + "/" +
           std::string(string_at(entry, {"reason"}));
  }
  return {};
}

bool is_established(Door& door, const std::string& name) {
  return condition(door.get(kDefinitions, "", name).object, "Established") ==
         "True/InitialNamesAccepted";
}

void define(Door& door, Value object) {
  const auto name = name_in(object);
  done(door.write(create(kDefinitions, std::move(object))));
  REQUIRE(eventually([&] { return is_established(door, name); }));
}

}  // namespace

TEST_CASE(
    "a kind is served from the moment that its definition is established (R2.9, R7.7, R19.2, "
    "R19.5, R19.13, R19.14)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  CHECK(door->write(create(kFoos, foo("a", 1))).reason == "NotFound");
  const auto created = done(door->write(create(kDefinitions, definition())));
  CHECK(string_at(created, {"spec", "names", "singular"}) == "foo");
  CHECK(string_at(created, {"spec", "names", "listKind"}) == "FooList");
  CHECK(created.at("status").at("storedVersions") == json(R"(["v1"])"));
  REQUIRE(eventually([&] { return is_established(*door, kName); }));
  CHECK(condition(door->get(kDefinitions, "", kName).object, "NamesAccepted") ==
        "True/NoConflicts");

  const auto one = done(door->write(create(kFoos, foo("a", 1))));
  CHECK(one.at("spec") == json(R"({"colour":"red","size":1})"));
  const auto refused = door->write(create(kFoos, foo("b", 10)));
  CHECK(refused.reason == "Invalid");
  CHECK(refused.message ==
        R"(Foo.lc.example.com "b" is invalid: spec.size: Invalid value: "integer": a digit)");
  CHECK(door->list({.resource = kFoos}).items.size() == 1);
}

TEST_CASE("a definition that makes no sense is refused (R19.4)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto revision = door->revision();
  auto wrong = definition();
  wrong.at("metadata").as_object()["name"] = "x.lc.example.com";
  CHECK(door->write(create(kDefinitions, wrong)).message ==
        R"(CustomResourceDefinition.apiextensions.k8s.io "x.lc.example.com" is invalid: )"
        R"(metadata.name: Invalid value: "x.lc.example.com": must be )"
        R"(spec.names.plural+"."+spec.group)");
  CHECK(door->revision() == revision);
}

TEST_CASE("a changed definition judges what comes next, and what is there stays (R19.24)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  define(*door, definition());
  done(door->write(create(kFoos, foo("a", 9))));
  auto versions = definition().at("spec").at("versions");
  boost::system::error_code missing;
  auto* rule = versions.find_pointer(
      "/0/schema/openAPIV3Schema/properties/spec/properties/size/x-kubernetes-validations/0/rule",
      missing);
  REQUIRE(rule != nullptr);
  *rule = "self < 5";
  done(door->write(patch(kDefinitions, kName, {{"spec", {{"versions", versions}}}})));
  CHECK(door->write(create(kFoos, foo("b", 6))).reason == "Invalid");
  // What was broken by the change and is left as it is is a warning (R19.24).
  const auto kept = door->write(patch(kFoos, "a", json(R"({"metadata":{"labels":{"x":"y"}}})")));
  CHECK(kept.ok());
  CHECK(kept.warnings ==
        std::vector<std::string>{R"(spec.size: Invalid value: "integer": a digit)"});
  CHECK(door->write(patch(kFoos, "a", json(R"({"spec":{"size":7}})"))).reason == "Invalid");
}

TEST_CASE("a definition takes its objects with it and waits for what holds on (R19.8)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  define(*door, definition());
  done(door->write(create(kFoos, foo("loose", 1))));
  done(door->write(create(kFoos, with_finalizer(foo("held", 1), "example.com/hold"))));
  const auto going = done(door->write(remove(kDefinitions, kName)));
  CHECK_FALSE(string_at(going, {"metadata", "deletionTimestamp"}).empty());
  CHECK(condition(going, "Terminating") == "True/InstanceDeletionPending");
  CHECK(eventually([&] { return door->get(kFoos, "default", "loose").reason == "NotFound"; }));
  CHECK(eventually([&] {
    return condition(door->get(kDefinitions, "", kName).object, "Terminating") ==
           "True/InstanceDeletionInProgress";
  }));
  CHECK(door->write(create(kFoos, foo("late", 1))).reason == "MethodNotAllowed");

  done(door->write(patch(kFoos, "held", json(R"({"metadata":{"finalizers":null}})"))));
  CHECK(eventually([&] { return door->get(kDefinitions, "", kName).reason == "NotFound"; }));
  CHECK(door->get(kFoos, "default", "held").reason == "NotFound");
  // The same name again is another kind, without the old objects.
  define(*door, definition());
  CHECK(door->list({.resource = kFoos}).items.empty());
}

TEST_CASE("a watch ends with its definition, once all is told (R16.17)") {
  const auto door = open_door(GENERATE(DoorKind::kEmbedded, DoorKind::kHttp));
  define(*door, definition());
  done(door->write(create(kFoos, foo("a", 1))));
  const auto opened =
      door->watch({.resource = kFoos, .resource_version = std::to_string(door->revision())});
  REQUIRE(opened.refusal.ok());
  done(door->write(remove(kDefinitions, kName)));
  const auto seen = opened.watch->next();
  REQUIRE(seen.has_value());
  CHECK(seen->type == "DELETED");
  CHECK_FALSE(opened.watch->next().has_value());
  CHECK(door->watch({.resource = kFoos}).refusal.reason == "NotFound");
}

TEST_CASE("a watch ends with its definition though there is another by now (R16.17)") {
  const auto door = open_door(GENERATE(DoorKind::kEmbedded, DoorKind::kHttp));
  define(*door, definition());
  done(door->write(create(kFoos, foo("a", 1))));
  const auto opened =
      door->watch({.resource = kFoos, .resource_version = std::to_string(door->revision())});
  REQUIRE(opened.refusal.ok());
  done(door->write(remove(kDefinitions, kName)));
  CHECK(eventually([&] { return door->get(kDefinitions, "", kName).reason == "NotFound"; }));
  define(*door, definition());
  const auto made = done(door->write(create(kFoos, foo("of-the-other", 1))));
  const auto seen = opened.watch->next();
  REQUIRE(seen.has_value());
  CHECK(seen->type == "DELETED");
  CHECK(name_in(seen->object) == "a");
  CHECK_FALSE(opened.watch->next().has_value());
  const auto again = door->watch({.resource = kFoos});
  REQUIRE(again.refusal.ok());
  CHECK(again.watch->next()->object == made);
}

TEST_CASE("a watch ends when its version is no longer served (R16.17, R19.9)") {
  const auto door = open_door(GENERATE(DoorKind::kEmbedded, DoorKind::kHttp));
  define(*door, definition());
  const auto opened = door->watch({.resource = kFoos});
  REQUIRE(opened.refusal.ok());
  auto versions = definition().at("spec").at("versions");
  auto next = versions.as_array()[0];
  next.as_object()["name"] = "v2";
  next.as_object()["storage"] = false;
  versions.as_array().push_back(next);
  versions.as_array()[0].as_object()["served"] = false;
  done(door->write(patch(kDefinitions, kName, {{"spec", {{"versions", versions}}}})));
  CHECK_FALSE(opened.watch->next().has_value());
  auto v2 = kFoos;
  v2.version = "v2";
  CHECK(door->watch({.resource = v2}).refusal.ok());
}

TEST_CASE("names that are in use wait until they are free (R19.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  define(*door, definition());
  done(door->write(create(kDefinitions, definition("foo2s", "Foo"))));
  const std::string second = "foo2s.lc.example.com";
  CHECK(eventually([&] {
    return condition(door->get(kDefinitions, "", second).object, "NamesAccepted") ==
           "False/ListKindConflict";
  }));
  const Resource foo2s{"lc.example.com", "v1", "foo2s"};
  CHECK(door->get(foo2s, "default", "a").reason == "NotFound");
  done(door->write(remove(kDefinitions, kName)));
  CHECK(eventually([&] { return is_established(*door, second); }));
  CHECK(door->list({.resource = foo2s}).items.empty());
}

TEST_CASE("a known spec does not stand for an approval (R19.4)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const std::string name = "udproutes.gateway.networking.k8s.io";
  auto known = done(door->get(kDefinitions, "", name));
  done(door->write(remove(kDefinitions, name)));
  REQUIRE(eventually([&] { return door->get(kDefinitions, "", name).reason == "NotFound"; }));
  auto& metadata = known.at("metadata").as_object();
  metadata.erase("resourceVersion");
  metadata.erase("uid");
  metadata.at("annotations").as_object().erase("api-approved.kubernetes.io");
  CHECK(fields_of(door->write(create(kDefinitions, known))) ==
        "metadata.annotations[api-approved.kubernetes.io]");
}

TEST_CASE("the kinds of the Gateway API are definitions") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto gateways = done(door->get(kDefinitions, "", "gateways.gateway.networking.k8s.io"));
  CHECK(condition(gateways, "Established") == "True/InitialNamesAccepted");
  CHECK(string_at(gateways, {"metadata", "annotations", "gateway.networking.k8s.io/channel"}) ==
        "standard");
  // What somebody deleted stays away, whatever is opened again.
  done(door->write(remove(kDefinitions, "udproutes.gateway.networking.k8s.io")));
  CHECK(eventually([&] {
    return door->get(kDefinitions, "", "udproutes.gateway.networking.k8s.io").reason == "NotFound";
  }));
  CHECK(door->get(kDefinitions, "", "udproutes.gateway.networking.k8s.io").reason == "NotFound");
}

}  // namespace gatefold::test
