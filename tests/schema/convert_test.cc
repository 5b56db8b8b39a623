#include "schema/convert.h"

#include "schema/catalog.h"
#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

constexpr std::string_view kLamp = R"(
spec:
  group: light.example.com
  scope: Namespaced
  names: {plural: lamps, kind: Lamp}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {watts: {type: integer, default: 40}}}
  - name: v1alpha1
    served: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties: {watts: {type: integer}, colour: {type: string, default: red}}
)";

TEST_CASE("another version shows what its own schema knows (R19.10)") {
  const auto kind = test::kind(kLamp);
  Value object = test::json(
      R"({"apiVersion":"light.example.com/v1alpha1","kind":"Lamp","metadata":{"name":"desk"},
          "spec":{"colour":"blue","watts":null}})");
  convert_object(*kind, *kind->version("v1"), object);
  CHECK(canonical_json(object) ==
        R"({"apiVersion":"light.example.com/v1","kind":"Lamp","metadata":{"name":"desk"},)"
        R"("spec":{"watts":40}})");
  convert_object(*kind, *kind->version("v1alpha1"), object);
  CHECK(canonical_json(object) ==
        R"({"apiVersion":"light.example.com/v1alpha1","kind":"Lamp","metadata":{"name":"desk"},)"
        R"("spec":{"colour":"red","watts":40}})");
}

TEST_CASE("converting twice changes nothing more") {
  const auto kind = test::kind(kLamp);
  Value object = test::json(R"({"apiVersion":"x","kind":"Lamp","spec":{"zzz":1}})");
  convert_object(*kind, kind->storage_version(), object);
  Value again = object;
  convert_object(*kind, kind->storage_version(), again);
  CHECK(again == object);
}

constexpr std::string_view kStoredEvent =
    R"({"apiVersion":"v1","count":2,"eventTime":null,"firstTimestamp":"2026-01-02T03:04:05Z",)"
    R"("involvedObject":{"kind":"Pod","name":"web"},"kind":"Event","lastTimestamp":null,)"
    R"("message":"it runs","metadata":{"name":"a"},"reason":"Started","reportingComponent":"",)"
    R"("reportingInstance":"","source":{"component":"kubelet"}})";

TEST_CASE("a view shows the stored object under its own names") {
  const auto* view = core_catalog()->find("events.k8s.io", "events");
  REQUIRE(view != nullptr);
  Value object = test::json(kStoredEvent);
  convert_object(*view, view->versions.front(), object);
  CHECK(canonical_json(object) ==
        R"({"apiVersion":"events.k8s.io/v1","deprecatedCount":2,)"
        R"("deprecatedFirstTimestamp":"2026-01-02T03:04:05Z","deprecatedLastTimestamp":null,)"
        R"("deprecatedSource":{"component":"kubelet"},"eventTime":null,"kind":"Event",)"
        R"("metadata":{"name":"a"},"note":"it runs","reason":"Started",)"
        R"("regarding":{"kind":"Pod","name":"web"}})");
  convert_to_stored(*view, object);
  CHECK(canonical_json(object) == kStoredEvent);
}

TEST_CASE("what is stored in one version comes back from another (R19.10)") {
  const auto kind = test::kind(kLamp);
  Value object = test::json(
      R"({"apiVersion":"light.example.com/v1alpha1","kind":"Lamp","spec":{"colour":"blue"}})");
  convert_to_stored(*kind, object);
  CHECK(canonical_json(object) ==
        R"({"apiVersion":"light.example.com/v1","kind":"Lamp","spec":{"watts":40}})");
}

}  // namespace
}  // namespace gatefold
