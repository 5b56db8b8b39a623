// Owners and dependents: what the garbage collector makes of them.
#include <fmt/format.h>

#include "schema/meta.h"
#include "tests/contract/objects.h"

namespace gatefold::test {
namespace {

const Resource kNodes{"", "v1", "nodes", false};
const Resource kDefinitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions", false};
const Resource kEvents{"", "v1", "events"};

Value reference_to(const Value& owner, bool blocks = false) {
  return {{"apiVersion", string_at(owner, {"apiVersion"})},
          {"kind", string_at(owner, {"kind"})},
          {"name", name_in(owner)},
          {"uid", uid_of_object(owner)},
          {"blockOwnerDeletion", blocks}};
}

Value owned(Value object, std::vector<Value> references) {
  JsonArray list(references.begin(), references.end());
  object.at("metadata").as_object()["ownerReferences"] = std::move(list);
  return object;
}

Value kept(Door& door, const std::string& name) {
  return done(door.write(create(kConfigMaps, config_map(name))));
}

Value kept(Door& door, const std::string& name, std::vector<Value> references) {
  return done(door.write(create(kConfigMaps, owned(config_map(name), std::move(references)))));
}

Answer found(Door& door, const std::string& name) {
  return door.get(kConfigMaps, "default", name);
}

bool is_gone(Door& door, const std::string& name) {
  return found(door, name).reason == "NotFound";
}

std::vector<std::string> owners_of(Door& door, const std::string& name) {
  return owner_uids_of(found(door, name).object);
}

Answer remove_with(Door& door, const std::string& name, engine::Propagation propagation) {
  auto command = remove(kConfigMaps, name);
  command.delete_options.propagation = propagation;
  return door.write(command);
}

// A command that reactors take up after everything before it, so that what they leave alone by then
// is left alone.
void settle(Door& door, const std::string& name) {
  const auto owner = kept(door, name);
  kept(door, name + "-dependent", {reference_to(owner)});
  done(door.write(remove(kConfigMaps, name)));
  CHECK(eventually([&] { return is_gone(door, name + "-dependent"); }));
}

}  // namespace

TEST_CASE("dependents go after their owner, whatever it was deleted with (R10.7)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto owner = kept(*door, "owner");
  const auto child = kept(*door, "child", {reference_to(owner)});
  kept(*door, "grandchild", {reference_to(child)});
  kept(*door, "bystander");
  if (GENERATE(false, true)) {
    done(door->write(remove(kConfigMaps, "owner")));
  } else {
    done(remove_with(*door, "owner", engine::Propagation::kBackground));
  }
  CHECK(is_gone(*door, "owner"));
  CHECK(eventually([&] { return is_gone(*door, "child") && is_gone(*door, "grandchild"); }));
  CHECK(found(*door, "bystander").ok());
  const auto event = door->newest("configmaps");
  CHECK(event.actor.user == "system:serviceaccount:kube-system:generic-garbage-collector");
}

TEST_CASE("while one owner is left only references to the others are dropped (R10.7)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto one = kept(*door, "one");
  const auto other = kept(*door, "other");
  // Whichever of its references says so.
  kept(*door, "last", {reference_to(one), reference_to(other)});
  kept(*door, "first", {reference_to(other), reference_to(one)});
  done(door->write(remove(kConfigMaps, "one")));
  for (const auto* dependent : {"last", "first"}) {
    CHECK(eventually([&] {
      return owners_of(*door, dependent) == std::vector<std::string>{uid_of_object(other)};
    }));
  }
  done(door->write(remove(kConfigMaps, "other")));
  CHECK(eventually([&] { return is_gone(*door, "last") && is_gone(*door, "first"); }));
}

TEST_CASE("an owner is its uid under its name: whoever took the name since is none (R10.7)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto before = kept(*door, "owner");
  done(door->write(remove(kConfigMaps, "owner")));
  const auto now = kept(*door, "owner");
  kept(*door, "late", {reference_to(before)});
  auto misnamed = reference_to(now);
  misnamed.as_object()["name"] = "somebody";
  kept(*door, "misnamed", {misnamed});
  auto odd = reference_to(now);
  odd.as_object()["uid"] = "no-uid-at-all";
  kept(*door, "odd", {odd});
  kept(*door, "right", {reference_to(now)});
  CHECK(eventually([&] {
    return is_gone(*door, "late") && is_gone(*door, "misnamed") && is_gone(*door, "odd");
  }));
  settle(*door, "other");
  CHECK(found(*door, "right").ok());
}

TEST_CASE(
    "an owner in another namespace is none; of what has no namespace it can't be told (R10.7)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kNamespaces, name_space("prod"))));
  const auto owner = kept(*door, "owner");
  auto elsewhere = create(kConfigMaps, owned(config_map("elsewhere"), {reference_to(owner)}));
  elsewhere.name_space = "prod";
  done(door->write(elsewhere));
  const Value node{{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", {{"name", "first"}}}};
  done(door->write(create(kNodes, owned(node, {reference_to(owner)}))));
  CHECK(
      eventually([&] { return door->get(kConfigMaps, "prod", "elsewhere").reason == "NotFound"; }));
  done(door->write(remove(kConfigMaps, "owner")));
  settle(*door, "other");
  CHECK(door->get(kNodes, "", "first").ok());
}

TEST_CASE("an owner without a namespace owns in all of them (R10.7)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const Value node{{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", {{"name", "first"}}}};
  const auto owner = done(door->write(create(kNodes, node)));
  kept(*door, "child", {reference_to(owner)});
  settle(*door, "other");
  CHECK(found(*door, "child").ok());
  done(door->write(remove(kNodes, "first")));
  CHECK(eventually([&] { return is_gone(*door, "child"); }));
}

TEST_CASE("in the foreground an owner goes after the dependents that block it (R10.6, R10.7)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto owner = kept(*door, "owner");
  auto held = owned(config_map("blocking"), {reference_to(owner, true)});
  const auto blocking =
      done(door->write(create(kConfigMaps, with_finalizer(held, "example.com/hold"))));
  kept(*door, "leaf", {reference_to(blocking, true)});
  auto loose = owned(config_map("loose"), {reference_to(owner)});
  done(door->write(create(kConfigMaps, with_finalizer(loose, "example.com/hold"))));

  const auto going = done(remove_with(*door, "owner", engine::Propagation::kForeground));
  CHECK(finalizers_of(going) == std::vector<std::string>{"foregroundDeletion"});
  CHECK(eventually([&] { return is_gone(*door, "leaf"); }));
  CHECK(eventually([&] {
    return finalizers_of(found(*door, "blocking").object) ==
           std::vector<std::string>{"example.com/hold"};
  }));
  CHECK(is_deleting(found(*door, "blocking").object));
  CHECK(is_deleting(found(*door, "loose").object));
  CHECK(found(*door, "owner").ok());
  const auto release = json(R"({"metadata":{"finalizers":null}})");
  done(door->write(patch(kConfigMaps, "blocking", release)));
  CHECK(eventually([&] { return is_gone(*door, "blocking") && is_gone(*door, "owner"); }));
  // What does not block goes in its own time.
  CHECK(is_deleting(found(*door, "loose").object));
  done(door->write(patch(kConfigMaps, "loose", release)));
  CHECK(is_gone(*door, "loose"));
}

TEST_CASE("a dependent outlives an owner in the foreground where it has another (R10.7)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto owner = kept(*door, "owner");
  const auto other = kept(*door, "other");
  kept(*door, "shared", {reference_to(owner, true), reference_to(other, true)});
  done(remove_with(*door, "owner", engine::Propagation::kForeground));
  CHECK(eventually([&] { return is_gone(*door, "owner"); }));
  CHECK(owners_of(*door, "shared") == std::vector<std::string>{uid_of_object(other)});
}

TEST_CASE("owners in a circle go all the same (R10.7)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto one = kept(*door, "one");
  const auto two = kept(*door, "two", {reference_to(one, true)});
  const auto three = kept(*door, "three", {reference_to(two, true), reference_to(one, true)});
  done(door->write(update(kConfigMaps, owned(one, {reference_to(three, true)}))));
  auto own = kept(*door, "own");
  own = done(door->write(update(kConfigMaps, owned(own, {reference_to(own, true)}))));

  const auto all_gone = [&] {
    return is_gone(*door, "one") && is_gone(*door, "two") && is_gone(*door, "three");
  };
  SECTION("deleted in the foreground") {
    done(remove_with(*door, "one", engine::Propagation::kForeground));
    CHECK(eventually(all_gone));
  }
  SECTION("each deleted in the foreground by somebody") {
    for (const auto* name : {"one", "two", "three"}) {
      remove_with(*door, name, engine::Propagation::kForeground);
    }
    CHECK(eventually(all_gone));
  }
  SECTION("deleted in the background") {
    done(remove_with(*door, "one", engine::Propagation::kBackground));
    CHECK(eventually(all_gone));
  }
  SECTION("of one alone") {
    done(remove_with(*door, "own", engine::Propagation::kForeground));
    CHECK(eventually([&] { return is_gone(*door, "own"); }));
  }
}

TEST_CASE("orphans lose the reference and stay (R10.6, R10.7)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto owner = kept(*door, "owner");
  const auto other = kept(*door, "other");
  kept(*door, "orphan", {reference_to(owner, true)});
  kept(*door, "shared", {reference_to(owner), reference_to(other)});
  if (GENERATE(false, true)) {
    auto removal = remove(kConfigMaps, "owner");
    removal.delete_options.orphan_dependents = true;
    done(door->write(removal));
  } else {
    done(remove_with(*door, "owner", engine::Propagation::kOrphan));
  }
  CHECK(eventually([&] { return is_gone(*door, "owner"); }));
  settle(*door, "later");
  CHECK(owners_of(*door, "orphan").empty());
  CHECK(owners_of(*door, "shared") == std::vector<std::string>{uid_of_object(other)});
}

TEST_CASE("a finalizer of the collector that is there already says how an owner goes (R10.6)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto owner =
      done(door->write(create(kConfigMaps, with_finalizer(config_map("owner"), "orphan"))));
  kept(*door, "orphan", {reference_to(owner)});
  SECTION("where nothing is said") {
    done(door->write(remove(kConfigMaps, "owner")));
    CHECK(eventually([&] { return is_gone(*door, "owner"); }));
    settle(*door, "later");
    CHECK(owners_of(*door, "orphan").empty());
  }
  SECTION("where something is said, that holds") {
    done(remove_with(*door, "owner", engine::Propagation::kBackground));
    CHECK(eventually([&] { return is_gone(*door, "orphan"); }));
  }
}

TEST_CASE("another policy replaces the one of an earlier DELETE while nothing else holds (R10.6)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto owner = kept(*door, "owner");
  auto held = owned(config_map("held"), {reference_to(owner, true)});
  done(door->write(create(kConfigMaps, with_finalizer(held, "example.com/hold"))));
  const auto waiting = done(remove_with(*door, "owner", engine::Propagation::kForeground));
  CHECK(finalizers_of(waiting) == std::vector<std::string>{"foregroundDeletion"});
  done(remove_with(*door, "owner", engine::Propagation::kBackground));
  CHECK(is_gone(*door, "owner"));
}

TEST_CASE("what names an owner of a kind that is not served waits until it is (R10.7)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  Value lost{{"apiVersion", "example.com/v1"},
             {"kind", "Lamp"},
             {"name", "hall"},
             {"uid", "0f0f0f0f-0000-4000-8000-000000000000"}};
  kept(*door, "waiting", {lost});
  settle(*door, "other");
  CHECK(found(*door, "waiting").ok());
  done(door->write(create(kDefinitions, json(R"({
    "apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
    "metadata":{"name":"lamps.example.com"},
    "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"lamps","kind":"Lamp"},
      "versions":[{"name":"v1","served":true,"storage":true,
        "schema":{"openAPIV3Schema":{"type":"object"}}}]}})"))));
  CHECK(eventually([&] { return is_gone(*door, "waiting"); }));
}

TEST_CASE("an owner may be named in any version that is served (R10.7)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto owner = done(door->write(create(kGateways, gateway("owner"))));
  auto older = reference_to(owner);
  older.as_object()["apiVersion"] = "gateway.networking.k8s.io/v1beta1";
  kept(*door, "child", {older});
  settle(*door, "other");
  CHECK(found(*door, "child").ok());
  done(door->write(remove(kGateways, "owner")));
  CHECK(eventually([&] { return is_gone(*door, "child"); }));
}

TEST_CASE("objects go with their definition, and their dependents after them (R10.7)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kDefinitions, json(R"({
    "apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
    "metadata":{"name":"lamps.example.com"},
    "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"lamps","kind":"Lamp"},
      "versions":[{"name":"v1","served":true,"storage":true,
        "schema":{"openAPIV3Schema":{"type":"object"}}}]}})"))));
  const Resource lamps{"example.com", "v1", "lamps"};
  const Value lamp{
      {"apiVersion", "example.com/v1"}, {"kind", "Lamp"}, {"metadata", {{"name", "hall"}}}};
  Value owner;
  REQUIRE(eventually([&] {
    auto created = door->write(create(lamps, lamp));
    owner = created.object;
    return created.ok();
  }));
  kept(*door, "bulb", {reference_to(owner)});
  done(door->write(remove(kDefinitions, "lamps.example.com")));
  CHECK(eventually([&] { return is_gone(*door, "bulb"); }));
}

TEST_CASE("Events know no owners: none goes with one, and policies are passed over (R10.6)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto owner = kept(*door, "owner");
  const Value event{{"apiVersion", "v1"},
                    {"kind", "Event"},
                    {"metadata", {{"name", "e"}}},
                    {"involvedObject", {{"namespace", "default"}}}};
  done(door->write(create(kEvents, owned(event, {reference_to(owner)}))));
  done(door->write(remove(kConfigMaps, "owner")));
  settle(*door, "other");
  CHECK(door->get(kEvents, "default", "e").ok());
  auto removal = remove(kEvents, "e");
  removal.delete_options.propagation =
      GENERATE(engine::Propagation::kForeground, engine::Propagation::kOrphan);
  done(door->write(removal));
  CHECK(door->get(kEvents, "default", "e").reason == "NotFound");
}

}  // namespace gatefold::test
