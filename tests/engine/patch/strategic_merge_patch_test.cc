#include "engine/patch/strategic_merge_patch.h"

#include <string>

#include "tests/schema/parsed.h"

namespace gatefold::engine {
namespace {

using test::json;

const SchemaNode& pod_schema() {
  static const SchemaPtr kSchema = test::schema(R"(
type: object
properties:
  spec:
    type: object
    properties:
      containers:
        type: array
        x-kubernetes-patch-merge-key: name
        x-kubernetes-patch-strategy: merge
        items:
          type: object
          properties:
            name: {type: string}
            image: {type: string}
            args: {type: array, items: {type: string}}
            env:
              type: array
              x-kubernetes-patch-merge-key: name
              x-kubernetes-patch-strategy: merge
              items:
                type: object
                properties: {name: {type: string}, value: {type: string}}
      ports:
        type: array
        x-kubernetes-patch-merge-key: port
        x-kubernetes-patch-strategy: merge
        items:
          type: object
          properties: {port: {type: integer}, name: {type: string}}
      groups:
        type: array
        x-kubernetes-patch-strategy: merge
        items: {type: string}
      atomic:
        type: array
        items:
          type: object
          properties: {name: {type: string}, value: {type: string}}
      strategy:
        type: object
        x-kubernetes-patch-strategy: retainKeys
        properties:
          type: {type: string}
          rollingUpdate: {type: object, x-kubernetes-preserve-unknown-fields: true}
)");
  return *kSchema;
}

struct Case {
  std::string_view spec;
  std::string_view patch;
  std::string_view result;
};

Value with_spec(std::string_view spec) {
  JsonObject object;
  object["spec"] = json(spec);
  return object;
}

// Order of lists matters here, that of members does not.
void check(const Case& c) {
  INFO(c.spec);
  INFO(c.patch);
  const auto patched =
      apply_strategic_merge_patch(with_spec(c.spec), with_spec(c.patch), pod_schema());
  INFO((patched ? "" : patched.error().message));
  REQUIRE(patched.has_value());
  CHECK(canonical_json(*find(*patched, "spec")) == canonical_json(json(c.result)));
}

TEST_CASE("without lists a strategic merge patch is a merge patch") {
  const Case cases[] = {
      {R"({"a":1})", R"({})", R"({"a":1})"},
      {R"({"a":1,"b":{"c":2,"d":3}})", R"({"b":{"c":null,"e":4}})", R"({"a":1,"b":{"d":3,"e":4}})"},
      {R"({"a":1})", R"({"b":{"c":{"d":null}}})", R"({"a":1,"b":{"c":{}}})"},
      {R"({"a":"text"})", R"({"a":{"b":1}})", R"({"a":{"b":1}})"},
      {R"({"a":{"b":1}})", R"({"a":"text"})", R"({"a":"text"})"},
      {R"({"atomic":[{"name":"a","value":"1"}]})", R"({"atomic":[{"name":"b"}]})",
       R"({"atomic":[{"name":"b"}]})"},
      {R"({"unknown":[1,2]})", R"({"unknown":[3]})", R"({"unknown":[3]})"},
  };
  for (const auto& c : cases) check(c);
}

TEST_CASE("lists merge by their key") {
  const Case cases[] = {
      {R"({"containers":[{"name":"a","image":"1","args":["x"]},{"name":"b","image":"1"}]})",
       R"({"containers":[{"name":"b","image":"2"}]})",
       R"({"containers":[{"name":"a","image":"1","args":["x"]},{"name":"b","image":"2"}]})"},
      {R"({"containers":[{"name":"a","image":"1"}]})",
       R"({"containers":[{"name":"b","image":"2"},{"name":"c"}]})",
       R"({"containers":[{"name":"b","image":"2"},{"name":"c"},{"name":"a","image":"1"}]})"},
      {R"({"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]})",
       R"({"containers":[{"name":"new"},{"name":"c"},{"name":"a"}]})",
       R"({"containers":[{"name":"new"},{"name":"b"},{"name":"c"},{"name":"a"}]})"},
      {R"({})", R"({"containers":[{"name":"b","image":null}]})",
       R"({"containers":[{"name":"b"}]})"},
      {R"({"containers":[{"name":"a","image":"1","args":["x","y"]}]})",
       R"({"containers":[{"name":"a","image":null,"args":["z"]}]})",
       R"({"containers":[{"name":"a","args":["z"]}]})"},
      {R"({"containers":[{"name":"a","env":[{"name":"X","value":"1"},{"name":"Y"}]}]})",
       R"({"containers":[{"name":"a","env":[{"name":"X","value":"2"},{"name":"Z"}]}]})",
       R"({"containers":[{"name":"a","env":[{"name":"X","value":"2"},{"name":"Z"},
           {"name":"Y"}]}]})"},
      {R"({"ports":[{"port":80,"name":"http"},{"port":443}]})",
       R"({"ports":[{"port":80,"name":"web"}]})",
       R"({"ports":[{"port":80,"name":"web"},{"port":443}]})"},
      {R"({"containers":[{"name":"a"}]})", R"({"containers":null})", R"({})"},
      {R"({"containers":[{"name":"a"}]})", R"({"containers":[]})",
       R"({"containers":[{"name":"a"}]})"},
      // One of two items with the same key: the first; one item twice in the patch: both times it.
      {R"({"ports":[{"port":53,"name":"u"},{"port":53,"name":"t"}]})",
       R"({"ports":[{"port":53,"name":"v"}]})",
       R"({"ports":[{"port":53,"name":"v"},{"port":53,"name":"t"}]})"},
      {R"({})", R"({"containers":[{"name":"a","image":"1"},{"name":"a","args":[]}]})",
       R"({"containers":[{"name":"a","image":"1"},{"name":"a","args":[]}]})"},
      {R"({"groups":["a","b"]})", R"({"groups":["c","b","c"]})", R"({"groups":["c","a","b"]})"},
  };
  for (const auto& c : cases) check(c);
}

TEST_CASE("directives replace and delete") {
  const Case cases[] = {
      {R"({"a":{"b":1,"c":2}})", R"({"a":{"$patch":"replace","d":3}})", R"({"a":{"d":3}})"},
      {R"({"a":{"b":1,"c":2}})", R"({"a":{"$patch":"delete"}})", R"({"a":{}})"},
      {R"({"containers":[{"name":"a"},{"name":"b"}]})",
       R"({"containers":[{"name":"a","$patch":"delete"}]})", R"({"containers":[{"name":"b"}]})"},
      {R"({"containers":[{"name":"a"}]})", R"({"containers":[{"name":"z","$patch":"delete"}]})",
       R"({"containers":[{"name":"a"}]})"},
      {R"({})", R"({"containers":[{"name":"z","$patch":"delete"}]})", R"({"containers":[]})"},
      {R"({"ports":[{"port":53,"name":"u"},{"port":80},{"port":53,"name":"t"}]})",
       R"({"ports":[{"port":53,"$patch":"delete"}]})", R"({"ports":[{"port":80}]})"},
      // A deletion is done before the same item is added, wherever it stands.
      {R"({"containers":[{"name":"a","image":"1"},{"name":"b"}]})",
       R"({"containers":[{"name":"a","args":[]},{"name":"a","$patch":"delete"}]})",
       R"({"containers":[{"name":"a","args":[]},{"name":"b"}]})"},
      {R"({"containers":[{"name":"a"},{"name":"b"}]})",
       R"({"containers":[{"name":"c","image":"1"},{"$patch":"replace"}]})",
       R"({"containers":[{"name":"c","image":"1"}]})"},
      {R"({"containers":[{"name":"a"},{"name":"b"}]})", R"({"containers":[{"$patch":"replace"}]})",
       R"({"containers":[]})"},
      {R"({"containers":[{"name":"a","env":[{"name":"X"},{"name":"Y"}]}]})",
       R"({"containers":[{"name":"a","env":[{"name":"X","$patch":"delete"}]}]})",
       R"({"containers":[{"name":"a","env":[{"name":"Y"}]}]})"},
      {R"({"groups":["a","b","c"]})", R"({"$deleteFromPrimitiveList/groups":["a","c","z"]})",
       R"({"groups":["b"]})"},
      {R"({"groups":["a","b"]})", R"({"$deleteFromPrimitiveList/groups":["a"],"groups":["c"]})",
       R"({"groups":["c","b"]})"},
      {R"({"a":1})", R"({"$deleteFromPrimitiveList/groups":["a"]})", R"({"a":1})"},
  };
  for (const auto& c : cases) check(c);
}

TEST_CASE("keys that are not retained go away") {
  const Case cases[] = {
      {R"({"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}})",
       R"({"strategy":{"$retainKeys":["type"],"type":"Recreate"}})",
       R"({"strategy":{"type":"Recreate"}})"},
      {R"({"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}})",
       R"({"strategy":{"$retainKeys":["rollingUpdate"],"rollingUpdate":{"b":2},"type":null}})",
       R"({"strategy":{"rollingUpdate":{"maxSurge":1,"b":2}}})"},
      {R"({"strategy":{"type":"Recreate"}})", R"({"strategy":{"$retainKeys":[]}})",
       R"({"strategy":{}})"},
      // Where nothing was, the directive stays and is pruned with what is unknown.
      {R"({})", R"({"strategy":{"$retainKeys":["type"],"type":"Recreate"}})",
       R"({"strategy":{"$retainKeys":["type"],"type":"Recreate"}})"},
  };
  for (const auto& c : cases) check(c);
}

TEST_CASE("items stand in the order that the patch sets") {
  const Case cases[] = {
      // As `kubectl set image` sends it.
      {R"({"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]})",
       R"({"$setElementOrder/containers":[{"name":"a"},{"name":"b"}],
           "containers":[{"name":"b","image":"2"}]})",
       R"({"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}]})"},
      {R"({"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]})",
       R"({"$setElementOrder/containers":[{"name":"c"},{"name":"a"},{"name":"b"}]})",
       R"({"containers":[{"name":"c"},{"name":"a"},{"name":"b"}]})"},
      {R"({"containers":[{"name":"a"},{"name":"b"}]})",
       R"({"$setElementOrder/containers":[{"name":"new"},{"name":"b"},{"name":"a"}],
           "containers":[{"name":"new"}]})",
       R"({"containers":[{"name":"new"},{"name":"b"},{"name":"a"}]})"},
      // Items that only the server has keep their place among those that stood by them.
      {R"({"containers":[{"name":"s1"},{"name":"a"},{"name":"s2"},{"name":"b"},{"name":"s3"}]})",
       R"({"$setElementOrder/containers":[{"name":"a"},{"name":"b"}]})",
       R"({"containers":[{"name":"s1"},{"name":"a"},{"name":"s2"},{"name":"b"},{"name":"s3"}]})"},
      {R"({"containers":[{"name":"a"},{"name":"s"},{"name":"b"}]})",
       R"({"$setElementOrder/containers":[{"name":"b"},{"name":"c"}],
           "containers":[{"name":"c"},{"name":"a","$patch":"delete"}]})",
       R"({"containers":[{"name":"s"},{"name":"b"},{"name":"c"}]})"},
      // Of an item that the server does not know, nothing is known to stand before it.
      {R"({"containers":[{"name":"s"}]})",
       R"({"$setElementOrder/containers":[{"name":"a"}],"containers":[{"name":"a"}]})",
       R"({"containers":[{"name":"a"},{"name":"s"}]})"},
      {R"({"ports":[{"port":53,"name":"u"},{"port":53,"name":"t"},{"port":80}]})",
       R"({"$setElementOrder/ports":[{"port":80},{"port":53}]})",
       R"({"ports":[{"port":80},{"port":53,"name":"u"},{"port":53,"name":"t"}]})"},
      {R"({"groups":["a","b","c"]})",
       R"({"$setElementOrder/groups":["d","c","a"],"groups":["d"],
           "$deleteFromPrimitiveList/groups":["b"]})",
       R"({"groups":["d","c","a"]})"},
      {R"({"ports":[{"port":80},{"port":443}]})",
       R"({"$setElementOrder/ports":[{"port":443},{"port":80}]})",
       R"({"ports":[{"port":443},{"port":80}]})"},
      {R"({})", R"({"$setElementOrder/containers":[{"name":"a"}]})", R"({})"},
      {R"({"atomic":[{"name":"a"},{"name":"b"}]})",
       R"({"$setElementOrder/atomic":[{"name":"b"},{"name":"a"}]})",
       R"({"atomic":[{"name":"a"},{"name":"b"}]})"},
  };
  for (const auto& c : cases) check(c);
}

TEST_CASE("the lists of metadata merge though no schema says so") {
  struct MetadataCase {
    std::string_view metadata;
    std::string_view patch;
    std::string_view result;
  };
  const MetadataCase cases[] = {
      {R"({"finalizers":["a/x"]})", R"({"finalizers":["b/y","a/x"]})",
       R"({"finalizers":["b/y","a/x"]})"},
      {R"({"finalizers":["a/x"]})", R"({"finalizers":["b/y"]})", R"({"finalizers":["b/y","a/x"]})"},
      {R"({"finalizers":["a/x","b/y"]})", R"({"$deleteFromPrimitiveList/finalizers":["a/x"]})",
       R"({"finalizers":["b/y"]})"},
      {R"({"finalizers":["a/x"]})", R"({"finalizers":null})", R"({})"},
      {R"({"ownerReferences":[{"uid":"1","name":"a"},{"uid":"2","name":"b"}]})",
       R"({"ownerReferences":[{"uid":"2","controller":true},{"uid":"3","name":"c"}]})",
       R"({"ownerReferences":[{"uid":"1","name":"a"},{"uid":"2","name":"b","controller":true},
           {"uid":"3","name":"c"}]})"},
      {R"({"ownerReferences":[{"uid":"1"},{"uid":"2"}]})",
       R"({"ownerReferences":[{"uid":"1","$patch":"delete"}]})",
       R"({"ownerReferences":[{"uid":"2"}]})"},
      {R"({"managedFields":[{"manager":"a"}]})", R"({"managedFields":[{}]})",
       R"({"managedFields":[{}]})"},
      {R"({"labels":{"a":"1","b":"2"}})", R"({"labels":{"a":null,"c":"3"}})",
       R"({"labels":{"b":"2","c":"3"}})"},
  };
  for (const auto& c : cases) {
    INFO(c.patch);
    const Value document = {{"metadata", json(c.metadata)}};
    const Value patch = {{"metadata", json(c.patch)}};
    const auto patched = apply_strategic_merge_patch(document, patch, SchemaNode());
    REQUIRE(patched.has_value());
    CHECK(canonical_json(*find(*patched, "metadata")) == canonical_json(json(c.result)));
  }
}

TEST_CASE("strategic merge patches of the wrong form are refused") {
  struct Bad {
    std::string_view patch;
    Reason reason;
    std::string_view message;
  };
  const Bad cases[] = {
      {R"({"containers":[{"image":"1"}]})", Reason::kUnknown,
       "map: map[image:1] does not contain declared merge key: name"},
      {R"({"containers":[{"$patch":"delete"}]})", Reason::kUnknown,
       "map: map[$patch:delete] does not contain declared merge key: name"},
      {R"({"containers":["a"]})", Reason::kUnknown,
       "list element types are not identical: [[map[name:a]] [a]]"},
      {R"({"groups":[[]]})", Reason::kInvalid,
       "the server rejected our request due to an error in our request"},
      {R"({"$setElementOrder/containers":{}})", Reason::kUnknown,
       "expected a []interface {}, but received a map[string]interface {}"},
      {R"({"strategy":{"$retainKeys":"type"}})", Reason::kBadRequest,
       "invalid patch format of retainKeys"},
      {R"({"strategy":{"$retainKeys":["type"],"rollingUpdate":{}}})", Reason::kBadRequest,
       "invalid patch format of retainKeys"},
      {R"({"strategy":{"$patch":"drop"}})", Reason::kUnknown,
       "unknown patch type: drop in map: map[$patch:drop]"},
      {R"({"strategy":{"$patch":7}})", Reason::kUnknown,
       "unknown patch type: %!s(int64=7) in map: map[$patch:7]"},
      {R"({"containers":[{"name":"a","$patch":"drop"}]})", Reason::kUnknown,
       "unknown patch type: drop in map: map[$patch:drop name:a]"},
  };
  const auto document =
      with_spec(R"({"containers":[{"name":"a"}],"groups":[[]],"strategy":{"type":"x"}})");
  for (const auto& c : cases) {
    INFO(c.patch);
    const auto patched = apply_strategic_merge_patch(document, with_spec(c.patch), pod_schema());
    REQUIRE_FALSE(patched.has_value());
    CHECK(patched.error().reason == c.reason);
    CHECK(patched.error().message == c.message);
  }
  const auto no_object = apply_strategic_merge_patch(document, json("[]"), pod_schema());
  REQUIRE_FALSE(no_object.has_value());
  CHECK(no_object.error().reason == Reason::kBadRequest);
}

TEST_CASE("a strategic merge patch of itself changes nothing more") {
  const auto document = with_spec(R"({"containers":[{"name":"a","image":"1"},{"name":"b"}],
    "groups":["a","b"],"strategy":{"type":"RollingUpdate","rollingUpdate":{}}})");
  const std::string_view patches[] = {
      R"({"containers":[{"name":"b","image":"2"},{"name":"c"}]})",
      R"({"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]})",
      R"({"containers":[{"name":"a","$patch":"delete"},{"name":"d"}]})",
      R"({"containers":[{"$patch":"replace"},{"name":"d"}]})",
      R"({"$deleteFromPrimitiveList/groups":["a"],"groups":["c"]})",
      R"({"strategy":{"$retainKeys":["type"],"type":"Recreate"}})",
      R"({"strategy":{"$patch":"replace","type":"Recreate"}})",
  };
  for (const auto patch : patches) {
    INFO(patch);
    const auto once = apply_strategic_merge_patch(document, with_spec(patch), pod_schema());
    REQUIRE(once.has_value());
    const auto twice = apply_strategic_merge_patch(*once, with_spec(patch), pod_schema());
    REQUIRE(twice.has_value());
    CHECK(canonical_json(*once) != canonical_json(document));
    CHECK(canonical_json(*twice) == canonical_json(*once));
  }
}

// Item by item against item by item, this would take minutes.
TEST_CASE("long lists merge in one walk") {
  JsonArray items;
  JsonArray order;
  for (int i = 0; i < 100'000; ++i) {
    items.push_back({{"port", i}, {"name", "a"}});
    order.push_back({{"port", 99'999 - i}});
  }
  const Value document = {{"spec", {{"ports", items}}}};
  const JsonArray turned(order.begin(), order.end());
  const Value patch = {{"spec", {{"ports", turned}, {"$setElementOrder/ports", order}}}};
  const auto patched = apply_strategic_merge_patch(document, patch, pod_schema());
  REQUIRE(patched.has_value());
  const auto& ports = find_path(*patched, {"spec", "ports"})->get_array();
  REQUIRE(ports.size() == items.size());
  CHECK(integer_at(ports.front(), {"port"}, -1) == 99'999);
  CHECK(integer_at(ports.back(), {"port"}, -1) == 0);
}

}  // namespace
}  // namespace gatefold::engine
