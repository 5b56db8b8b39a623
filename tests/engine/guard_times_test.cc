#include <fmt/format.h>

#include "engine/guard/guard.h"
#include "schema/catalog.h"
#include "schema/defaults.h"
#include "tests/schema/parsed.h"

namespace gatefold::engine {
namespace {

using test::json;
using test::Texts;

// What a schema may ask of conditions at the least: no member is required.
constexpr std::string_view kLoose = R"(
type: object
properties:
  status:
    type: object
    properties:
      conditions: &conditions
        type: array
        items:
          type: object
          properties:
            type: {type: string}
            status: {type: string}
            lastTransitionTime: {type: string}
      pairs:
        type: array
        x-kubernetes-list-type: map
        x-kubernetes-list-map-keys: [name, port]
        items:
          type: object
          properties: {name: {type: string}, port: {type: integer}, conditions: *conditions}
      zones:
        type: object
        additionalProperties: {type: object, properties: {conditions: *conditions}}
      loose:
        type: array
        items:
          type: object
          properties: {a: {type: integer}, b: {type: integer}, conditions: *conditions}
)";

const SchemaNode& loose() {
  static const SchemaPtr schema = test::schema(kLoose);
  return *schema;
}

const SchemaNode& schema_of(std::string_view resource) {
  static const CatalogPtr catalog = builtin_catalog();
  const auto* kind = catalog->find("gateway.networking.k8s.io", resource);
  REQUIRE(kind != nullptr);
  return *kind->storage_version().schema;
}

// 2026-01-01T00:00:09.5Z
const Time kEvent{parse_rfc3339("2026-01-01T00:00:09Z")->ns + kNsPerSecond / 2};

Texts transitions_of(const GuardReport& report) {
  Texts texts;
  for (const auto& one : report.transitions) {
    texts.push_back(fmt::format("{} {}: {}->{} {}", one.path, one.type, one.old_status,
                                one.new_status, format_nanos(one.transition_time)));
  }
  return texts;
}

Texts repairs_of(const GuardReport& report) {
  Texts texts;
  for (const auto& one : report.repairs) {
    texts.push_back(fmt::format("{} {} {}: {}->{}", one.rule, one.path, one.type,
                                format_nanos(one.claimed), format_nanos(one.kept)));
  }
  return texts;
}

// The members of one condition beside its type; "" for no condition at all.
Value holding(std::string_view members) {
  return json(
      members.empty()
          ? R"({"status":{"conditions":[]}})"
          : fmt::format(R"({{"status":{{"conditions":[{{"type":"Ready",{}}}]}}}})", members));
}

std::string written_time(const Value& object) {
  const auto& list = find_path(object, {"status", "conditions"})->get_array();
  return list.empty() ? "" : std::string(string_at(list.front(), {"lastTransitionTime"}));
}

TEST_CASE("conditions are found wherever a schema has them, and named by identity") {
  struct Case {
    std::string_view resource, object;
    Texts paths;
  };
  const Case cases[] = {
      {"gatewayclasses",
       R"({"status":{"conditions":[{"type":"Accepted"}]}})",
       {"status.conditions Accepted"}},
      {"gateways",
       R"({"status":{"conditions":[{"type":"A"},{"type":"B"}],
           "listeners":[{"name":"http","conditions":[{"type":"C"}]},
                        {"name":"https","conditions":[{"type":"C"}]}]}})",
       {"status.conditions A", "status.conditions B", "status.listeners[http].conditions C",
        "status.listeners[https].conditions C"}},
      {"httproutes",
       R"({"status":{"parents":[{"parentRef":{"name":"web"},"controllerName":"x/y",
                                 "conditions":[{"type":"A"}]}]}})",
       {R"(status.parents[{"controllerName":"x/y","parentRef":)"
        R"({"group":"gateway.networking.k8s.io","kind":"Gateway","name":"web"}}].conditions A)"}},
      {"",
       R"({"status":{"pairs":[{"name":"n","port":8,"conditions":[{"type":"A"}]},
                                  {"port":9,"conditions":[{"type":"A"}]},
                                  {"name":"n","conditions":[{"type":"A"}]}]}})",
       {"status.pairs[n,8].conditions A", "status.pairs[,9].conditions A",
        "status.pairs[n,].conditions A"}},
      {"",
       R"({"status":{"zones":{"east":{"conditions":[{"type":"A"}]}}}})",
       {"status.zones.east.conditions A"}},
      {"",
       R"({"status":{"loose":[{"conditions":[{"type":"A"}],"b":2,"a":1}]}})",
       {R"(status.loose[{"a":1,"b":2}].conditions A)"}},
      {"",
       R"({"status":{"unknown":[{"conditions":[{"type":"A"}]}]},"spec":{"conditions":[{}]}})",
       {}},
  };
  for (const auto& [resource, text, paths] : cases) {
    INFO(text);
    const auto& schema = resource.empty() ? loose() : schema_of(resource);
    Value object = json(text);
    apply_defaults(schema, object);
    Texts found;
    for (const auto& entry : collect_conditions(schema, object)) {
      REQUIRE(entry.slot != nullptr);
      CHECK(string_at(*entry.slot, {"type"}) == entry.type);
      found.push_back(fmt::format("{} {}", entry.path, entry.type));
    }
    CHECK(found == paths);
    CHECK(collect_conditions(schema, static_cast<const Value&>(object)).size() == paths.size());
  }
}

TEST_CASE("where a schema says nothing of a status, conditions are found by their form") {
  const auto open = test::schema(R"(
type: object
x-kubernetes-preserve-unknown-fields: true
)");
  const auto open_status = test::schema(R"(
type: object
properties:
  status: {type: object, x-kubernetes-preserve-unknown-fields: true}
)");
  const auto open_items = test::schema(R"(
type: object
properties:
  status:
    type: object
    properties:
      conditions: {type: array, items: {type: object, x-kubernetes-preserve-unknown-fields: true}}
)");
  const auto conditions = R"({"conditions":[{"type":"A","status":"True",)"
                          R"("lastTransitionTime":"2026-01-01T00:00:00Z"}]})";
  const auto object =
      json(fmt::format(R"({{"spec":{{"template":{{"status":{0}}}}},"status":{0}}})", conditions));
  for (const auto& schema : {open, open_status, open_items}) {
    CHECK(may_have_conditions(*schema));
    const auto found = collect_conditions(*schema, object);
    REQUIRE(found.size() == 1);
    CHECK(found.front().path == "status.conditions");
  }
  CHECK(collect_conditions(*open, json(R"({"status":{"conditions":[{"type":"A"}]}})")).empty());
}

// Times of day of the cases, within one minute.
#define AT(seconds) R"("lastTransitionTime":"2026-01-01T00:00:)" seconds R"(")"
#define NS(seconds) "2026-01-01T00:00:" seconds "Z"

TEST_CASE("lastTransitionTime moves with the status and only with it") {
  struct Case {
    std::string_view name, before, now, transition, repair, time;
  };
  const Case cases[] = {
      {"nothing moves", R"("status":"True",)" AT("01Z"), R"("status":"True",)" AT("01Z"), "", "",
       NS("01")},
      {"restamped", R"("status":"True",)" AT("01Z"), R"("status":"True",)" AT("08Z"), "",
       "restamped: " NS("08.000000000") "->" NS("01.000000000"), NS("01")},
      {"restamped into the past", R"("status":"True",)" AT("05Z"), R"("status":"True",)" AT("01Z"),
       "", "restamped: " NS("01.000000000") "->" NS("05.000000000"), NS("05")},
      {"restamped away", R"("status":"True",)" AT("01Z"), R"("status":"True")", "",
       "restamped: 1970-01-01T00:00:00.000000000Z->" NS("01.000000000"), NS("01")},
      {"restamped, from a default",
       R"("status":"Unknown","lastTransitionTime":"1970-01-01T00:00:00Z")",
       R"("status":"Unknown",)" AT("08Z"), "",
       "restamped: " NS("08.000000000") "->1970-01-01T00:00:00.000000000Z", "1970-01-01T00:00:00Z"},
      {"another text of the same second", R"("status":"True",)" AT("01.25Z"),
       R"("status":"True",)" AT("01Z"), "", "", NS("01.25")},
      {"another zone of the same second", R"("status":"True",)" AT("01Z"),
       R"("status":"True","lastTransitionTime":"2026-01-01T01:00:01+01:00")", "", "", NS("01")},
      {"restored as it was written", R"("status":"True",)" AT("01.25Z"),
       R"("status":"True",)" AT("02Z"), "",
       "restamped: " NS("02.000000000") "->" NS("01.250000000"), NS("01.25")},
      {"nothing to put back", R"("status":"True")", R"("status":"True",)" AT("08Z"), "", "",
       NS("08")},
      {"flips at the client's time", R"("status":"True",)" AT("01Z"),
       R"("status":"False",)" AT("07Z"), "True->False " NS("07.000000000"), "", NS("07")},
      {"flips a little ahead of us", R"("status":"True",)" AT("01Z"),
       R"("status":"False",)" AT("10.5Z"), "True->False " NS("10.500000000"), "", NS("10.5")},
      {"flips too far ahead of us", R"("status":"True",)" AT("01Z"),
       R"("status":"False",)" AT("11Z"), "True->False " NS("09.500000000"),
       "unstamped: " NS("11.000000000") "->" NS("09.000000000"), NS("09")},
      {"flips unstamped", R"("status":"True",)" AT("01Z"), R"("status":"False",)" AT("01Z"),
       "True->False " NS("09.500000000"), "unstamped: " NS("01.000000000") "->" NS("09.000000000"),
       NS("09")},
      {"flips back in time", R"("status":"True",)" AT("05Z"), R"("status":"False",)" AT("04Z"),
       "True->False " NS("09.500000000"), "unstamped: " NS("04.000000000") "->" NS("09.000000000"),
       NS("09")},
      {"flips without a time", R"("status":"True",)" AT("05Z"), R"("status":"False")",
       "True->False " NS("09.500000000"),
       "unstamped: 1970-01-01T00:00:00.000000000Z->" NS("09.000000000"), NS("09")},
      {"flips with what is no time", R"("status":"True",)" AT("05Z"),
       R"("status":"False","lastTransitionTime":"soon")", "True->False " NS("09.500000000"),
       "unstamped: 1970-01-01T00:00:00.000000000Z->" NS("09.000000000"), NS("09")},
      {"never before the previous time", R"("status":"True",)" AT("10Z"),
       R"("status":"False",)" AT("09Z"), "True->False " NS("10.000000000"),
       "unstamped: " NS("09.000000000") "->" NS("10.000000000"), NS("10")},
      {"twice within the second of the event", R"("status":"True",)" AT("09Z"),
       R"("status":"False",)" AT("09Z"), "True->False " NS("09.500000000"), "", NS("09")},
      {"flips from a default", R"("status":"Unknown","lastTransitionTime":"1970-01-01T00:00:00Z")",
       R"("status":"True",)" AT("07Z"), "Unknown->True " NS("07.000000000"), "", NS("07")},
      {"a default comes back", R"("status":"True",)" AT("01Z"),
       R"("status":"Unknown","lastTransitionTime":"1970-01-01T00:00:00Z")",
       "True->Unknown " NS("09.500000000"),
       "unstamped: 1970-01-01T00:00:00.000000000Z->" NS("09.000000000"), NS("09")},
      {"appears", "", R"("status":"True",)" AT("07Z"), "->True " NS("07.000000000"), "", NS("07")},
      {"appears without a time", "", R"("status":"True")", "->True " NS("09.500000000"),
       "unstamped: 1970-01-01T00:00:00.000000000Z->" NS("09.000000000"), NS("09")},
      {"appears with the zero time", "",
       R"("status":"True","lastTransitionTime":"1970-01-01T00:00:00Z")",
       "->True " NS("09.500000000"),
       "unstamped: 1970-01-01T00:00:00.000000000Z->" NS("09.000000000"), NS("09")},
      {"a default appears", "", R"("status":"Unknown","lastTransitionTime":"1970-01-01T00:00:00Z")",
       "", "", "1970-01-01T00:00:00Z"},
      {"appears without a status", "", AT("07Z"), "", "", NS("07")},
      {"vanishes", R"("status":"True",)" AT("01Z"), "", "True-> " NS("09.500000000"), "", ""},
      {"vanishes without a status", AT("01Z"), "", "", "", ""},
  };
  for (const auto& [name, before, now, transition, repair, time] : cases) {
    INFO(name);
    const Value old_object = holding(before);
    Value object = holding(now);
    const auto report = guard_conditions(loose(), &old_object, object, kEvent);
    const auto with_path = [](std::string_view text, std::string_view prefix) {
      return text.empty() ? Texts{} : Texts{std::string(prefix) + std::string(text)};
    };
    CHECK(transitions_of(report) == with_path(transition, "status.conditions Ready: "));
    const auto colon = repair.find(": ");
    CHECK(repairs_of(report) ==
          (repair.empty() ? Texts{}
                          : Texts{fmt::format("{} status.conditions Ready{}",
                                              repair.substr(0, colon), repair.substr(colon))}));
    CHECK(written_time(object) == time);
    // What is right now stays right.
    Value again = object;
    const auto second = guard_conditions(loose(), &object, again, kEvent);
    CHECK(repairs_of(second) == Texts{});
    CHECK(transitions_of(second) == Texts{});
    CHECK(again == object);
  }
}

TEST_CASE("of a create, defaults are no transition and everything else is one") {
  Value gateway = json(R"({"spec":{}})");
  const auto& schema = schema_of("gateways");
  apply_defaults(schema, gateway);
  REQUIRE(collect_conditions(schema, gateway).size() == 2);
  const Value as_defaulted = gateway;
  CHECK(transitions_of(guard_conditions(schema, nullptr, gateway, kEvent)) == Texts{});
  CHECK(gateway == as_defaulted);

  Value object = holding(R"("status":"True",)" AT("03Z"));
  CHECK(transitions_of(guard_conditions(loose(), nullptr, object, kEvent)) ==
        Texts{"status.conditions Ready: ->True " NS("03.000000000")});
}

TEST_CASE("a transition tells what the condition says") {
  const Value old_object = holding(
      R"("status":"True","reason":"Old","message":"was","observedGeneration":1,)" AT("01Z"));
  Value object = holding(
      R"("status":"False","reason":"New","message":"is","observedGeneration":2,)" AT("07Z"));
  auto report = guard_conditions(loose(), &old_object, object, kEvent);
  REQUIRE(report.transitions.size() == 1);
  CHECK(report.transitions[0].reason == "New");
  CHECK(report.transitions[0].message == "is");
  CHECK(report.transitions[0].observed_generation == 2);

  Value emptied = holding("");
  report = guard_conditions(loose(), &old_object, emptied, kEvent);
  REQUIRE(report.transitions.size() == 1);
  CHECK(report.transitions[0].reason == "Old");
}

TEST_CASE("a write that only restamped becomes what is stored") {
  const Value old_object = json(R"({"status":{"conditions":[
      {"type":"A","status":"True","lastTransitionTime":"2026-01-01T00:00:01.5+00:00"},
      {"type":"B","status":"False","lastTransitionTime":"2026-01-01T00:00:02Z"}]}})");
  Value object = json(R"({"status":{"conditions":[
      {"type":"A","status":"True","lastTransitionTime":"2026-01-01T00:00:08Z"},
      {"type":"B","status":"False","lastTransitionTime":"2026-01-01T00:00:08Z"}]}})");
  const auto report = guard_conditions(loose(), &old_object, object, kEvent);
  CHECK(report.repairs.size() == 2);
  CHECK(canonical_json(object) == canonical_json(old_object));
}

TEST_CASE(
    "parents are the same in any order, and with or without the defaults of their references") {
  const auto& schema = schema_of("httproutes");
  const auto parents = [&](std::string_view text) {
    Value object = json(
        fmt::format(R"({{"metadata":{{"namespace":"prod"}},"status":{{"parents":[{}]}}}})", text));
    apply_defaults(schema, object);
    return object;
  };
  constexpr std::string_view kWeb =
      R"({"controllerName":"x/y","parentRef":{"name":"web"},
          "conditions":[{"type":"Accepted","status":"True",)" AT("01Z") "}]}";
  constexpr std::string_view kSpelledOut =
      R"({"conditions":[{"type":"Accepted","status":"True",)" AT("01Z") R"(}],
          "parentRef":{"kind":"Gateway","name":"web","group":"gateway.networking.k8s.io",
            "namespace":"prod"},
          "controllerName":"x/y"})";
  constexpr std::string_view kSection =
      R"({"controllerName":"x/y","parentRef":{"name":"web","sectionName":"http"},
          "conditions":[{"type":"Accepted","status":"False",)" AT("02Z") "}]}";
  const Value old_object = parents(fmt::format("{},{}", kWeb, kSection));
  Value object = parents(fmt::format("{},{}", kSection, kSpelledOut));
  auto report = guard_conditions(schema, &old_object, object, kEvent);
  CHECK(transitions_of(report) == Texts{});
  CHECK(repairs_of(report) == Texts{});

  Value other = parents(kSection);
  report = guard_conditions(schema, &old_object, other, kEvent);
  REQUIRE(report.transitions.size() == 1);
  CHECK(report.transitions[0].old_status == "True");
  CHECK(report.transitions[0].new_status.empty());
}

TEST_CASE("transitions come by path, then type") {
  Value object = json(R"({"status":{
      "zones":{"b":{"conditions":[{"type":"A","status":"True"}]},
               "a":{"conditions":[{"type":"Z","status":"True"},{"type":"B","status":"True"}]}},
      "conditions":[{"type":"Y","status":"True"}]}})");
  Texts names;
  for (const auto& one : guard_conditions(loose(), nullptr, object, kEvent).transitions) {
    names.push_back(one.path + " " + one.type);
  }
  CHECK(names == Texts{"status.conditions Y", "status.zones.a.conditions B",
                       "status.zones.a.conditions Z", "status.zones.b.conditions A"});
}

TEST_CASE("twins are compared in their order, and each of them once") {
  const auto twins = [](std::string_view first, std::string_view second) {
    return json(fmt::format(R"({{"status":{{"conditions":[
        {{"type":"A","status":"{}",)" AT("01Z") R"(}},{{"type":"A","status":"{}",)" AT(
                                "01Z") R"(}}]}}}})",
                            first, second));
  };
  const Value old_object = twins("True", "False");
  Value same = twins("True", "False");
  CHECK(transitions_of(guard_conditions(loose(), &old_object, same, kEvent)) == Texts{});
  Value flipped = twins("True", "True");
  CHECK(transitions_of(guard_conditions(loose(), &old_object, flipped, kEvent)) ==
        Texts{"status.conditions A: False->True " NS("09.500000000")});
  Value single = holding("");
  single = json(R"({"status":{"conditions":[{"type":"A","status":"True",)" AT("01Z") "}]}}");
  CHECK(transitions_of(guard_conditions(loose(), &old_object, single, kEvent)) ==
        Texts{"status.conditions A: False-> " NS("09.500000000")});
}

TEST_CASE("what has the wrong shape is passed over") {
  const std::string_view cases[] = {
      R"({})",
      R"([])",
      R"({"status":7})",
      R"({"status":{"conditions":{}}})",
      R"({"status":{"conditions":null}})",
      R"({"status":{"conditions":[null,1,"x",[],{}]}})",
      R"({"status":{"conditions":[{"type":1,"status":true,"lastTransitionTime":{}}]}})",
      R"({"status":{"pairs":[null,3,{"name":{"a":1},"port":[],"conditions":[{}]}]}})",
      R"({"status":{"loose":["x",{"conditions":"x"}],"zones":{"a":1,"b":{"conditions":[[]]}}}})",
  };
  for (const auto before : cases) {
    for (const auto now : cases) {
      INFO(before << " -> " << now);
      const Value old_object = json(before);
      Value object = json(now);
      const Value written = object;
      const auto report = guard_conditions(loose(), &old_object, object, kEvent);
      CHECK(transitions_of(report) == Texts{});
      CHECK(repairs_of(report) == Texts{});
      CHECK(object == written);
    }
  }
}

}  // namespace
}  // namespace gatefold::engine
