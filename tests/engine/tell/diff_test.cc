#include "engine/tell/diff.h"

#include "tests/schema/parsed.h"

namespace gatefold::engine {
namespace {

using namespace gatefold::test;

// `changed a.b: 1 -> 2` of each change.
Texts told(std::string_view old_text, std::string_view new_text, const DiffOptions& options = {}) {
  Texts texts;
  for (const auto& change : diff(json(old_text), json(new_text), options)) {
    texts.push_back(std::string(change_word(change.type)) + " " + change.path + ": " +
                    to_json(change.old_value) + " -> " + to_json(change.new_value));
  }
  return texts;
}

}  // namespace

TEST_CASE("fields that came, went and changed are told apart") {
  CHECK(told(R"({"a":1,"b":{"c":2,"d":3}})", R"({"b":{"c":4,"d":3},"e":{"f":5}})") ==
        Texts{"removed a: 1 -> null", "changed b.c: 2 -> 4", "added e: null -> {\"f\":5}"});
  CHECK(told(R"({"a":{"b":1}})", R"({"a":null})") == Texts{"changed a: {\"b\":1} -> null"});
  CHECK(told(R"({"a":null})", "{}") == Texts{"removed a: null -> null"});
  CHECK(told(R"({"a":1})", R"({"a":1})").empty());
  CHECK(told(R"({"metadata":{"labels":{"x.io/y":"1"}}})",
             R"({"metadata":{"labels":{"x.io/y":"2"}}})") ==
        Texts{"changed metadata.labels[x.io/y]: \"1\" -> \"2\""});
}

TEST_CASE("an object that was not there is one change") {
  CHECK(told("null", R"({"a":1})") == Texts{"added : null -> {\"a\":1}"});
  CHECK(told(R"({"a":1})", "null") == Texts{"removed : {\"a\":1} -> null"});
  CHECK(told("null", "null").empty());
}

TEST_CASE("items of lists are followed by what they are called") {
  CHECK(told(R"({"l":[{"name":"a","v":1},{"name":"b","v":2}]})",
             R"({"l":[{"name":"b","v":3},{"name":"c","v":4}]})") ==
        Texts{"changed l[b].v: 2 -> 3", R"(added l[c]: null -> {"name":"c","v":4})",
              R"(removed l[a]: {"name":"a","v":1} -> null)"});
  CHECK(told(R"({"conditions":[{"type":"Ready","status":"True"}]})",
             R"({"conditions":[{"type":"Ready","status":"False"}]})") ==
        Texts{R"(changed conditions[Ready].status: "True" -> "False")"});
  CHECK(told(R"({"f":["x","y"]})", R"({"f":["y","z"]})") ==
        Texts{R"(added f[z]: null -> "z")", R"(removed f[x]: "x" -> null)"});
  CHECK(told(R"({"l":[{"name":"a"},{"name":"b"}]})", R"({"l":[{"name":"b"},{"name":"a"}]})") ==
        Texts{R"(reordered l: ["a","b"] -> ["b","a"])"});
}

TEST_CASE("parents are told apart by controller and reference, whoever leaves out the namespace") {
  const auto one = R"({"metadata":{"namespace":"prod"},"status":{"parents":[
    {"controllerName":"x.io/a","parentRef":{"name":"web"},"v":1},
    {"controllerName":"x.io/b","parentRef":{"name":"web"},"v":1}]}})";
  const auto other = R"({"metadata":{"namespace":"prod"},"status":{"parents":[
    {"controllerName":"x.io/b","parentRef":{"name":"web","namespace":"prod"},"v":2},
    {"controllerName":"x.io/a","parentRef":{"name":"web"},"v":1}]}})";
  const std::string b =
      R"({"controllerName":"x.io/b","parentRef":{"name":"web","namespace":"prod"}})";
  const auto texts = told(one, other);
  REQUIRE(texts.size() == 3);
  CHECK(texts[0] == "added status.parents[" + b + "].parentRef.namespace: null -> \"prod\"");
  CHECK(texts[1] == "changed status.parents[" + b + "].v: 1 -> 2");
  CHECK(texts[2].starts_with("reordered status.parents: "));
}

TEST_CASE("the map keys of a schema come first") {
  const auto node = schema(R"(
    type: object
    properties:
      l: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [id, zone],
          items: {type: object}}
  )");
  const DiffOptions options{.schema = node.get()};
  CHECK(told(R"({"l":[{"id":1,"zone":"x","name":"n"}]})",
             R"({"l":[{"id":1,"zone":"x","name":"m"}]})",
             options) == Texts{R"(changed l[1,x].name: "n" -> "m")"});
  // Two of one name are none.
  CHECK(told(R"({"l":[{"id":1,"zone":"x","v":1},{"id":1,"zone":"x","v":2}]})",
             R"({"l":[{"id":1,"zone":"x","v":1},{"id":1,"zone":"x","v":3}]})",
             options) == Texts{"changed l[1].v: 2 -> 3"});
}

TEST_CASE("items without identity go by their places, after what is the same at both ends") {
  CHECK(told(R"({"r":[{"m":[1]},{"m":[2]}]})", R"({"r":[{"m":[0]},{"m":[1]},{"m":[2]}]})") ==
        Texts{R"(added r[0]: null -> {"m":[0]})"});
  CHECK(told(R"({"r":[{"m":{"a":1}},{"m":{"a":2}}]})", R"({"r":[{"m":{"a":1}},{"m":{"a":3}}]})") ==
        Texts{"changed r[1].m.a: 2 -> 3"});
  CHECK(told(R"({"r":[1,1,2]})", R"({"r":[1,2]})") == Texts{"removed r[1]: 1 -> null"});
}

TEST_CASE("what every write moves can be left out") {
  const auto before = R"({"metadata":{"generation":1,"managedFields":[],"resourceVersion":"1"},
    "spec":{"generation":1}})";
  const auto after = R"({"metadata":{"generation":2,"managedFields":[{}],"resourceVersion":"2"},
    "spec":{"generation":2}})";
  CHECK(told(before, after, {.leaves_out_noise = true}) ==
        Texts{"changed spec.generation: 1 -> 2"});
  CHECK(told(before, after).size() == 4);
}

TEST_CASE("a summary is one bounded line") {
  const auto changes = diff(json(R"({"a":1,"b":1,"c":1})"), json(R"({"a":2,"b":2,"c":2})"));
  CHECK(summarize(changes, 3) == "a, b, c");
  CHECK(summarize(changes, 2) == "a, b and 1 more");
  CHECK(summarize(changes, 0) == "a and 2 more");
  CHECK(summarize({}, 3) == "nothing");
  CHECK(summarize(diff(json("null"), json("{}")), 3) == "the object");
  const std::string name = std::string(kSummaryPathBytesMax - 1, 'x') + "ä";
  const auto long_one = diff(Value(JsonObject{{name, 1}}), Value(JsonObject{{name, 2}}));
  CHECK(summarize(long_one, 1) == "[" + std::string(kSummaryPathBytesMax - 1, 'x') + "…");
}

}  // namespace gatefold::engine
