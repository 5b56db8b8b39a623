// Kubernetes audit logs as histories: a real one, and one that leaves things out.
#include "tools/gatefold/import_audit.h"

#include <filesystem>
#include <fstream>
#include <iostream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/foreign_history.h"
#include "schema/json.h"
#include "storage/verify.h"
#include "tests/schema/parsed.h"
#include "tests/storage/scratch.h"

namespace gatefold::test {
namespace {

const ObjectKey kWeb{"gateways.gateway.networking.k8s.io", "prod", "web"};

std::string gap_of(const storage::Event& event) {
  for (const auto& [key, value] : event.audit_annotations) {
    if (key == engine::kGapAnnotation) return value;
  }
  return "";
}

std::vector<storage::Event> events_of(const storage::Store& store, const ObjectKey& key) {
  std::vector<storage::Event> events;
  const auto snapshot = store.snapshot();
  REQUIRE(snapshot->events({}, snapshot->head().revision, [&](const storage::Event& event) {
    if (event.key == key) events.push_back(event);
    return true;
  }));
  return events;
}

Value object_of(const storage::Store& store, const storage::Event& event) {
  return parse_json(*store.snapshot()->body(event.revision))->value;
}

// What an object that stands in says of itself.
std::string mark_of(const Value& object) {
  return std::string(string_at(object, {"metadata", "annotations", engine::kStandInAnnotation}));
}

std::vector<std::string> timeline_of(const storage::Store& store, const ObjectKey& key) {
  std::vector<std::string> timeline;
  REQUIRE(store.snapshot()->timeline(key, [&](const storage::LedgerEntry& entry) {
    const auto& transition = entry.transition;
    timeline.push_back(fmt::format("{} {} {}->{} {}", entry.actor.field_manager, transition.type,
                                   transition.old_status, transition.new_status,
                                   format_seconds(transition.transition_time).substr(17, 2)));
    return true;
  }));
  return timeline;
}

TEST_CASE("a real audit log is a history of two writers that fight") {
  const std::string file = GATEFOLD_SOURCE_DIR "/../shared/spec/observed/audit.jsonl";
  if (!std::filesystem::exists(file)) {
    std::cout << "SKIP: no ../shared/spec/observed/audit.jsonl\n";
    return;
  }
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  const auto counts = tools::import_audit({file}, *store, {});
  INFO((counts ? "" : counts.error().message));
  REQUIRE(counts.has_value());
  CHECK(counts->records == 17);
  CHECK(counts->writes == 15);
  CHECK(counts->gaps == 0);
  CHECK(counts->skipped == std::map<std::string, std::uint64_t>{{"failed", 1}, {"read", 1}});
  CHECK(storage::verify(*store).findings.empty());

  const auto events = events_of(*store, kWeb);
  REQUIRE(events.size() == 15);
  CHECK(events.front().type == storage::EventType::kAdded);
  CHECK(events.front().actor.field_manager == "kubectl-create");
  CHECK(events[1].actor.user_agent == "envoy-gateway/v1.5.0 (linux/amd64)");
  CHECK(events[1].audit_annotations.front().value == "5020");
  CHECK(format_micros(events[1].time) == "2026-11-24T08:30:41.586443Z");
  CHECK(events.back().type == storage::EventType::kDeleted);
  CHECK(events[13].generation.number == 2);
  // The restamping writes in between are no transitions.
  CHECK(timeline_of(*store, kWeb) ==
        std::vector<std::string>{
            "envoy-gateway Accepted Unknown->True 41", "envoy-gateway Programmed Unknown->True 41",
            "legacy Programmed True->False 42", "envoy-gateway Programmed False->True 43",
            "legacy Programmed True->False 44", "envoy-gateway Programmed False->True 45",
            "legacy Programmed True->False 46", "envoy-gateway Programmed False->True 47"});
}

class AuditLog {
 public:
  explicit AuditLog(const std::filesystem::path& path) : out_(path) {}

  void add(std::string_view verb, std::string_view resource, Value response,
           std::string_view level = "RequestResponse", Value request = nullptr, int code = 200) {
    JsonObject event{{"kind", "Event"},
                     {"apiVersion", "audit.k8s.io/v1"},
                     {"level", level},
                     {"auditID", fmt::format("id-{}", count_)},
                     {"stage", "ResponseComplete"},
                     {"requestURI", "/x"},
                     {"verb", verb},
                     {"user", {{"username", "ann"}}},
                     {"userAgent", "tool/1"},
                     {"objectRef",
                      {{"resource", resource},
                       {"apiGroup", group},
                       {"apiVersion", "v1"},
                       {"namespace", name_space},
                       {"name", name}}},
                     {"responseStatus", {{"code", code}}},
                     {"stageTimestamp", fmt::format("2026-01-01T00:00:{:02}.000000Z", count_++)}};
    if (!response.is_null()) event["responseObject"] = std::move(response);
    if (!request.is_null()) event["requestObject"] = std::move(request);
    out_ << to_json(event) << '\n' << std::flush;
  }

  // Of what is written.
  std::string group = "example.org";
  std::string name_space = "prod";
  std::string name = "a";

 private:
  std::ofstream out_;
  int count_ = 0;
};

Value widget(std::string_view revision, std::string_view size, std::string_view ready = "True") {
  return JsonObject{
      {"apiVersion", "example.org/v1"},
      {"kind", "Widget"},
      {"metadata",
       {{"name", "a"},
        {"namespace", "prod"},
        {"uid", "3bae8a0b-b4d0-4fe3-b54b-59dc4efc3448"},
        {"resourceVersion", revision},
        {"generation", 3}}},
      {"spec", {{"size", size}}},
      {"status",
       {{"conditions", JsonArray{{{"type", "Ready"},
                                  {"status", ready},
                                  {"lastTransitionTime", "2026-01-01T00:00:00Z"}}}}}}};
}

TEST_CASE("what an audit log leaves out is a marked gap") {
  const ScratchDirectory directory;
  const auto path = directory.path() / "audit.jsonl";
  {
    AuditLog log(path);
    log.add("patch", "widgets", widget("7", "small"));
    log.add("patch", "widgets", widget("7", "small"));  // changed nothing
    log.add("update", "widgets", nullptr, "Metadata");
    log.add("update", "widgets", nullptr, "Request",
            JsonObject{{"kind", "Widget"}, {"spec", {{"size", "large"}}}});
    log.add("patch", "widgets", nullptr, "Metadata", nullptr, 409);
    log.add("patch", "widgets", widget("9", "large", "False"));
    log.add("delete", "widgets", JsonObject{{"kind", "Status"}, {"status", "Success"}});
    log.add("delete", "gadgets", nullptr, "Metadata");
  }
  const auto store = open_store(directory.path() / "data");
  const auto counts = tools::import_audit({path.string()}, *store, {});
  INFO((counts ? "" : counts.error().message));
  REQUIRE(counts.has_value());
  CHECK(storage::verify(*store).findings.empty());
  CHECK(counts->skipped == std::map<std::string, std::uint64_t>{{"failed", 1}, {"no change", 1}});
  CHECK(counts->gaps == 4);

  const ObjectKey key{"widgets.example.org", "prod", "a"};
  const auto events = events_of(*store, key);
  REQUIRE(events.size() == 5);
  CHECK(events[0].type == storage::EventType::kAdded);
  CHECK(gap_of(events[0]) == "the object was created before the source begins");
  CHECK(gap_of(events[1]).starts_with("the object (level Metadata)"));
  CHECK(gap_of(events[2]).starts_with("the answer (level Request)"));
  CHECK(gap_of(events[3]).empty());
  CHECK(gap_of(events[4]).empty());
  const auto snapshot = store->snapshot();
  auto known_last = object_of(*store, events[1]);
  CHECK(mark_of(known_last) == gap_of(events[1]));
  known_last.as_object()["metadata"].as_object().erase("annotations");
  CHECK(known_last == object_of(*store, events[0]));
  const auto requested = object_of(*store, events[2]);
  CHECK(string_at(requested, {"spec", "size"}) == "large");
  CHECK(find_path(requested, {"status", "conditions"}) != nullptr);
  // The kind's definition, which no record shows, stands in front.
  CHECK((**snapshot->event({1})).key.name == "widgets.example.org");
  CHECK(timeline_of(*store, key) ==
        std::vector<std::string>{"tool Ready ->True 00", "tool Ready True->False 05"});

  const auto gone = events_of(*store, {"gadgets.example.org", "prod", "a"});
  REQUIRE(gone.size() == 2);
  CHECK(!gap_of(gone[0]).empty());
  CHECK(gone[1].type == storage::EventType::kDeleted);
}

TEST_CASE("what stands in for an object is marked, and what is known after it is an event") {
  const ScratchDirectory directory;
  const auto path = directory.path() / "audit.jsonl";
  {
    AuditLog log(path);
    log.add("create", "widgets", widget("7", "small"));
    log.add("patch", "widgets", nullptr, "Metadata");
    log.add("patch", "widgets", widget("9", "small"));  // as the first
    log.add("patch", "widgets", widget("9", "small"));
    log.add("patch", "gadgets", widget("9", "small"));
  }
  const auto store = open_store(directory.path() / "data");
  const auto counts = tools::import_audit({path.string()}, *store, {});
  REQUIRE(counts.has_value());
  const auto events = events_of(*store, {"widgets.example.org", "prod", "a"});
  REQUIRE(events.size() == 3);
  CHECK(engine::body_gap(events[0]).empty());
  CHECK(engine::body_gap(events[1]) == gap_of(events[1]));
  CHECK(engine::body_gap(events[2]).empty());
  CHECK(mark_of(object_of(*store, events[0])).empty());
  CHECK(mark_of(object_of(*store, events[1])) == gap_of(events[1]));
  CHECK(mark_of(object_of(*store, events[2])).empty());
  // Its creation is not known, but the object is.
  const auto first = events_of(*store, {"gadgets.example.org", "prod", "a"});
  REQUIRE(first.size() == 1);
  CHECK(!gap_of(first[0]).empty());
  CHECK(engine::body_gap(first[0]).empty());
}

Value in_version(std::string_view api_version, std::string_view kind, Value object) {
  object.as_object()["apiVersion"] = api_version;
  object.as_object()["kind"] = kind;
  return object;
}

// The apiVersions of an object's events and of their bodies.
std::vector<std::string> versions_of(const storage::Store& store, const ObjectKey& key) {
  std::vector<std::string> versions;
  for (const auto& event : events_of(store, key)) {
    const auto body = parse_json(*store.snapshot()->body(event.revision))->value;
    versions.push_back(event.version + " " + std::string(string_at(body, {"apiVersion"})));
  }
  return versions;
}

TEST_CASE("what two clients write in two versions of a kind is told in one, as it is stored") {
  const ScratchDirectory directory;
  const auto path = directory.path() / "audit.jsonl";
  const std::string group = "gateway.networking.k8s.io";
  {
    AuditLog log(path);
    log.group = group;
    const auto add = [&](std::string_view version, std::string_view revision,
                         std::string_view size) {
      log.add(
          "update", "httproutes",
          in_version(fmt::format("{}/{}", group, version), "HTTPRoute", widget(revision, size)));
    };
    add("v1", "7", "small");
    add("v1beta1", "7", "small");  // changed nothing
    add("v1beta1", "8", "large");
    add("v1", "9", "small");
  }
  const auto store = open_store(directory.path() / "data");
  const auto counts = tools::import_audit({path.string()}, *store, {});
  REQUIRE(counts.has_value());
  CHECK(storage::verify(*store).findings.empty());
  CHECK(counts->skipped == std::map<std::string, std::uint64_t>{{"no change", 1}});
  CHECK(versions_of(*store, {"httproutes." + group, "prod", "a"}) ==
        std::vector<std::string>(3, "v1 " + group + "/v1"));
}

// Stored in v1, served in v1beta1 too.
Value converted_widgets() {
  JsonArray versions;
  for (const auto* name : {"v1", "v1beta1"}) {
    versions.push_back(JsonObject{{"name", name},
                                  {"served", true},
                                  {"storage", versions.empty()},
                                  {"schema", {{"openAPIV3Schema", {{"type", "object"}}}}}});
  }
  return JsonObject{
      {"apiVersion", "apiextensions.k8s.io/v1"},
      {"kind", "CustomResourceDefinition"},
      {"metadata",
       {{"name", "widgets.example.org"}, {"uid", "3bae8a0b-b4d0-4fe3-b54b-59dc4efc3449"}}},
      {"spec",
       {{"group", "example.org"},
        {"scope", "Namespaced"},
        {"names",
         {{"plural", "widgets"},
          {"singular", "widget"},
          {"kind", "Widget"},
          {"listKind", "WidgetList"}}},
        {"conversion", {{"strategy", "Webhook"}}},
        {"versions", std::move(versions)}}},
      {"status",
       {{"acceptedNames", {{"plural", "widgets"}, {"kind", "Widget"}}},
        {"conditions", JsonArray{{{"type", "Established"}, {"status", "True"}}}}}}};
}

TEST_CASE("versions that a webhook converts, or that nothing is known of, stay what they are") {
  const ScratchDirectory directory;
  const auto path = directory.path() / "audit.jsonl";
  const bool is_defined = GENERATE(true, false);
  {
    AuditLog log(path);
    if (is_defined) {
      log.group = "apiextensions.k8s.io";
      log.name_space = "";
      log.name = "widgets.example.org";
      log.add("create", "customresourcedefinitions", converted_widgets());
      log.group = "example.org";
      log.name_space = "prod";
      log.name = "a";
    }
    log.add("update", "widgets", widget("7", "small"));
    log.add("update", "widgets", in_version("example.org/v1beta1", "Widget", widget("8", "large")));
  }
  const auto store = open_store(directory.path() / "data");
  REQUIRE(tools::import_audit({path.string()}, *store, {}).has_value());
  CHECK(versions_of(*store, {"widgets.example.org", "prod", "a"}) ==
        std::vector<std::string>{"v1 example.org/v1", "v1beta1 example.org/v1beta1"});
}

TEST_CASE("each life of an object whose uid no record shows is one of its own") {
  const ScratchDirectory directory;
  const auto path = directory.path() / "audit.jsonl";
  {
    AuditLog log(path);
    auto body = widget("", "small");
    body.as_object()["metadata"].as_object().erase("uid");
    for (int life = 0; life < 2; ++life) {
      log.add("create", "widgets", nullptr, "Request", body);
      log.add("update", "widgets", nullptr, "Request", body);
      if (life == 0) log.add("delete", "widgets", nullptr, "Request");
    }
    log.add("patch", "widgets", widget("9", "large"));  // the uid that it had all the while
  }
  const auto store = open_store(directory.path() / "data");
  REQUIRE(tools::import_audit({path.string()}, *store, {}).has_value());
  CHECK(storage::verify(*store).findings.empty());
  const auto events = events_of(*store, {"widgets.example.org", "prod", "a"});
  REQUIRE(events.size() == 6);
  CHECK(events[2].type == storage::EventType::kDeleted);
  for (const auto* first : {&events[0], &events[3]}) {
    CHECK(first->type == storage::EventType::kAdded);
    CHECK(first[1].uid == first[0].uid);
    CHECK(first[2].uid == first[0].uid);
  }
  CHECK(events[0].uid != events[3].uid);
}

TEST_CASE("what a server answers says whether an object came or went") {
  const ScratchDirectory directory;
  const auto path = directory.path() / "audit.jsonl";
  const ObjectKey widget_key{"widgets.example.org", "prod", "a"};
  const ObjectKey space_key{"namespaces", "", "prod"};
  auto space = json(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"prod",
      "uid":"3bae8a0b-b4d0-4fe3-b54b-59dc4efc3449"},"spec":{"finalizers":["kubernetes"]}})");
  {
    AuditLog log(path);
    log.add("patch", "widgets", widget("7", "small"), "RequestResponse", nullptr, 201);
    // As clients that want the metadata alone are answered.
    auto partial = widget("8", "small");
    partial.as_object()["kind"] = "PartialObjectMetadata";
    log.add("patch", "widgets", partial);
    log.add("delete", "widgets", widget("8", "small"));  // at once, and with the object as it was
    log.group = "";
    log.name_space = "";
    log.name = "prod";
    log.add("create", "namespaces", space);
    space.as_object()["metadata"].as_object()["deletionTimestamp"] = "2026-01-01T00:00:04Z";
    log.add("delete", "namespaces", space);
    space.as_object()["spec"].as_object().erase("finalizers");
    log.add("update", "namespaces", space);
  }
  const auto store = open_store(directory.path() / "data");
  REQUIRE(tools::import_audit({path.string()}, *store, {}).has_value());
  CHECK(storage::verify(*store).findings.empty());
  using storage::EventType;
  for (const auto& key : {widget_key, space_key}) {
    const auto events = events_of(*store, key);
    REQUIRE(events.size() == 3);
    CHECK(events[0].type == EventType::kAdded);
    CHECK(events[1].type == EventType::kModified);
    CHECK(events[2].type == EventType::kDeleted);
    CHECK(gap_of(events[0]).empty());
    CHECK(gap_of(events[1]).empty() == (key == space_key));
    CHECK(gap_of(events[2]).empty());
  }
}

TEST_CASE(
    "Events of the newer group are told as those of the core group, as a server stores them") {
  const ScratchDirectory directory;
  const auto path = directory.path() / "audit.jsonl";
  {
    AuditLog log(path);
    log.group = "events.k8s.io";
    log.add("create", "events", json(R"({"apiVersion":"events.k8s.io/v1","kind":"Event",
        "metadata":{"name":"a","namespace":"prod","uid":"3bae8a0b-b4d0-4fe3-b54b-59dc4efc3448"},
        "regarding":{"kind":"Pod","name":"p"},"note":"it is late","reason":"Late"})"));
    log.add("patch", "events", nullptr, "Metadata");
  }
  const auto store = open_store(directory.path() / "data");
  const auto counts = tools::import_audit({path.string()}, *store, {});
  INFO((counts ? "" : counts.error().message));
  REQUIRE(counts.has_value());
  const auto events = events_of(*store, {"events", "prod", "a"});
  REQUIRE(events.size() == 2);
  const auto object = object_of(*store, events.front());
  CHECK(string_at(object, {"apiVersion"}) == "v1");
  CHECK(string_at(object, {"message"}) == "it is late");
  CHECK(string_at(object, {"involvedObject", "name"}) == "p");
}

TEST_CASE("a record that is there twice counts once") {
  const ScratchDirectory directory;
  const auto path = directory.path() / "audit.jsonl";
  {
    AuditLog log(path);
    log.add("create", "widgets", widget("7", "small"));
    log.add("delete", "widgets", JsonObject{{"kind", "Status"}, {"status", "Success"}});
  }
  const auto store = open_store(directory.path() / "data");
  const auto counts = tools::import_audit({path.string(), path.string()}, *store, {});
  REQUIRE(counts.has_value());
  CHECK(counts->skipped == std::map<std::string, std::uint64_t>{{"there twice", 2}});
  CHECK(events_of(*store, {"widgets.example.org", "prod", "a"}).size() == 2);
}

TEST_CASE("an audit log that can't be read is no empty one") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path() / "data");
  const auto counts = tools::import_audit({directory.path().string()}, *store, {});
  REQUIRE(!counts.has_value());
  CHECK(counts.error().reason == Reason::kServiceUnavailable);
  CHECK(counts.error().message == directory.path().string() + ", line 1: it can't be read");
}

TEST_CASE("a last line that is cut off is left out, and said") {
  const ScratchDirectory directory;
  const auto path = directory.path() / "audit.jsonl";
  {
    AuditLog(path).add("create", "widgets", widget("7", "small"));
  }
  std::ofstream(path, std::ios::app) << "{\"kind\":\"Event\",\"lev";
  const auto store = open_store(directory.path() / "data");
  std::string said;
  const auto counts =
      tools::import_audit({path.string()}, *store,
                          {.progress = {}, .warn = [&](std::string_view what) { said += what; }});
  REQUIRE(counts.has_value());
  CHECK(counts->writes == 1);
  CHECK(said == path.string() + ", line 2: it is cut off, and left out");
}

TEST_CASE("a last line that is whole needs no end, and has to be a record") {
  const ScratchDirectory directory;
  const auto path = directory.path() / "audit.jsonl";
  std::ofstream(path) << "{}";
  const auto store = open_store(directory.path() / "data");
  const auto counts = tools::import_audit({path.string()}, *store, {});
  REQUIRE(!counts.has_value());
  CHECK(counts.error().message.starts_with(path.string() + ", line 1: "));
}

TEST_CASE("a bad line of an audit log is named") {
  const ScratchDirectory directory;
  const auto path = directory.path() / "audit.jsonl";
  {
    AuditLog(path).add("delete", "widgets", nullptr);
  }
  std::ofstream(path, std::ios::app) << "{\"kind\":\"Event\"\n";
  const auto store = open_store(directory.path() / "data");
  const auto counts = tools::import_audit({path.string()}, *store, {});
  REQUIRE(!counts.has_value());
  CHECK(counts.error().message.starts_with(path.string() + ", line 2: "));
}

}  // namespace
}  // namespace gatefold::test
