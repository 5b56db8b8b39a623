#include "schema/prune.h"

#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using test::Texts;

constexpr std::string_view kSchema = R"(
type: object
properties:
  spec:
    type: object
    properties:
      known: {type: string}
      list: {type: array, items: {type: object, properties: {a: {type: string}}}}
      map: {type: object, additionalProperties: {type: object, properties: {a: {type: string}}}}
      free: {type: object, x-kubernetes-preserve-unknown-fields: true,
             properties: {inner: {type: object, properties: {a: {type: string}}}}}
      anything: {type: object, additionalProperties: true}
      template: {type: object, x-kubernetes-embedded-resource: true,
                 properties: {spec: {type: object, properties: {a: {type: string}}}}}
      templates: {type: array, items: {type: object, x-kubernetes-embedded-resource: true}}
      bare: {type: object}
)";

struct Pruned {
  std::string value;
  Texts paths;
};

Pruned pruned(std::string_view text) {
  Value value = test::json(text);
  auto paths = prune_unknown(*test::schema(kSchema), value);
  return {canonical_json(value), std::move(paths)};
}

TEST_CASE("unknown members are deleted and named in order (R19.13)") {
  const auto result =
      pruned(R"({"zzz":{"deep":1},"spec":{"known":"x","foo":1,"bar":[{}]},"aaa":0})");
  CHECK(result.value == R"({"spec":{"known":"x"}})");
  CHECK(result.paths == Texts{"aaa", "spec.bar", "spec.foo", "zzz"});
}

TEST_CASE("items and values of maps are looked into (R19.13)") {
  const auto result =
      pruned(R"({"spec":{"list":[{"a":"1","b":2},{"a":"2"}],"map":{"k":{"c":1}}}})");
  CHECK(result.value == R"({"spec":{"list":[{"a":"1"},{"a":"2"}],"map":{"k":{}}}})");
  CHECK(result.paths == Texts{"spec.list[0].b", "spec.map.k.c"});
}

TEST_CASE("preserved members stay, and specified ones among them are pruned (R19.13)") {
  const auto result =
      pruned(R"({"spec":{"free":{"x":{"y":1},"inner":{"a":"1","b":2}},"anything":{"z":{"q":1}}}})");
  CHECK(result.value == R"({"spec":{"anything":{"z":{}},"free":{"inner":{"a":"1"},"x":{"y":1}}}})");
  CHECK(result.paths == Texts{"spec.anything.z.q", "spec.free.inner.b"});
}

TEST_CASE("items of preserved lists are preserved, but for what they specify") {
  const auto schema = test::schema(R"(
type: array
x-kubernetes-preserve-unknown-fields: true
items: {type: object, properties: {a: {type: object, properties: {b: {type: string}}}}}
)");
  Value value = test::json(R"([{"x":{"y":1},"a":{"b":"1","c":2}}])");
  CHECK(prune_unknown(*schema, value, false) == Texts{"[0].a.c"});
  CHECK(canonical_json(value) == R"([{"a":{"b":"1"},"x":{"y":1}}])");
}

TEST_CASE("members of maps without a schema stay, what is in them goes") {
  for (const auto* flag : {"true", "false"}) {
    const auto schema =
        test::schema("{type: object, additionalProperties: " + std::string(flag) + "}");
    Value value = test::json(R"({"a":1,"b":[{"c":1},2],"d":{"e":1}})");
    CHECK(prune_unknown(*schema, value, false) == Texts{"b[0].c", "d.e"});
    CHECK(canonical_json(value) == R"({"a":1,"b":[{},2],"d":{}})");
  }
}

TEST_CASE("what is no resource keeps nothing that it does not know") {
  Value value = test::json(R"({"apiVersion":"v1","kind":"X","metadata":{}})");
  CHECK(prune_unknown(*test::schema("{type: object}"), value, false) ==
        Texts{"apiVersion", "kind", "metadata"});
}

TEST_CASE("the root and embedded resources keep what identifies them (R19.13)") {
  const auto result = pruned(
      R"({"apiVersion":"v1","kind":"X","metadata":{"name":"a","odd":1},
          "spec":{"template":{"apiVersion":"v1","kind":"Y","metadata":{"z":1},"spec":{"b":1},"q":0},
                  "templates":[{"kind":"Z","w":1}],
                  "bare":{"apiVersion":"v1","kind":"N","metadata":{}}}})");
  CHECK(
      result.value ==
      R"({"apiVersion":"v1","kind":"X","metadata":{"name":"a","odd":1},)"
      R"("spec":{"bare":{},"template":{"apiVersion":"v1","kind":"Y","metadata":{"z":1},"spec":{}},)"
      R"("templates":[{"kind":"Z"}]}})");
  CHECK(result.paths == Texts{"spec.bare.apiVersion", "spec.bare.kind", "spec.bare.metadata",
                              "spec.template.q", "spec.template.spec.b", "spec.templates[0].w"});
}

TEST_CASE("values of another type than the schema's are left to validation") {
  const auto result = pruned(R"({"spec":{"list":{"x":1},"known":{"y":2},"map":[{"z":1}]}})");
  CHECK(result.value == R"({"spec":{"known":{},"list":{},"map":[{}]}})");
  CHECK(result.paths == Texts{"spec.known.y", "spec.list.x", "spec.map[0].z"});
}

TEST_CASE("nulls are dropped where they are not allowed and have no default (R19.15)") {
  const auto schema = test::schema(R"(
type: object
properties:
  plain: {type: string}
  nullable: {type: string, nullable: true}
  defaulted: {type: string, default: d}
  child: {type: object, properties: {plain: {type: string}}}
  list: {type: array, items: {type: object, properties: {plain: {type: string}}}}
  map: {type: object, additionalProperties: {type: string}}
)");
  Value value = test::json(R"({"plain":null,"nullable":null,"defaulted":null,"unknown":null,
    "child":{"plain":null},"list":[{"plain":null},null],"map":{"a":null,"b":"x"}})");
  drop_nulls(*schema, value);
  CHECK(canonical_json(value) ==
        R"({"child":{},"defaulted":null,"list":[{},null],"map":{"b":"x"},"nullable":null,)"
        R"("unknown":null})");
}

}  // namespace
}  // namespace gatefold
