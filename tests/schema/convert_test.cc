#include "schema/convert.h"

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

TEST_CASE("another version shows what its own schema knows") {
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

}  // namespace
}  // namespace gatefold
