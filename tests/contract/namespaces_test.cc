#include <fmt/format.h>

#include "tests/contract/objects.h"

namespace gatefold::test {
namespace {

engine::Command within(std::string_view name_space, engine::Command command) {
  command.name_space = name_space;
  return command;
}

bool is_gone(Door& door, const std::string& name) {
  return door.get(kNamespaces, "", name).reason == "NotFound";
}

}  // namespace

TEST_CASE("the namespaces that everybody expects are there (R21.2, R21.4)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  for (const auto* name : {"default", "kube-node-lease", "kube-public", "kube-system"}) {
    const auto found = done(door->get(kNamespaces, "", name));
    CHECK(string_at(found, {"status", "phase"}) == "Active");
    CHECK(string_at(found, {"metadata", "labels", "kubernetes.io/metadata.name"}) == name);
  }
  for (const auto* name : {"default", "kube-public", "kube-system"}) {
    const auto refused = door->write(remove(kNamespaces, name));
    CHECK(refused.reason == "Forbidden");
    CHECK(refused.message ==
          fmt::format(R"(namespaces "{}" is forbidden: this namespace may not be deleted)", name));
  }
}

TEST_CASE("a namespace is completed and keeps what is not the client's (R21.1, R21.7, R12.3)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto sent = name_space("prod");
  sent.as_object()["spec"] = {{"finalizers", JsonArray{"example.com/own"}}};
  sent.as_object()["status"] = {{"phase", "Terminating"}};
  const auto created = done(door->write(create(kNamespaces, sent)));
  CHECK(string_at(created, {"status", "phase"}) == "Active");
  CHECK(created.at("spec") == json(R"({"finalizers":["example.com/own","kubernetes"]})"));
  CHECK(string_at(created, {"metadata", "labels", "kubernetes.io/metadata.name"}) == "prod");
  CHECK(find_path(created, {"metadata", "generation"}) == nullptr);

  auto changed = labelled(created, "team", "a");
  changed.at("spec").as_object()["finalizers"] = JsonArray();
  changed.at("metadata").as_object()["labels"].as_object().erase("kubernetes.io/metadata.name");
  const auto updated = done(door->write(update(kNamespaces, changed)));
  CHECK(updated.at("spec") == created.at("spec"));
  CHECK(updated.at("metadata").at("labels") ==
        json(R"({"kubernetes.io/metadata.name":"prod","team":"a"})"));
  CHECK(door->write(create(kNamespaces, name_space("Bad.Name"))).reason == "Invalid");
}

TEST_CASE("nothing is created where there is no namespace (R21.3)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto revision = door->revision();
  const auto lost = door->write(within("nowhere", create(kGateways, gateway("web"))));
  CHECK(lost.reason == "NotFound");
  CHECK(lost.message == R"(namespaces "nowhere" not found)");
  CHECK(door->revision() == revision);
}

TEST_CASE("an empty namespace goes at once (R21.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto first = done(door->write(create(kNamespaces, name_space("prod"))));
  const auto going = done(door->write(remove(kNamespaces, "prod")));
  CHECK(string_at(going, {"status", "phase"}) == "Terminating");
  CHECK(eventually([&] { return is_gone(*door, "prod"); }));
  const auto second = done(door->write(create(kNamespaces, name_space("prod"))));
  CHECK(uid_of_object(second) != uid_of_object(first));
}

TEST_CASE("a namespace takes its contents with it and waits for what holds on (R21.5, R21.6)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kNamespaces, name_space("prod"))));
  done(door->write(within("prod", create(kConfigMaps, config_map("loose")))));
  done(door->write(within("prod", create(kRoutes, json(R"({
    "apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute","metadata":{"name":"loose"},
    "spec":{}})")))));
  done(door->write(
      within("prod", create(kGateways, with_finalizer(gateway("held"), "example.com/hold")))));
  done(door->write(create(kConfigMaps, config_map("bystander"))));

  const auto going = done(door->write(remove(kNamespaces, "prod")));
  CHECK(string_at(going, {"status", "phase"}) == "Terminating");
  CHECK_FALSE(string_at(going, {"metadata", "deletionTimestamp"}).empty());
  CHECK(eventually([&] {
    return door->get(kConfigMaps, "prod", "loose").reason == "NotFound" &&
           door->get(kRoutes, "prod", "loose").reason == "NotFound" &&
           !string_at(door->get(kGateways, "prod", "held").object,
                      {"metadata", "deletionTimestamp"})
                .empty();
  }));
  CHECK(door->get(kNamespaces, "", "prod").ok());

  const auto refused = door->write(within("prod", create(kConfigMaps, config_map("late"))));
  CHECK(refused.reason == "Forbidden");
  CHECK(refused.message ==
        R"(configmaps "late" is forbidden: unable to create new content in namespace prod because )"
        "it is being terminated");
  REQUIRE(refused.causes.size() == 1);
  CHECK(refused.causes[0].reason == "NamespaceTerminating");
  CHECK(refused.causes[0].message == "namespace prod is being terminated");
  CHECK(refused.causes[0].field == "metadata.namespace");
  const auto again = door->write(remove(kNamespaces, "prod"));
  CHECK(again.reason == "Conflict");
  CHECK(again.message ==
        R"(Operation cannot be fulfilled on namespaces "prod": The system is ensuring all content )"
        "is removed from this namespace.  Upon completion, this namespace will automatically be "
        "purged by the system.");

  // Updates are not held up: how else would it end?
  done(door->write(
      within("prod", patch(kGateways, "held", json(R"({"metadata":{"finalizers":null}})")))));
  CHECK(eventually([&] { return is_gone(*door, "prod"); }));
  CHECK(door->get(kConfigMaps, "default", "bystander").ok());
}

TEST_CASE("a namespace goes whatever becomes of dependents (R21.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kNamespaces, name_space("prod"))));
  done(door->write(within("prod", create(kConfigMaps, config_map("web")))));
  auto removal = remove(kNamespaces, "prod");
  removal.delete_options.propagation =
      GENERATE(engine::Propagation::kForeground, engine::Propagation::kOrphan);
  done(door->write(removal));
  CHECK(eventually([&] { return is_gone(*door, "prod"); }));
}

TEST_CASE("a namespace's own finalizers are let go by the finalize subresource (R21.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto created = done(door->write(create(kNamespaces, name_space("prod"))));
  created.at("spec").as_object()["finalizers"] = JsonArray{"kubernetes", "example.com/own"};
  auto finalize = update(kNamespaces, created);
  finalize.subresource = "finalize";
  const auto held = done(door->write(finalize));
  CHECK(held.at("spec") == json(R"({"finalizers":["kubernetes","example.com/own"]})"));

  done(door->write(remove(kNamespaces, "prod")));
  Value waiting;
  CHECK(eventually([&] {
    waiting = door->get(kNamespaces, "", "prod").object;
    return waiting.at("spec") == json(R"({"finalizers":["example.com/own"]})");
  }));
  waiting.at("spec").as_object().erase("finalizers");
  finalize.body = waiting;
  done(door->write(finalize));
  CHECK(eventually([&] { return is_gone(*door, "prod"); }));
}

TEST_CASE("a terminating namespace says what keeps it (R21.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kNamespaces, name_space("prod"))));
  for (const auto* name : {"one", "two"}) {
    done(door->write(
        within("prod", create(kConfigMaps, with_finalizer(config_map(name), "example.com/hold")))));
  }
  done(door->write(
      within("prod", create(kGateways, with_finalizer(gateway("held"), "example.com/other")))));
  done(door->write(remove(kNamespaces, "prod")));
  const auto told = [&](std::string_view type) {
    const auto object = door->get(kNamespaces, "", "prod").object;
    const auto* conditions = find_path(object, {"status", "conditions"});
    if (conditions == nullptr) return std::string();
    for (const auto& condition : conditions->as_array()) {
      if (string_at(condition, {"type"}) != type) continue;
      return fmt::format("{} {} {}", string_at(condition, {"status"}),
                         string_at(condition, {"reason"}), string_at(condition, {"message"}));
    }
    return std::string();
  };
  CHECK(eventually([&] {
    return told("NamespaceFinalizersRemaining") ==
           "True SomeFinalizerRemain Some finalizers are remaining: example.com/hold in 2 resource "
           "instances, example.com/other in 1 resource instances";
  }));
  CHECK(told("NamespaceContentRemaining") ==
        "True SomeResourcesRemain Some resources are remaining: configmaps. has 2 resource "
        "instances, gateways.gateway.networking.k8s.io has 1 resource instances");
  CHECK(told("NamespaceDeletionContentFailure") ==
        "False ContentDeleted All content successfully deleted, may be waiting on finalization");
  CHECK(told("NamespaceDeletionDiscoveryFailure") ==
        "False ResourcesDiscovered All resources successfully discovered");
  CHECK(told("NamespaceDeletionGroupVersionParsingFailure") ==
        "False ParsedGroupVersions All legacy kube types successfully parsed");
  const auto release = json(R"({"metadata":{"finalizers":null}})");
  done(door->write(within("prod", patch(kGateways, "held", release))));
  CHECK(eventually([&] {
    return told("NamespaceContentRemaining") ==
           "True SomeResourcesRemain Some resources are remaining: configmaps. has 2 resource "
           "instances";
  }));
  for (const auto* name : {"one", "two"}) {
    done(door->write(within("prod", patch(kConfigMaps, name, release))));
  }
  CHECK(eventually([&] { return is_gone(*door, "prod"); }));
}

TEST_CASE("a namespace that always exists is there again when it was deleted (R21.2)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto before = done(door->get(kNamespaces, "", "kube-node-lease"));
  done(door->write(remove(kNamespaces, "kube-node-lease")));
  CHECK(eventually([&] {
    const auto now = door->get(kNamespaces, "", "kube-node-lease");
    return now.ok() && uid_of_object(now.object) != uid_of_object(before);
  }));
}

}  // namespace gatefold::test
