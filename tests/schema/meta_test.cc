#include "schema/meta.h"

#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using test::json;
using test::texts;
using test::Texts;

constexpr std::string_view kLamp = R"(
spec:
  group: light.example.com
  scope: Namespaced
  names: {plural: lamps, kind: Lamp}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
)";

Value with_metadata(std::string_view metadata) {
  return Value(JsonObject{{"metadata", json(metadata)}});
}

struct Decoded {
  std::string metadata;
  Texts unknown;
  std::string error;
};

Decoded decoded(std::string_view metadata) {
  Value object = with_metadata(metadata);
  auto result = decode_metadata(object);
  if (!result) return {"", {}, result.error()};
  return {canonical_json(object.at("metadata")), std::move(*result), ""};
}

Texts complaints(std::string_view metadata) {
  return texts(validate_metadata(*test::kind(kLamp), with_metadata(metadata)));
}

Texts update_complaints(std::string_view now, std::string_view before) {
  return texts(
      validate_metadata_update(*test::kind(kLamp), with_metadata(now), with_metadata(before)));
}

TEST_CASE("metadata is read from an object, and nothing where it is missing") {
  const Value object = with_metadata(
      R"({"name":"desk","namespace":"study","uid":"u","resourceVersion":"7","labels":{"a":"b"},
          "finalizers":["x/y"],"ownerReferences":[{"uid":"o1"},{"uid":"o2"}],
          "deletionTimestamp":"2026-01-02T03:04:05Z"})");
  CHECK(name_of(object) == "desk");
  CHECK(namespace_of(object) == "study");
  CHECK(uid_of(object) == "u");
  CHECK(resource_version_of(object) == "7");
  CHECK(labels_of(object) == Labels{{"a", "b"}});
  CHECK(finalizers_of(object) == Texts{"x/y"});
  CHECK(owner_uids_of(object) == Texts{"o1", "o2"});
  CHECK(is_deleting(object));
  for (const std::string_view text : {"{}", R"({"metadata":null})", R"({"metadata":[]})", "[]"}) {
    const Value nothing = json(text);
    CHECK(name_of(nothing).empty());
    CHECK(labels_of(nothing).empty());
    CHECK(finalizers_of(nothing).empty());
    CHECK(owner_uids_of(nothing).empty());
    CHECK_FALSE(is_deleting(nothing));
  }
  CHECK_FALSE(is_deleting(with_metadata(R"({"deletionTimestamp":null})")));
}

TEST_CASE("decoding leaves good metadata as it is") {
  const std::string_view text =
      R"({"annotations":{"a":"b"},"creationTimestamp":"2026-01-02T03:04:05Z",)"
      R"("deletionGracePeriodSeconds":0,"finalizers":["a/b"],"generateName":"x-","generation":3,)"
      R"("labels":{"l":""},"name":"x","namespace":"n","ownerReferences":[{"apiVersion":"v1",)"
      R"("blockOwnerDeletion":true,"controller":false,"kind":"K","name":"o","uid":"u"}],)"
      R"("resourceVersion":"5","uid":"u"})";
  const auto result = decoded(text);
  CHECK(result.metadata == text);
  CHECK(result.unknown.empty());
}

TEST_CASE("unknown members are removed and named in order") {
  const auto result =
      decoded(R"({"zzz":1,"name":"x","clusterName":"c","ownerReferences":[{"uid":"u","odd":{}}]})");
  CHECK(result.unknown ==
        Texts{"metadata.clusterName", "metadata.ownerReferences[0].odd", "metadata.zzz"});
  CHECK(result.metadata ==
        R"({"name":"x","ownerReferences":[{"apiVersion":"","kind":"","name":"","uid":"u"}]})");
}

TEST_CASE("nulls, empty members and what the server owns are dropped (R6.10)") {
  const auto result = decoded(
      R"({"name":"x","creationTimestamp":null,"labels":null,"annotations":{},"finalizers":[],
          "namespace":"","generation":0,"selfLink":"/x"})");
  CHECK(result.metadata == R"({"name":"x"})");
  CHECK(result.unknown.empty());
}

TEST_CASE("managedFields are read as they are said, an empty list too (R17.8)") {
  CHECK(decoded(R"({"managedFields":[]})").metadata == R"({"managedFields":[]})");
  const auto result = decoded(
      R"({"managedFields":[{"manager":"m","zzz":1,"time":"2026-01-02T03:04:05.9Z",
          "fieldsV1":{"f:spec":{}},"subresource":null},null]})");
  CHECK(
      result.metadata ==
      R"({"managedFields":[{"fieldsV1":{"f:spec":{}},"manager":"m","time":"2026-01-02T03:04:05Z"},{}]})");
  CHECK(result.unknown == Texts{"metadata.managedFields[0].zzz"});
}

TEST_CASE("null values in maps and lists are empty strings, as Go reads them") {
  CHECK(decoded(R"({"labels":{"a":null},"finalizers":[null]})").metadata ==
        R"({"finalizers":[""],"labels":{"a":""}})");
}

TEST_CASE("times are cut to seconds and written in UTC (R6.17)") {
  CHECK(decoded(R"({"deletionTimestamp":"2026-01-02T03:04:05.999+01:00"})").metadata ==
        R"({"deletionTimestamp":"2026-01-02T02:04:05Z"})");
}

TEST_CASE("wrong types are refused in Go's words (R6.15)") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"({"annotations":{"a":1}})",
       "json: cannot unmarshal number into Go struct field ObjectMeta.annotations of type string"},
      {R"({"name":true})",
       "json: cannot unmarshal bool into Go struct field ObjectMeta.name of type string"},
      {R"({"managedFields":{}})",
       "json: cannot unmarshal object into Go struct field ObjectMeta.managedFields of type "
       "[]v1.ManagedFieldsEntry"},
      {R"({"managedFields":["a"]})",
       "json: cannot unmarshal string into Go struct field ObjectMeta.managedFields of type "
       "v1.ManagedFieldsEntry"},
      {R"({"labels":[]})",
       "json: cannot unmarshal array into Go struct field ObjectMeta.labels of type "
       "map[string]string"},
      {R"({"finalizers":"x"})",
       "json: cannot unmarshal string into Go struct field ObjectMeta.finalizers of type []string"},
      {R"({"generation":"1"})",
       "json: cannot unmarshal string into Go struct field ObjectMeta.generation of type int64"},
      {R"({"uid":1})",
       "json: cannot unmarshal number into Go struct field ObjectMeta.uid of type types.UID"},
      {R"({"ownerReferences":{}})",
       "json: cannot unmarshal object into Go struct field ObjectMeta.ownerReferences of type "
       "[]v1.OwnerReference"},
      {R"({"ownerReferences":[{"controller":"yes"}]})",
       "json: cannot unmarshal string into Go struct field ObjectMeta.ownerReferences.controller "
       "of "
       "type bool"},
      {R"({"creationTimestamp":"yesterday"})",
       R"(parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": )"
       R"(cannot parse "yesterday" as "2006")"},
      {R"([])", "json: cannot unmarshal array into Go value of type v1.ObjectMeta"},
  };
  for (const auto& [metadata, error] : cases) {
    INFO(metadata);
    CHECK(decoded(metadata).error == error);
  }
}

TEST_CASE("metadata that is absent or null becomes empty (R6.16)") {
  for (const std::string_view text : {"{}", R"({"metadata":null})"}) {
    Value object = json(text);
    REQUIRE(decode_metadata(object).has_value());
    CHECK(canonical_json(object) == R"({"metadata":{}})");
  }
}

TEST_CASE("a name or the start of one is needed (R6.6)") {
  CHECK(complaints(R"({"name":"desk"})") == Texts{});
  CHECK(complaints("{}") ==
        Texts{"metadata.name: Required value: name or generateName is required"});
  CHECK(complaints(R"({"name":"a/b"})") ==
        Texts{R"(metadata.name: Invalid value: "a/b": may not contain '/')"});
  CHECK(complaints(R"({"name":"desk","generateName":"desk-"})") == Texts{});
  const auto errors = complaints(R"({"name":"Desk","generateName":"Desk-"})");
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].starts_with(R"(metadata.generateName: Invalid value: "Desk-": a lowercase RFC)"));
  CHECK(errors[1].starts_with(R"(metadata.name: Invalid value: "Desk": a lowercase RFC 1123 sub)"));
}

TEST_CASE("labels are checked by key, sorted (R6.13)") {
  const auto errors = complaints(R"({"name":"x","labels":{"z z":"ok","a":"not ok","ok":""}})");
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].starts_with(R"(metadata.labels: Invalid value: "not ok": a valid label must)"));
  CHECK(errors[1].starts_with(R"(metadata.labels: Invalid value: "z z": name part must consist)"));
}

TEST_CASE("annotations have keys like labels, in any case, and a size (R6.14)") {
  CHECK(complaints(R"({"name":"x","annotations":{"Example.COM/Key":"any text\n"}})") == Texts{});
  CHECK(complaints(R"({"name":"x","annotations":{"a b":""}})").size() == 1);
  const auto sized = [](std::size_t bytes) {
    Value object = with_metadata(R"({"name":"x"})");
    object.at("metadata").get_object()["annotations"] =
        JsonObject{{"a", std::string(bytes - 1, 'x')}};
    return texts(validate_metadata(*test::kind(kLamp), object));
  };
  CHECK(sized(262144) == Texts{});
  CHECK(sized(262145) ==
        Texts{"metadata.annotations: Too long: may not be more than 262144 bytes"});
}

TEST_CASE("finalizers are qualified names, and two of them exclude each other (R6.11)") {
  CHECK(complaints(R"({"name":"x","finalizers":["example.com/a","orphan"]})") == Texts{});
  const auto errors = complaints(R"({"name":"x","finalizers":["a/b/c"]})");
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].starts_with(
      R"(metadata.finalizers: Invalid value: "a/b/c": a qualified name must consist of)"));
  CHECK(complaints(R"({"name":"x","finalizers":["orphan","foregroundDeletion"]})") ==
        Texts{R"(metadata.finalizers: Invalid value: []string{"orphan", "foregroundDeletion"}: )"
              "finalizer orphan and foregroundDeletion cannot be both set"});
}

TEST_CASE("owner references are complete (R6.12)") {
  CHECK(complaints(R"({"name":"x","ownerReferences":[)"
                   R"({"apiVersion":"v1","kind":"K","name":"o","uid":"u"}]})") == Texts{});
  CHECK(
      complaints(R"({"name":"x","ownerReferences":[{}]})") ==
      Texts{R"(metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty)",
            R"(metadata.ownerReferences.kind: Invalid value: "": kind must not be empty)",
            R"(metadata.ownerReferences.name: Invalid value: "": name must not be empty)",
            R"(metadata.ownerReferences.uid: Invalid value: "": uid must not be empty)"});
  const auto events = complaints(R"({"name":"x","ownerReferences":[)"
                                 R"({"apiVersion":"v1","kind":"Event","name":"o","uid":"u"}]})");
  REQUIRE(events.size() == 1);
  CHECK(events[0].ends_with("/v1, Kind=Event is disallowed from being an owner"));
}

TEST_CASE("only one owner controls (R6.12)") {
  const auto owned = [](std::string_view first, std::string_view second) {
    return complaints(std::string(R"({"name":"x","ownerReferences":[)") +
                      R"({"apiVersion":"v1","kind":"A","name":"a","uid":"1","controller":)" +
                      std::string(first) +
                      R"(},{"apiVersion":"v1","kind":"B","name":"b","uid":"2","controller":)" +
                      std::string(second) + "}]}");
  };
  CHECK(owned("true", "false") == Texts{});
  const auto errors = owned("true", "true");
  REQUIRE(errors.size() == 1);
  CHECK(
      errors[0].ends_with("Only one reference can have Controller set to true. Found \"true\" in "
                          "references for A/a and B/b"));
}

TEST_CASE("an update keeps name, namespace and uid (R6.9)") {
  const std::string_view before = R"({"name":"x","namespace":"n","uid":"u"})";
  CHECK(update_complaints(before, before) == Texts{});
  CHECK(update_complaints(R"({"name":"x","namespace":"n","uid":"zz"})", before) ==
        Texts{R"(metadata.uid: Invalid value: "zz": field is immutable)"});
  CHECK(update_complaints(R"({"name":"other","namespace":"n","uid":"u"})", before) ==
        Texts{R"(metadata.name: Invalid value: "other": field is immutable)"});
  CHECK(update_complaints(R"({"name":"x","namespace":"m","uid":"u"})", before) ==
        Texts{R"(metadata.namespace: Invalid value: "m": field is immutable)"});
}

TEST_CASE("no finalizer joins once an object is being deleted (R6.11)") {
  const std::string_view deleting =
      R"({"name":"x","deletionTimestamp":"2026-01-02T03:04:05Z","finalizers":["e.com/f"]})";
  CHECK(update_complaints(R"({"name":"x","finalizers":["e.com/f"]})", deleting) == Texts{});
  CHECK(update_complaints(R"({"name":"x"})", deleting) == Texts{});
  CHECK(
      update_complaints(R"({"name":"x","finalizers":["e.com/z","e.com/f","e.com/g"]})", deleting) ==
      Texts{"metadata.finalizers: Forbidden: no new finalizers can be added if the object is "
            R"(being deleted, found new finalizers []string{"e.com/g", "e.com/z"})"});
  CHECK(update_complaints(R"({"name":"x","finalizers":["e.com/z"]})", R"({"name":"x"})") ==
        Texts{});
}

TEST_CASE("new finalizers without a path are warned of (R6.11)") {
  const Value object =
      with_metadata(R"({"finalizers":["foo","example.com","e.com/f","orphan","foregroundDeletion",)"
                    R"("kubernetes"]})");
  CHECK(metadata_warnings(object, nullptr) ==
        Texts{R"(metadata.finalizers: "example.com": prefer a domain-qualified finalizer name )"
              "including a path (/) to avoid accidental conflicts with other finalizer writers",
              R"(metadata.finalizers: "foo": prefer a domain-qualified finalizer name to avoid )"
              "accidental conflicts with other finalizer writers"});
  CHECK(metadata_warnings(object, &object).empty());
}

TEST_CASE("owner references that stand twice are dropped with a warning (R6.12)") {
  Value object = with_metadata(
      R"({"ownerReferences":[{"uid":"1","name":"a"},{"uid":"2"},{"name":"a","uid":"1"},{"uid":"2"},
                             {"uid":"1","name":"b"}]})");
  CHECK(drop_doubled_owners(object) ==
        Texts{".metadata.ownerReferences contains duplicate entries; API server dedups owner "
              "references in 1.20+, and may reject such requests as early as 1.24; please fix your "
              "requests; duplicate UID(s) observed: 1, 2"});
  CHECK(canonical_json(object) ==
        R"({"metadata":{"ownerReferences":[{"name":"a","uid":"1"},{"uid":"2"},)"
        R"({"name":"b","uid":"1"}]}})");
  CHECK(drop_doubled_owners(object).empty());
  Value nothing = json("{}");
  CHECK(drop_doubled_owners(nothing).empty());
}

}  // namespace
}  // namespace gatefold
