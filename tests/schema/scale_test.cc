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

Value replicas(std::int64_t number) {
  return {{"spec", {{"replicas", number}}}};
}

TEST_CASE("what a scale shows is found by its paths") {
  Kind kind;
  KindVersion version;
  version.scale = ScalePaths{".spec.team.size", ".status.size", ".status.sel"};
  const auto shown = [&](std::string_view object) {
    const auto scale = scale_of(kind, version, json(object));
    return scale ? *scale : Value(scale.error().message);
  };
  CHECK(shown(R"({"metadata":{"name":"a","uid":"u","labels":{"k":"v"}},
                  "spec":{"team":{"size":4294967298}},"status":{"size":1,"sel":"x=y"}})") ==
        json(R"({"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"a","uid":"u"},
                 "spec":{"replicas":2},"status":{"replicas":1,"selector":"x=y"}})"));
  CHECK(shown(R"({"spec":{"team":null}})") ==
        "Internal error occurred: the spec replicas field \".spec.team.size\" does not exist");
  CHECK(shown(R"({"spec":{"team":7}})") ==
        "Internal error occurred: .spec.team.size accessor error: 7 is of the type int64, expected "
        "map[string]interface{}");
  CHECK(
      shown(R"({"spec":{"team":{"size":"7"}}})") ==
      "Internal error occurred: .spec.team.size accessor error: 7 is of the type string, expected "
      "int64");
  CHECK(shown(R"({"spec":{"team":{"size":1}},"status":{"sel":{}}})") ==
        "Internal error occurred: .status.sel accessor error: map[] is of the type "
        "map[string]interface {}, expected string");
  kind.core = true;
  CHECK(shown(R"({"spec":{"team":{"size":1}},"status":{"sel":{"matchLabels":{"a":"b"}}}})")
            .at("status") == json(R"({"replicas":0,"selector":"a=b"})"));
  CHECK(shown(R"({"spec":{"team":{"size":1}},
                  "status":{"sel":{"matchExpressions":[{"key":"a","operator":"Is"}]}}})") ==
        "\"Is\" is not a valid label selector operator");
}

TEST_CASE("replicas are put where they belong") {
  const Kind kind;
  KindVersion version;
  version.scale = ScalePaths{".spec.team.size", ".status.size", ""};
  auto object = json(R"({"spec":{"note":"n"}})");
  const auto before = scale_to_change(kind, version, object);
  REQUIRE(before.has_value());
  CHECK(put_scale(version, *before, object).error().message ==
        "the spec replicas field \".spec.team.size\" cannot be empty");
  CHECK(object == json(R"({"spec":{"note":"n"}})"));
  CHECK(put_scale(version, replicas(3), object).has_value());
  CHECK(object == json(R"({"spec":{"note":"n","team":{"size":3}}})"));
  CHECK(put_scale(version, json("{}"), object).has_value());
  CHECK(object == json(R"({"spec":{"note":"n","team":{"size":0}}})"));
  object = json(R"({"spec":{"team":null}})");
  CHECK(put_scale(version, replicas(3), object).error().message ==
        "Internal error occurred: value cannot be set because .spec.team is not a "
        "map[string]interface{}");
}

}  // namespace
}  // namespace gatefold
