#include "schema/scale.h"

#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using test::json;
using test::texts;
using test::Texts;

const ScalePaths kScale = {".spec.replicas", ".status.replicas", ".status.sel"};

Texts of_spec(std::string_view object) {
  return texts(validate_scale_spec(kScale, json(object)));
}

Texts of_status(std::string_view object) {
  return texts(validate_scale_status(kScale, json(object)));
}

TEST_CASE("replicas are absent or a number that fits") {
  CHECK(of_spec("{}") == Texts{});
  CHECK(of_spec(R"({"spec":null})") == Texts{});
  CHECK(of_spec(R"({"spec":{"replicas":2147483647}})") == Texts{});
  CHECK(of_spec(R"({"spec":{"replicas":-1}})") ==
        Texts{".spec.replicas: Invalid value: -1: should be a non-negative integer"});
  CHECK(of_spec(R"({"spec":{"replicas":2147483648}})") ==
        Texts{".spec.replicas: Invalid value: 2147483648: should be less than or equal to "
              "2147483647"});
  CHECK(of_status(R"({"status":{"replicas":-2}})") ==
        Texts{".status.replicas: Invalid value: -2: should be a non-negative integer"});
}

TEST_CASE("what is of another type is told with its type") {
  CHECK(of_spec(R"({"spec":"x"})") ==
        Texts{".spec.replicas: Invalid value: 0: .spec.replicas accessor error: x is of the type "
              "string, expected map[string]interface{}"});
  CHECK(of_spec(R"({"spec":{"replicas":{"b":[1,true],"a":null}}})") ==
        Texts{".spec.replicas: Invalid value: 0: .spec.replicas accessor error: map[a:<nil> b:[1 "
              "true]] is of the type map[string]interface {}, expected int64"});
  CHECK(of_spec(R"({"spec":{"replicas":1.5}})") ==
        Texts{".spec.replicas: Invalid value: 0: .spec.replicas accessor error: 1.5 is of the type "
              "float64, expected int64"});
  CHECK(of_status(R"({"status":{"sel":1}})") ==
        Texts{".status.sel: Invalid value: \"\": .status.sel accessor error: 1 is of the type "
              "int64, expected string"});
}

TEST_CASE("a kind says where its replicas are") {
  const auto definition = [](std::string_view scale) {
    return "spec: {group: g.io, scope: Cluster, names: {plural: xs, kind: X}, versions: [{name: "
           "v1, storage: true, schema: {openAPIV3Schema: {type: object}}, subresources: {" +
           std::string(scale) + "}}]}";
  };
  CHECK_FALSE(test::kind(definition("status: {}"))->versions[0].scale.has_value());
  const auto kind =
      test::kind(definition("scale: {specReplicasPath: .spec.a, statusReplicasPath: .status.b}"));
  REQUIRE(kind->versions[0].scale.has_value());
  CHECK(kind->versions[0].scale->spec_replicas == ".spec.a");
  CHECK(kind->versions[0].scale->status_replicas == ".status.b");
  CHECK(kind->versions[0].scale->label_selector.empty());
  CHECK_FALSE(parse_kind(test::yaml(definition("scale: {}"))).has_value());
}

}  // namespace
}  // namespace gatefold
