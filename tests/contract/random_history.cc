#include "tests/contract/random_history.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/time.h"
#include "tests/contract/objects.h"

namespace gatefold::test {
namespace {

using engine::Outcome;
using engine::Verb;
using storage::EventType;

const Resource kLeases{"coordination.k8s.io", "v1", "leases"};
constexpr std::size_t kWatchBytes = 1u << 20;

// RFC 7386.
void merge(Value& into, const Value& patch) {
  if (!patch.is_object()) {
    into = patch;
    return;
  }
  if (!into.is_object()) into = JsonObject();
  auto& object = into.as_object();
  for (const auto& member : patch.as_object()) {
    if (member.value().is_null()) {
      object.erase(member.key());
    } else {
      merge(object[member.key()], member.value());
    }
  }
}

// Without what the server adds to what clients say.
Value said(Value object) {
  auto& metadata = object.at("metadata").as_object();
  for (const auto* member : {"managedFields", "resourceVersion", "generation"}) {
    metadata.erase(member);
  }
  // The guard puts these right.
  const auto forget_times = [](const auto& self, Value& value) -> void {
    if (auto* list = value.if_array()) {
      for (auto& item : *list) self(self, item);
    } else if (auto* members = value.if_object()) {
      members->erase("lastTransitionTime");
      for (auto& member : *members) self(self, member.value());
    }
  };
  if (auto* status = object.as_object().if_contains("status")) forget_times(forget_times, *status);
  return object;
}

// Whether all that was sent is in the object; defaults may be beside it.
bool has_all_of(const Value& object, const Value& sent) {
  if (const auto* members = sent.if_object()) {
    return std::ranges::all_of(*members, [&](const auto& member) {
      const auto* value = find(object, {member.key().data(), member.key().size()});
      return value != nullptr && has_all_of(*value, member.value());
    });
  }
  const auto* items = sent.if_array();
  if (items == nullptr || !object.is_array()) return object == sent;
  return std::ranges::equal(object.get_array(), *items, has_all_of);
}

Value definition(int number) {
  auto object = json(R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
    "metadata":{"name":"lamps.light.example.com"},"spec":{"group":"light.example.com",
    "scope":"Namespaced","names":{"plural":"lamps","kind":"Lamp"},"versions":[{"name":"v1",
    "served":true,"storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{
    "type":"object","properties":{"spec":{"type":"object","properties":{
    "watts":{"type":"string"}}},"status":{"type":"object","properties":{"conditions":{
    "type":"array","items":{"type":"object","properties":{"type":{"type":"string"},
    "status":{"type":"string"},"reason":{"type":"string"},"message":{"type":"string"},
    "observedGeneration":{"type":"integer"},
    "lastTransitionTime":{"type":"string"}}}}}}}}}}]}})");
  object.at_pointer("/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties")
      .as_object()[fmt::format("extra{}", number)] = {{"type", "string"}, {"default", "none"}};
  return object;
}

Value route(std::string_view name, std::string_view path) {
  auto object = json(R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute",
    "metadata":{},"spec":{"parentRefs":[{"name":"n0"}],"rules":[{"matches":[{"path":{
    "type":"PathPrefix"}}],"backendRefs":[{"name":"web","port":80}]}]}})");
  object.at("metadata").as_object()["name"] = name;
  object.at_pointer("/spec/rules/0/matches/0/path").as_object()["value"] = path;
  return object;
}

EventType type_of(Outcome::Effect effect) {
  if (effect == Outcome::Effect::kCreated) return EventType::kAdded;
  return effect == Outcome::Effect::kDeleted ? EventType::kDeleted : EventType::kModified;
}

ObjectKey key_of(const Resource& resource, const Value& object) {
  return {resource_name(resource), std::string(string_at(object, {"metadata", "namespace"})),
          name_in(object)};
}

}  // namespace

const std::vector<Resource>& told_resources() {
  static const std::vector<Resource> resources{kToldDefinitions, kNamespaces, kConfigMaps, kLeases,
                                               kGateways,        kRoutes,     kToldLamps};
  return resources;
}

void RandomHistory::play(engine::Engine& engine, int steps) {
  engine_ = &engine;
  heard_ = told_.head();
  listen();
  settle();
  if (definitions_ == 0) write(create(kToldDefinitions, definition(definitions_++)), "admin");
  for (int i = 0; i < steps; ++i) {
    INFO("step " << i);
    world_.advance(chance(20));
    step();
    REQUIRE(told_.is_whole());
    REQUIRE(told_.head() == engine.view()->revision());
  }
  listeners_.clear();
  engine_ = nullptr;
}

void RandomHistory::step() {
  switch (chance(16)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return write_config_map();
    case 4:
    case 5:
      return write_lamp();
    case 6:
      return write_name_space();
    case 7:
      return write_definition();
    case 8:
      return write_gateway();
    case 9:
      return write_route();
    case 10:
      return write_lease();
    default:
      return write_status();
  }
}

// What the server seeds is there before anybody can listen: namespaces, each of one version, are
// told by a watch as they are, and definitions were written behind the first revision.
void RandomHistory::listen() {
  for (const auto& resource : told_resources()) {
    const bool is_heard = std::ranges::any_of(listeners_, [&](const auto& listener) {
      return listener.resource.plural == resource.plural;
    });
    if (is_heard) continue;
    engine::WatchQuery query;
    query.group = resource.group;
    query.version = resource.version;
    query.plural = resource.plural;
    const bool is_first = heard_.number == 0;
    if (!is_first) query.resource_version = to_string(heard_);
    if (is_first && resource.plural == kToldDefinitions.plural) query.resource_version = "1";
    auto watch = engine_->watch(std::move(query), [] {});
    if (watch) listeners_.push_back({resource, std::move(*watch)});
  }
}

void RandomHistory::hear() {
  const auto view = engine_->view();
  std::erase_if(listeners_, [&](auto& listener) {
    for (;;) {
      const auto news = listener.watch->next(*view, kWatchBytes);
      REQUIRE(news.has_value());
      if (news->empty()) return listener.watch->ended();
      for (const auto& event : *news) {
        if (event.type == engine::WatchEventType::kError) return true;
        hear(listener.resource, event);
      }
    }
  });
  heard_ = view->revision();
  listen();
}

void RandomHistory::hear(const Resource& resource, const engine::WatchEvent& event) {
  auto object = json(*event.object);
  const auto revision = parse_revision(version_of(object));
  REQUIRE(revision.has_value());
  const auto type = event.type == engine::WatchEventType::kAdded      ? EventType::kAdded
                    : event.type == engine::WatchEventType::kModified ? EventType::kModified
                                                                      : EventType::kDeleted;
  if (const auto* told = told_.change(*revision)) {
    REQUIRE(told->type == type);
    REQUIRE(canonical_json(told->object) == *event.object);
    return;
  }
  auto key = key_of(resource, object);
  told_.tell({*revision, world_.now(), type, std::move(key), "", std::move(object)});
}

void RandomHistory::settle() {
  do {
    hear();
  } while (engine_->step());
}

bool RandomHistory::is_refused(const engine::Command& command, const ToldChange* before) const {
  const Resource resource{command.group, command.version, command.plural};
  if (!told_.serves(resource, told_.head())) return true;
  if (command.verb != Verb::kCreate) return before == nullptr;
  if (before != nullptr) return true;
  const auto is_ending = [&](const ObjectKey& key) {
    const auto* told = told_.object(key, told_.head());
    return told == nullptr || find_path(told->object, {"metadata", "deletionTimestamp"}) != nullptr;
  };
  if (resource.plural == kToldLamps.plural && is_ending(kLampsDefinition)) return true;
  return !command.name_space.empty() && is_ending({"namespaces", "", command.name_space});
}

void RandomHistory::write(engine::Command command, const std::string& manager) {
  command.actor = {"somebody", manager + "/1", manager, "", command.subresource};
  const Resource resource{command.group, command.version, command.plural};
  const auto name = command.verb == Verb::kCreate ? name_in(command.body) : command.name;
  const ObjectKey key{resource_name(resource), command.name_space, name};
  INFO("a write of " << to_string(key) << ": " << to_json(command.body).substr(0, 500));
  const auto* before = told_.object(key, told_.head());
  const auto outcome = engine_->execute(command);
  INFO((outcome ? "" : outcome.error().message));
  REQUIRE(outcome.has_value() == !is_refused(command, before));
  if (outcome) {
    auto object = json(*outcome->body);
    object.at("metadata").as_object()["resourceVersion"] = to_string(outcome->revision);
    ToldChange change{outcome->revision, world_.now(),     type_of(outcome->effect), key,
                      manager,           std::move(object)};
    check_answer(command, before, change);
    const bool is_nothing = before != nullptr && outcome->revision == before->revision;
    if (outcome->effect == Outcome::Effect::kUnchanged) REQUIRE(is_nothing);
    if (!is_nothing) told_.tell(std::move(change));
  }
  settle();
}

void RandomHistory::check_answer(const engine::Command& command, const ToldChange* before,
                                 const ToldChange& now) const {
  INFO("answered: " << to_json(now.object).substr(0, 3000));
  if (command.verb == Verb::kCreate) {
    REQUIRE(has_all_of(now.object, command.body));
    return;
  }
  auto was = told_.expected({command.group, command.version, command.plural}, told_.head(),
                            told_.head(), &now.key);
  REQUIRE(was.objects.size() == 1);
  const auto old = json(was.objects.front().second);
  if (command.verb == Verb::kDelete) {
    const bool waits = now.type != EventType::kDeleted;
    if (waits) REQUIRE(find_path(now.object, {"metadata", "deletionTimestamp"}) != nullptr);
    if (now.key.resource == resource_name(kToldDefinitions)) return;
    const bool is_held = find_path(before->object, {"metadata", "finalizers"}) != nullptr;
    REQUIRE(waits == (is_held || now.key.resource == "namespaces"));
    return;
  }
  auto wanted = old;
  merge(wanted, command.body);
  REQUIRE(canonical_json(said(now.object)) == canonical_json(said(wanted)));
  const auto generation = generation_of(old);
  const auto* old_spec = find(old, "spec");
  const bool is_moved = old_spec != nullptr && generation >= 0 &&
                        canonical_json(*old_spec) != canonical_json(*find(wanted, "spec"));
  REQUIRE(generation_of(now.object) == generation + (is_moved ? 1 : 0));
}

// Long and similar, so that deltas are worth it, and now and then another one altogether.
std::string RandomHistory::text() {
  std::string text(600, 'v');
  if (chance(8) == 0) {
    for (auto& c : text) c = static_cast<char>('a' + chance(26));
  }
  return text + std::to_string(random_());
}

std::string RandomHistory::name() {
  return fmt::format("n{}", chance(3));
}

// Another one than default comes and goes with all that is in it.
std::string RandomHistory::name_space() {
  const auto which = chance(6);
  return which < 3 ? "default" : which < 5 ? "kube-system" : "n0";
}

void RandomHistory::write_config_map() {
  const auto target = name();
  engine::Command command;
  switch (chance(8)) {
    case 0:
    case 1:
    case 2: {
      auto object = config_map(target);
      object.as_object()["data"] = JsonObject{{"text", text()}};
      if (chance(3) == 0) object = with_finalizer(object, "example.com/hold");
      command = create(kConfigMaps, std::move(object));
      break;
    }
    case 3:
      command = remove(kConfigMaps, target);
      break;
    case 4:
      command = patch(kConfigMaps, target, {{"metadata", {{"finalizers", nullptr}}}});
      break;
    default:
      command =
          patch(kConfigMaps, target,
                {{"metadata", {{"labels", {{"tier", name()}}}}}, {"data", {{"text", text()}}}});
  }
  command.name_space = name_space();
  write(std::move(command), "admin");
}

void RandomHistory::write_lamp() {
  const auto target = name();
  engine::Command command;
  switch (chance(5)) {
    case 0:
    case 1:
      command = create(kToldLamps, {{"apiVersion", "light.example.com/v1"},
                                    {"kind", "Lamp"},
                                    {"metadata", {{"name", target}}},
                                    {"spec", {{"watts", text()}}}});
      break;
    case 2:
      command = remove(kToldLamps, target);
      break;
    case 3:
      command = patch(kToldLamps, target, {{"spec", {{"watts", text()}}}});
      break;
    default:
      command = patch(kToldLamps, target, {{"status", {{"conditions", conditions({"Lit"})}}}});
      command.subresource = "status";
  }
  command.name_space = name_space();
  write(std::move(command), "admin");
}

void RandomHistory::write_name_space() {
  const auto target = name();
  write(chance(3) == 0 ? remove(kNamespaces, target)
                       : create(kNamespaces, ::gatefold::test::name_space(target)),
        "admin");
}

void RandomHistory::write_definition() {
  const auto next = definition(definitions_++);
  switch (chance(5)) {
    case 0:
      return write(remove(kToldDefinitions, kLampsDefinition.name), "admin");
    case 1:
    case 2:
      return write(create(kToldDefinitions, next), "admin");
    default:
      return write(patch(kToldDefinitions, kLampsDefinition.name, {{"spec", next.at("spec")}}),
                   "admin");
  }
}

void RandomHistory::write_gateway() {
  const auto target = name();
  switch (chance(6)) {
    case 0:
      return write(remove(kGateways, target), "admin");
    case 1:
    case 2:
      return write(patch(kGateways, target, {{"spec", {{"gatewayClassName", name()}}}}), "admin");
    default:
      return write(create(kGateways, gateway(target, name())), "admin");
  }
}

void RandomHistory::write_route() {
  const auto target = name();
  switch (chance(6)) {
    case 0:
      return write(remove(kRoutes, target), "admin");
    case 1:
    case 2:
      return write(patch(kRoutes, target,
                         {{"spec", {{"hostnames", JsonArray{Value(name() + ".example.com")}}}}}),
                   "admin");
    default:
      return write(create(kRoutes, route(target, "/" + name())), "admin");
  }
}

// Now and then stamped anew though nothing moved.
Value RandomHistory::conditions(const std::vector<std::string>& types) {
  JsonArray list;
  for (const auto& type : types) {
    const auto* const status = chance(3) == 0 ? "Unknown" : chance(2) == 0 ? "True" : "False";
    list.push_back({{"type", type},
                    {"status", status},
                    {"reason", fmt::format("Said{}", status)},
                    {"message", chance(3) == 0 ? text() : "as before"},
                    {"observedGeneration", 1 + chance(3)},
                    {"lastTransitionTime", format_seconds(world_.now())}});
    if (chance(6) == 0) break;
  }
  return list;
}

// Several managers have a say in the same conditions.
void RandomHistory::write_status() {
  const auto target = name();
  const auto manager = fmt::format("edge-{}", chance(3));
  engine::Command command;
  if (chance(2) == 0) {
    JsonObject status{{"conditions", conditions({"Accepted", "Programmed"})}};
    if (chance(2) == 0) {
      JsonArray listeners;
      listeners.push_back({{"name", "http"},
                           {"attachedRoutes", chance(4)},
                           {"supportedKinds", JsonArray()},
                           {"conditions", conditions({"Accepted", "ResolvedRefs"})}});
      status["listeners"] = std::move(listeners);
    }
    command = patch(kGateways, target, {{"status", status}});
  } else {
    JsonArray parents;
    for (const auto* controller : {"example.com/edge", "example.com/mesh"}) {
      parents.push_back({{"controllerName", controller},
                         {"parentRef",
                          {{"group", "gateway.networking.k8s.io"},
                           {"kind", "Gateway"},
                           {"name", "n0"},
                           {"namespace", "default"}}},
                         {"conditions", conditions({"Accepted", "ResolvedRefs"})}});
      if (chance(2) == 0) break;
    }
    command = patch(kRoutes, target, {{"status", {{"parents", parents}}}});
  }
  command.subresource = "status";
  write(std::move(command), manager);
}

void RandomHistory::write_lease() {
  const auto target = name();
  const auto now = format_seconds(world_.now());
  Value spec{{"holderIdentity", name()},
             {"leaseDurationSeconds", 15},
             {"renewTime", now.substr(0, now.size() - 1) + ".000000Z"}};
  if (chance(3) != 0) return write(patch(kLeases, target, {{"spec", spec}}), "leader");
  write(create(kLeases, {{"apiVersion", "coordination.k8s.io/v1"},
                         {"kind", "Lease"},
                         {"metadata", {{"name", target}}},
                         {"spec", spec}}),
        "leader");
}

}  // namespace gatefold::test
