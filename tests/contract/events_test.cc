// Events: one object in two groups, and gone after an hour.
#include <fmt/format.h>

#include "tests/contract/objects.h"

namespace gatefold::test {
namespace {

const Resource kCoreEvents{"", "v1", "events"};
const Resource kNewEvents{"events.k8s.io", "v1", "events"};

Value core_event(std::string_view name) {
  auto event = json(R"({"apiVersion":"v1","kind":"Event","metadata":{},
    "involvedObject":{"kind":"Pod","namespace":"default","name":"web"},"count":3,
    "firstTimestamp":"2026-01-02T03:00:00Z","lastTimestamp":"2026-01-02T03:04:00Z",
    "message":"it runs","reason":"Started","source":{"component":"kubelet","host":"n1"},
    "type":"Normal"})");
  event.at("metadata").as_object()["name"] = name;
  return event;
}

Value new_event(std::string_view name) {
  auto event = json(R"({"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{},
    "regarding":{"kind":"Gateway","namespace":"default","name":"edge"},
    "eventTime":"2026-01-02T03:04:05.000000Z","action":"Programming","reason":"Programmed",
    "note":"all listeners run","reportingController":"example.com/gateways",
    "reportingInstance":"gateways-1","type":"Warning"})");
  event.at("metadata").as_object()["name"] = name;
  return event;
}

Value without_metadata(Value object) {
  object.as_object().erase("metadata");
  return object;
}

std::string names(Door& door, const Resource& resource, std::string_view fields) {
  ListAsk ask{.resource = resource, .name_space = "default"};
  ask.fields = fields;
  const auto page = door.list(ask);
  if (!page.reason.empty()) return page.reason + ": " + page.message;
  std::string all;
  for (const auto& item : page.items) all += name_in(item) + " ";
  return all;
}

std::string line(const std::optional<Seen>& seen) {
  if (!seen) return "over";
  return fmt::format("{} {} {} {}", seen->type, string_at(seen->object, {"apiVersion"}),
                     name_in(seen->object), version_of(seen->object));
}

}  // namespace

TEST_CASE("an event of one group is an event of the other (R23.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto old = done(door->write(create(kCoreEvents, core_event("old"))));
  const auto as_new = done(door->get(kNewEvents, "default", "old"));
  CHECK(as_new.at("metadata") == old.at("metadata"));
  CHECK(without_metadata(as_new) == json(R"({"apiVersion":"events.k8s.io/v1","kind":"Event",
    "regarding":{"kind":"Pod","namespace":"default","name":"web"},"deprecatedCount":3,
    "deprecatedFirstTimestamp":"2026-01-02T03:00:00Z",
    "deprecatedLastTimestamp":"2026-01-02T03:04:00Z","note":"it runs","reason":"Started",
    "deprecatedSource":{"component":"kubelet","host":"n1"},"type":"Normal","eventTime":null})"));

  const auto created = done(door->write(create(kNewEvents, new_event("new"))));
  const auto as_old = done(door->get(kCoreEvents, "default", "new"));
  CHECK(as_old.at("metadata") == created.at("metadata"));
  CHECK(without_metadata(as_old) == json(R"({"apiVersion":"v1","kind":"Event",
    "involvedObject":{"kind":"Gateway","namespace":"default","name":"edge"},
    "eventTime":"2026-01-02T03:04:05.000000Z","action":"Programming","reason":"Programmed",
    "message":"all listeners run","reportingComponent":"example.com/gateways",
    "reportingInstance":"gateways-1","type":"Warning","firstTimestamp":null,"lastTimestamp":null,
    "source":{}})"));
  CHECK(find_path(created, {"metadata", "generation"}) == nullptr);
  CHECK(door->write(create(kNewEvents, new_event("old"))).reason == "AlreadyExists");
}

TEST_CASE("lists of both groups are of the same objects") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kCoreEvents, core_event("old"))));
  done(door->write(create(kNewEvents, new_event("new"))));
  const auto old = door->list({.resource = kCoreEvents, .name_space = "default"});
  auto page = door->list({.resource = kNewEvents,
                          .name_space = "default",
                          .fields = "regarding.namespace=default",
                          .limit = 1});
  REQUIRE(page.items.size() == 1);
  CHECK(page.resource_version == old.resource_version);
  REQUIRE(old.items.size() == 2);
  CHECK(page.items[0].at("metadata") == old.items[0].at("metadata"));
  CHECK(string_at(page.items[0], {"note"}) == "all listeners run");
  // A page that goes on shows the past as this group does.
  auto changed = core_event("old");
  changed.as_object()["message"] = "it is gone";
  done(door->write(update(kCoreEvents, changed)));
  page = door->list({.resource = kNewEvents,
                     .name_space = "default",
                     .fields = "regarding.namespace=default",
                     .limit = 1,
                     .continue_token = page.continue_token});
  REQUIRE(page.items.size() == 1);
  CHECK(string_at(page.items[0], {"note"}) == "it runs");
}

TEST_CASE("a write through one group is news in the other") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto start = std::to_string(door->revision());
  const auto old = door->watch({.resource = kCoreEvents, .resource_version = start});
  const auto newer = door->watch({.resource = kNewEvents, .resource_version = start});
  REQUIRE(old.refusal.ok());
  REQUIRE(newer.refusal.ok());
  const auto first = version_of(done(door->write(create(kCoreEvents, core_event("a")))));
  const auto second = version_of(
      done(door->write(patch(kNewEvents, "a", json(R"({"metadata":{"labels":{"seen":"yes"}}})")))));
  done(door->write(remove(kNewEvents, "a")));
  const auto third = std::to_string(door->revision());
  CHECK(line(old.watch->next()) == "ADDED v1 a " + first);
  CHECK(line(old.watch->next()) == "MODIFIED v1 a " + second);
  CHECK(line(old.watch->next()) == "DELETED v1 a " + third);
  CHECK(line(newer.watch->next()) == "ADDED events.k8s.io/v1 a " + first);
  const auto modified = newer.watch->next();
  CHECK(line(modified) == "MODIFIED events.k8s.io/v1 a " + second);
  CHECK(string_at(modified->object, {"note"}) == "it runs");
  CHECK(line(newer.watch->next()) == "DELETED events.k8s.io/v1 a " + third);
}

TEST_CASE("events are selected by the fields of their group") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kCoreEvents, core_event("old"))));
  done(door->write(create(kNewEvents, new_event("new"))));
  CHECK(names(*door, kCoreEvents, "involvedObject.name=web,involvedObject.kind=Pod") == "old ");
  CHECK(names(*door, kCoreEvents, "reason!=Started") == "new ");
  CHECK(names(*door, kCoreEvents, "source=kubelet") == "old ");
  // Who reports is the source where there is no other.
  CHECK(names(*door, kCoreEvents, "source=example.com/gateways") == "new ");
  CHECK(names(*door, kCoreEvents, "reportingComponent=example.com/gateways") == "new ");
  CHECK(names(*door, kCoreEvents, "type=Warning") == "new ");
  CHECK(names(*door, kNewEvents, "regarding.name=web,regarding.kind=Pod") == "old ");
  CHECK(names(*door, kNewEvents, "reportingController=example.com/gateways") == "new ");
  CHECK(names(*door, kNewEvents, "type=Warning,metadata.name=new") == "new ");
  CHECK(names(*door, kNewEvents, "involvedObject.name=web").starts_with("BadRequest: "));
  CHECK(names(*door, kNewEvents, "source=kubelet").starts_with("BadRequest: "));
  CHECK(names(*door, kCoreEvents, "regarding.name=web").starts_with("BadRequest: "));
}

TEST_CASE("a watch by field follows what leaves its selection") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kCoreEvents, core_event("a"))));
  const auto opened = door->watch({.resource = kNewEvents,
                                   .fields = "regarding.name=web",
                                   .resource_version = std::to_string(door->revision())});
  REQUIRE(opened.refusal.ok());
  auto changed = core_event("a");
  changed.at("involvedObject").as_object()["name"] = "other";
  const auto revision = version_of(done(door->write(update(kCoreEvents, changed))));
  const auto seen = opened.watch->next();
  CHECK(line(seen) == "DELETED events.k8s.io/v1 a " + revision);
  CHECK(string_at(seen->object, {"regarding", "name"}) == "web");
}

TEST_CASE("a series is patched in either group (R23.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kNewEvents, new_event("a"))));
  const auto strategic = engine::PatchType::kStrategicMerge;
  auto patched = done(door->write(
      patch(kNewEvents, "a",
            json(R"({"series":{"count":2,"lastObservedTime":"2026-01-02T03:05:00.000000Z"}})"),
            strategic)));
  CHECK(patched.at("series") ==
        json(R"({"count":2,"lastObservedTime":"2026-01-02T03:05:00.000000Z"})"));
  patched =
      done(door->write(patch(kCoreEvents, "a", json(R"({"series":{"count":3}})"), strategic)));
  CHECK(patched.at("series") ==
        json(R"({"count":3,"lastObservedTime":"2026-01-02T03:05:00.000000Z"})"));
  CHECK(string_at(patched, {"message"}) == "all listeners run");
  const auto unchanged =
      done(door->write(patch(kNewEvents, "a", json(R"({"series":{"count":3}})"), strategic)));
  CHECK(version_of(unchanged) == version_of(patched));
  const auto refused = door->write(patch(kNewEvents, "a", json(R"({"note":"other"})"), strategic));
  CHECK(refused.reason == "Invalid");
  CHECK(fields_of(refused) == "message");
  CHECK(door->write(patch(kCoreEvents, "a", json(R"({"message":"other"})"), strategic)).ok());
}

TEST_CASE("a replacement creates an event, through either group (R8.1, R23.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto created = done(door->write(update(kNewEvents, new_event("a"))));
  auto replacement = new_event("a");
  replacement.at("metadata").as_object()["labels"] = {{"a", "b"}};
  const auto replaced = done(door->write(update(kNewEvents, replacement)));
  CHECK(uid_of_object(replaced) == uid_of_object(created));
  CHECK(done(door->write(update(kCoreEvents, core_event("b")))).is_object());
  // Names of the core group's events are as free as those of what they speak of.
  CHECK(done(door->write(create(kCoreEvents, core_event("Web_1")))).is_object());
  CHECK(door->write(create(kNewEvents, new_event("Edge_1"))).reason == "Invalid");
}

TEST_CASE("events are refused by the rules of their group (R23.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto event = new_event("a");
  event.as_object().erase("eventTime");
  event.as_object()["type"] = "Bad";
  const auto refused = door->write(create(kNewEvents, event));
  CHECK(refused.reason == "Invalid");
  CHECK(refused.message.starts_with("Event.events.k8s.io \"a\" is invalid: "));
  CHECK(fields_of(refused) == "eventTime type");
  auto foreign = core_event("a");
  foreign.at("involvedObject").as_object()["namespace"] = "prod";
  const auto elsewhere = door->write(create(kCoreEvents, foreign));
  CHECK(elsewhere.message ==
        "Event \"a\" is invalid: involvedObject.namespace: Invalid value: \"prod\": does not "
        "match event.namespace");
}

TEST_CASE("a deletion of an event knows no dependents (R10.6)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  for (const auto policy : {engine::Propagation::kForeground, engine::Propagation::kOrphan}) {
    done(door->write(create(kNewEvents, new_event("a"))));
    auto command = remove(kNewEvents, "a");
    command.delete_options.propagation = policy;
    CHECK(door->write(std::move(command)).ok());
    CHECK(door->get(kCoreEvents, "default", "a").reason == "NotFound");
  }
}

TEST_CASE("what an event says of its owners binds it to none (R10.7)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto owner = done(door->write(create(kConfigMaps, config_map("owner"))));
  auto event = core_event("a");
  event.at("metadata").as_object()["ownerReferences"] = JsonArray{{{"apiVersion", "v1"},
                                                                   {"kind", "ConfigMap"},
                                                                   {"name", "owner"},
                                                                   {"uid", uid_of_object(owner)}}};
  done(door->write(create(kCoreEvents, event)));
  auto command = remove(kConfigMaps, "owner");
  command.delete_options.propagation = engine::Propagation::kForeground;
  done(door->write(std::move(command)));
  CHECK(
      eventually([&] { return door->get(kConfigMaps, "default", "owner").reason == "NotFound"; }));
  CHECK(door->get(kCoreEvents, "default", "a").ok());
}

TEST_CASE("events go an hour after they were written last, and watchers hear of it (R23.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kNewEvents, new_event("a"))));
  done(door->write(create(kConfigMaps, config_map("stays"))));
  const auto opened =
      door->watch({.resource = kNewEvents, .resource_version = std::to_string(door->revision())});
  REQUIRE(opened.refusal.ok());
  door->world().advance(3599);
  done(door->write(create(kConfigMaps, config_map("tick"))));
  CHECK(door->get(kNewEvents, "default", "a").ok());
  door->world().advance(1);
  CHECK(eventually([&] { return door->get(kNewEvents, "default", "a").reason == "NotFound"; }));
  const auto seen = opened.watch->next();
  REQUIRE(seen.has_value());
  CHECK(seen->type == "DELETED");
  CHECK(name_in(seen->object) == "a");
  CHECK(string_at(seen->object, {"note"}) == "all listeners run");
  CHECK(door->get(kCoreEvents, "default", "a").reason == "NotFound");
  CHECK(door->get(kConfigMaps, "default", "stays").ok());
}

TEST_CASE("a namespace takes its events with it, once") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kNamespaces, name_space("prod"))));
  auto event = core_event("a");
  event.at("involvedObject").as_object()["namespace"] = "prod";
  auto command = create(kCoreEvents, event);
  command.name_space = "prod";
  done(door->write(std::move(command)));
  done(door->write(remove(kNamespaces, "prod")));
  CHECK(eventually([&] { return door->get(kNamespaces, "", "prod").reason == "NotFound"; }));
  CHECK(door->get(kNewEvents, "prod", "a").reason == "NotFound");
}

}  // namespace gatefold::test
