// Events: the rules of the core group, and the stricter ones of events.k8s.io.
#include "engine/core/events.h"

#include "schema/catalog.h"
#include "tests/schema/parsed.h"

namespace gatefold::engine {
namespace {

using namespace gatefold::test;

const Kind& core_events() {
  return *core_catalog()->find("", "events");
}
const Kind& newer_events() {
  return *core_catalog()->find("events.k8s.io", "events");
}

Texts complaints(const Kind& kind, const Value& object, const Value* old_object = nullptr) {
  FieldErrors errors;
  validate_event(kind, object, old_object, errors);
  return texts(errors);
}

// In the namespace `prod`, without an eventTime.
Value old_event() {
  return json(R"({"metadata":{"name":"a","namespace":"prod"},"involvedObject":{"kind":"Pod",
    "namespace":"prod","name":"web"},"reason":"Started"})");
}

// In the namespace `prod`, as events.k8s.io has it.
Value new_event() {
  return json(R"({"metadata":{"name":"a","namespace":"prod"},"regarding":{"kind":"Pod",
    "namespace":"prod","name":"web"},"eventTime":"2026-01-02T03:04:05.000000Z","type":"Normal",
    "reason":"Started","action":"Starting","reportingController":"example.com/controller",
    "reportingInstance":"controller-1"})");
}

Value with(Value object, std::string_view key, std::string_view value) {
  object.as_object()[key] = json(value);
  return object;
}

TEST_CASE("times that are not set are null in both forms") {
  Value object = json(R"({"series":{"count":2}})");
  complete_event(core_events(), object);
  CHECK(object == json(R"({"eventTime":null,"firstTimestamp":null,"lastTimestamp":null,
    "series":{"count":2,"lastObservedTime":null}})"));
  object = json(R"({"eventTime":"2026-01-02T03:04:05Z"})");
  complete_event(newer_events(), object);
  CHECK(object == json(R"({"eventTime":"2026-01-02T03:04:05Z","deprecatedFirstTimestamp":null,
    "deprecatedLastTimestamp":null})"));
}

TEST_CASE("an old event is in the namespace of what it speaks of") {
  struct Case {
    std::string_view name_space;
    std::string_view involved;
    bool fits;
  };
  constexpr Case kCases[] = {{"prod", "prod", true},     {"prod", "test", false},
                             {"prod", "", false},        {"default", "", true},
                             {"default", "prod", false}, {"kube-system", "", false}};
  for (const auto& [name_space, involved, fits] : kCases) {
    INFO(name_space << " " << involved);
    auto event = old_event();
    event.at("metadata").as_object()["namespace"] = name_space;
    event.at("involvedObject").as_object()["namespace"] = involved;
    const Texts wrong{"involvedObject.namespace: Invalid value: \"" + std::string(involved) +
                      "\": does not match event.namespace"};
    CHECK(complaints(core_events(), event) == (fits ? Texts{} : wrong));
  }
}

TEST_CASE("an event with an eventTime says who reports it, through either group (R23.5)") {
  auto event = with(old_event(), "eventTime", R"("2026-01-02T03:04:05.000000Z")");
  event.as_object().erase("reason");
  CHECK(complaints(core_events(), event) ==
        Texts{"reportingController: Required value",
              "reportingController: Invalid value: \"\": name part must be non-empty",
              "reportingController: Invalid value: \"\": name part must consist of alphanumeric "
              "characters, '-', '_' or '.', and must start and end with an alphanumeric character "
              "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
              "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
              "reportingInstance: Required value", "action: Required value",
              "reason: Required value"});
  event = new_event();
  for (const auto* key : {"action", "reason", "reportingInstance"}) {
    event.as_object()[key] = std::string(129, 'a');
  }
  event.as_object()["note"] = std::string(1025, 'a');
  CHECK(complaints(newer_events(), event) ==
        Texts{"reportingInstance: Invalid value: \"\": can have at most 128 characters",
              "action: Invalid value: \"\": can have at most 128 characters",
              "reason: Invalid value: \"\": can have at most 128 characters",
              "message: Invalid value: \"\": can have at most 1024 characters"});
  // Of a thing in another namespace.
  event = new_event();
  event.at("regarding").as_object()["namespace"] = "test";
  CHECK(complaints(newer_events(), event) == Texts{});
  event.at("regarding").as_object().erase("namespace");
  CHECK(complaints(newer_events(), event) ==
        Texts{"involvedObject.namespace: Invalid value: \"\": does not match event.namespace"});
  event.at("metadata").as_object()["namespace"] = "kube-system";
  CHECK(complaints(newer_events(), event) == Texts{});
}

TEST_CASE("a new event of events.k8s.io is of the newer sort throughout") {
  CHECK(complaints(newer_events(), new_event()) == Texts{});
  auto event = new_event();
  event.as_object().erase("eventTime");
  event.as_object()["type"] = "Bad";
  event.as_object()["deprecatedFirstTimestamp"] = "2026-01-02T03:04:05Z";
  event.as_object()["deprecatedLastTimestamp"] = "2026-01-02T03:04:05Z";
  event.as_object()["deprecatedCount"] = 1;
  event.as_object()["deprecatedSource"] = {{"host", "a"}};
  event.at("metadata").as_object()["name"] = "A_";
  const auto found = complaints(newer_events(), event);
  REQUIRE(found.size() == 7);
  CHECK(found[0].starts_with("metadata.name: Invalid value: \"A_\": a lowercase RFC 1123"));
  CHECK(Texts(found.begin() + 1, found.end()) ==
        Texts{"eventTime: Required value", "type: Invalid value: \"\": has invalid value: Bad",
              "firstTimestamp: Invalid value: \"\": needs to be unset",
              "lastTimestamp: Invalid value: \"\": needs to be unset",
              "count: Invalid value: \"\": needs to be unset",
              "source: Invalid value: \"\": needs to be unset"});
  CHECK(complaints(core_events(), with(old_event(), "type", R"("Bad")")) == Texts{});
}

TEST_CASE("a series counts from two and has a time") {
  const auto bad = with(new_event(), "series", R"({"count":1,"lastObservedTime":null})");
  const Texts wrong{"series.count: Invalid value: \"\": should be at least 2",
                    "series.lastObservedTime: Required value"};
  CHECK(complaints(newer_events(), bad) == wrong);
  const auto before = new_event();
  CHECK(complaints(newer_events(), bad, &before) == wrong);
  // As long as nobody touches it.
  CHECK(complaints(newer_events(), bad, &bad) == Texts{});
  const auto good =
      with(new_event(), "series", R"({"count":2,"lastObservedTime":"2026-01-02T03:04:06Z"})");
  CHECK(complaints(newer_events(), good, &before) == Texts{});
}

TEST_CASE("events.k8s.io changes nothing of an event but its series") {
  const auto before = new_event();
  auto event = before;
  event.at("regarding").as_object()["name"] = "other";
  event.as_object()["reason"] = "Stopped";
  event.as_object()["note"] = "it runs";
  event.as_object()["deprecatedSource"] = {{"component", "a"}};
  event.as_object()["deprecatedFirstTimestamp"] = "2026-01-02T03:04:05Z";
  event.as_object()["deprecatedLastTimestamp"] = "2026-01-02T03:04:05.5Z";
  event.as_object()["deprecatedCount"] = 3;
  event.as_object()["type"] = "Warning";
  event.as_object()["eventTime"] = "2026-01-02T03:04:06Z";
  event.as_object()["action"] = "Stopping";
  event.as_object()["related"] = {{"name", "b"}};
  event.as_object()["reportingController"] = "c";
  event.as_object()["reportingInstance"] = "d";
  const std::string end = ": field is immutable";
  CHECK(complaints(newer_events(), event, &before) ==
        Texts{
            "involvedObject: Invalid value: core.ObjectReference{Kind:\"Pod\", "
            "Namespace:\"prod\", Name:\"other\", UID:\"\", APIVersion:\"\", "
            "ResourceVersion:\"\", FieldPath:\"\"}" +
                end,
            "reason: Invalid value: \"Stopped\"" + end,
            "message: Invalid value: \"it runs\"" + end,
            "source: Invalid value: core.EventSource{Component:\"a\", Host:\"\"}" + end,
            "firstTimestamp: Invalid value: 2026-01-02 03:04:05 +0000 UTC" + end,
            "lastTimestamp: Invalid value: 2026-01-02 03:04:05.5 +0000 UTC" + end,
            "count: Invalid value: 3" + end,
            "type: Invalid value: \"Warning\"" + end,
            "eventTime: Invalid value: 2026-01-02 03:04:06 +0000 UTC" + end,
            "action: Invalid value: \"Stopping\"" + end,
            "related: Invalid value: core.ObjectReference{Kind:\"\", Namespace:\"\", "
            "Name:\"b\", UID:\"\", APIVersion:\"\", ResourceVersion:\"\", "
            "FieldPath:\"\"}" +
                end,
            "reportingController: Invalid value: \"c\"" + end,
            "reportingInstance: Invalid value: \"d\"" + end,
        });
  // The same moment in other words is no change.
  event = before;
  event.as_object()["eventTime"] = "2026-01-02T04:04:05+01:00";
  event.as_object()["deprecatedFirstTimestamp"] = nullptr;
  CHECK(complaints(newer_events(), event, &before) == Texts{});
  const auto old = old_event();
  CHECK(complaints(core_events(), with(old_event(), "reason", R"("Stopped")"), &old) == Texts{});
}

}  // namespace
}  // namespace gatefold::engine
