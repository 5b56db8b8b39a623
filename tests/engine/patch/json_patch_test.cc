#include "engine/patch/json_patch.h"

#include <string>

#include "engine/limits.h"
#include "tests/schema/parsed.h"

namespace gatefold::engine {
namespace {

using test::json;

constexpr std::string_view kRejected =
    "the server rejected our request due to an error in our request";

struct Case {
  std::string_view document;
  std::string_view patch;
  std::string_view result;
};

void check(const Case& c) {
  INFO(c.document);
  INFO(c.patch);
  const auto patched = apply_json_patch(json(c.document), json(c.patch));
  REQUIRE(patched.has_value());
  CHECK(canonical_json(*patched) == canonical_json(json(c.result)));
}

Status rejection(const Value& document, const Value& patch) {
  auto patched = apply_json_patch(document, patch);
  REQUIRE_FALSE(patched.has_value());
  return std::move(patched.error());
}

Value operation(std::string_view op, std::string_view path, Value value) {
  return {{"op", op}, {"path", path}, {"value", std::move(value)}};
}

// Objects in objects, `depth` of them; the innermost is empty.
Value nested(std::size_t depth) {
  Value value = JsonObject();
  for (std::size_t i = 1; i < depth; ++i) {
    JsonObject outer;
    outer["a"] = std::move(value);
    value = std::move(outer);
  }
  return value;
}

std::string path_down(std::size_t depth) {
  std::string path;
  for (std::size_t i = 0; i < depth; ++i) path += "/a";
  return path;
}

TEST_CASE("the examples of RFC 6902 give what it says") {
  const Case cases[] = {
      {R"({"foo":"bar"})", R"([{"op":"add","path":"/baz","value":"qux"}])",
       R"({"baz":"qux","foo":"bar"})"},
      {R"({"foo":["bar","baz"]})", R"([{"op":"add","path":"/foo/1","value":"qux"}])",
       R"({"foo":["bar","qux","baz"]})"},
      {R"({"baz":"qux","foo":"bar"})", R"([{"op":"remove","path":"/baz"}])", R"({"foo":"bar"})"},
      {R"({"foo":["bar","qux","baz"]})", R"([{"op":"remove","path":"/foo/1"}])",
       R"({"foo":["bar","baz"]})"},
      {R"({"baz":"qux","foo":"bar"})", R"([{"op":"replace","path":"/baz","value":"boo"}])",
       R"({"baz":"boo","foo":"bar"})"},
      {R"({"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}})",
       R"([{"op":"move","from":"/foo/waldo","path":"/qux/thud"}])",
       R"({"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}})"},
      {R"({"foo":["all","grass","cows","eat"]})",
       R"([{"op":"move","from":"/foo/1","path":"/foo/3"}])",
       R"({"foo":["all","cows","eat","grass"]})"},
      {R"({"baz":"qux","foo":["a",2,"c"]})",
       R"([{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}])",
       R"({"baz":"qux","foo":["a",2,"c"]})"},
      {R"({"foo":"bar"})", R"([{"op":"add","path":"/child","value":{"grandchild":{}}}])",
       R"({"foo":"bar","child":{"grandchild":{}}})"},
      {R"({"foo":"bar"})", R"([{"op":"add","path":"/baz","value":"qux","xyz":123}])",
       R"({"foo":"bar","baz":"qux"})"},
      {R"({"/":9,"~1":10})", R"([{"op":"test","path":"/~01","value":10}])", R"({"/":9,"~1":10})"},
      {R"({"foo":["bar"]})", R"([{"op":"add","path":"/foo/-","value":["abc","def"]}])",
       R"({"foo":["bar",["abc","def"]]})"},
  };
  for (const auto& c : cases) check(c);
}

TEST_CASE("JSON patches at their edges") {
  const Case cases[] = {
      {R"({"a":1})", R"([])", R"({"a":1})"},
      {R"({"a":1})", R"([{"op":"replace","path":"","value":[]}])", R"([])"},
      {R"({"a":1})", R"([{"op":"test","path":"","value":{"a":1}}])", R"({"a":1})"},
      {R"({"a":1})", R"([{"op":"add","path":"/a","value":null}])", R"({"a":null})"},
      {R"({"a":1})", R"([{"op":"add","path":"/","value":2}])", R"({"a":1,"":2})"},
      {R"({"a":[]})", R"([{"op":"add","path":"/a/0","value":1}])", R"({"a":[1]})"},
      {R"({"a":[1]})", R"([{"op":"add","path":"/a/1","value":2}])", R"({"a":[1,2]})"},
      {R"({"metadata":{"annotations":{"a.b/c":"x"}}})",
       R"([{"op":"remove","path":"/metadata/annotations/a.b~1c"}])",
       R"({"metadata":{"annotations":{}}})"},
      {R"({"a":{"b":1}})", R"([{"op":"copy","from":"/a","path":"/c"},
        {"op":"replace","path":"/c/b","value":2}])",
       R"({"a":{"b":1},"c":{"b":2}})"},
      {R"({"a":1})", R"([{"op":"move","from":"/a","path":"/a"}])", R"({"a":1})"},
      {R"({"a":[1,2,3]})", R"([{"op":"move","from":"/a/2","path":"/a/0"}])", R"({"a":[3,1,2]})"},
      // Operations see what those before them left.
      {R"({})", R"([{"op":"add","path":"/a","value":{}},{"op":"add","path":"/a/b","value":[]},
        {"op":"add","path":"/a/b/-","value":1}])",
       R"({"a":{"b":[1]}})"},
      // Members' order does not matter to `test`.
      {R"({"a":{"x":1,"y":2}})", R"([{"op":"test","path":"/a","value":{"y":2,"x":1}}])",
       R"({"a":{"x":1,"y":2}})"},
  };
  for (const auto& c : cases) check(c);
}

TEST_CASE("JSON patches go beyond RFC 6902 where Kubernetes does") {
  const Case cases[] = {
      {R"({"a":[1,2,3]})", R"([{"op":"remove","path":"/a/-1"}])", R"({"a":[1,2]})"},
      {R"({"a":[1,2,3]})", R"([{"op":"replace","path":"/a/-3","value":0}])", R"({"a":[0,2,3]})"},
      {R"({"a":[1,2]})", R"([{"op":"add","path":"/a/-1","value":3}])", R"({"a":[1,2,3]})"},
      {R"({"a":1})", R"([{"op":"test","path":"/b","value":null}])", R"({"a":1})"},
      {R"({"a":1})", R"([{"op":"replace","path":"/b","value":2}])", R"({"a":1,"b":2})"},
      {R"({"a":1})", R"([{"op":"add","path":"/b~2"}])", R"({"a":1,"b~2":null})"},
      {R"({"a":1})", R"([{"op":"copy","from":"/b","path":"/c"}])", R"({"a":1,"c":null})"},
  };
  for (const auto& c : cases) check(c);
}

TEST_CASE("an operation that fails rejects the patch without saying why") {
  const auto document = json(R"({"a":1,"list":[1,2],"none":null,"text":"x"})");
  const std::string_view patches[] = {
      R"([{"op":"test","path":"/a","value":2}])",
      R"([{"op":"test","path":"/a","value":"1"}])",
      R"([{"op":"test","path":"/a","value":null}])",
      R"([{"op":"test","path":"/a"}])",
      R"([{"op":"test","path":"/list","value":[2,1]}])",
      R"([{"op":"test","path":"/list/7","value":null}])",
      R"([{"op":"test","path":"/b/c","value":null}])",
      R"([{"op":"test","path":"/b","value":1}])",
      R"([{"op":"remove","path":"/b"}])",
      R"([{"op":"remove","path":""}])",
      R"([{"op":"add","path":"","value":{"b":2}}])",
      R"([{"op":"copy","from":"","path":"/c"}])",
      R"([{"op":"test","path":"/b"}])",
      R"([{"op":"remove","path":"/list/2"}])",
      R"([{"op":"remove","path":"/list/-"}])",
      R"([{"op":"remove","path":"/list/-3"}])",
      R"([{"op":"replace","path":"/list/2","value":1}])",
      R"([{"op":"replace","path":"/list/-","value":1}])",
      R"([{"op":"add","path":"/b/c","value":1}])",
      R"([{"op":"add","path":"/none/c","value":1}])",
      R"([{"op":"add","path":"/text/c","value":1}])",
      R"([{"op":"add","path":"/list/3","value":1}])",
      R"([{"op":"add","path":"/list/-4","value":1}])",
      R"([{"op":"add","path":"/list/x","value":1}])",
      R"([{"op":"add","path":"/list/1e0","value":1}])",
      R"([{"op":"add","path":"/list/99999999999999999999","value":1}])",
      R"([{"op":"add","path":"b","value":1}])",
      R"([{"op":"add","value":1}])",
      R"([{"op":"copy","path":"/c"}])",
      R"([{"op":"copy","from":"a","path":"/c"}])",
      R"([{"op":"move","from":"/b","path":"/c"}])",
      R"([{"op":"move","from":"/list","path":"/list/0"}])",
      R"([{"op":"move","from":"","path":"/c"}])",
      R"([{"op":"ADD","path":"/b","value":1}])",
      R"([{"op":"","path":"/b"}])",
      R"([{"path":"/b","value":1}])",
      R"([{}])",
      R"([{"op":"add","path":"/b","value":1},{"op":"remove","path":"/c"}])",
  };
  for (const auto patch : patches) {
    INFO(patch);
    const auto status = rejection(document, json(patch));
    CHECK(status.reason == Reason::kInvalid);
    CHECK(status.message == kRejected);
    CHECK(status.details.causes.empty());
  }
}

TEST_CASE("what is no list of objects is no JSON patch") {
  struct Bad {
    std::string_view patch;
    std::string_view message;
  };
  const Bad cases[] = {
      {R"({"op":"add"})",
       "error decoding patch: json: cannot unmarshal object into Go value of type "
       "[]handlers.jsonPatchOp"},
      {R"("x")",
       "error decoding patch: json: cannot unmarshal string into Go value of type "
       "[]handlers.jsonPatchOp"},
      {R"(true)",
       "error decoding patch: json: cannot unmarshal bool into Go value of type "
       "[]handlers.jsonPatchOp"},
      {R"([1])",
       "error decoding patch: json: cannot unmarshal number into Go value of type "
       "handlers.jsonPatchOp"},
      {R"([{"op":"add","path":"/a","value":1},[]])",
       "error decoding patch: json: cannot unmarshal array into Go value of type "
       "handlers.jsonPatchOp"},
  };
  for (const auto& c : cases) {
    INFO(c.patch);
    const auto checked = check_json_patch(json(c.patch));
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().reason == Reason::kBadRequest);
    CHECK(checked.error().message == c.message);
    CHECK(rejection(json("{}"), json(c.patch)).message == c.message);
  }
}

TEST_CASE("a JSON patch has at most 10000 operations") {
  JsonArray operations(10'000, operation("add", "/a", 1));
  CHECK(check_json_patch(operations).has_value());
  CHECK(apply_json_patch(json("{}"), operations).has_value());
  operations.push_back(operations.front());
  const auto status = rejection(json("{}"), operations);
  CHECK(status.reason == Reason::kRequestEntityTooLarge);
  CHECK(status.message ==
        "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got "
        "10001");
}

TEST_CASE("copies grow an object by 3 MiB at most") {
  const Value document = {{"text", std::string((1u << 20) - 2, 'x')}, {"list", JsonArray()}};
  const auto copy = json(R"({"op":"copy","from":"/text","path":"/list/-"})");
  CHECK(apply_json_patch(document, JsonArray(3, copy)).has_value());
  CHECK(rejection(document, JsonArray(4, copy)).message == kRejected);
}

TEST_CASE("no JSON patch nests deeper than a body may") {
  const auto document = nested(kNestingMax - 1);
  const auto deepest = path_down(kNestingMax - 1);
  CHECK(apply_json_patch(document, JsonArray{operation("add", deepest, JsonObject())}));
  CHECK_FALSE(apply_json_patch(document, JsonArray{operation("add", deepest, nested(2))}));
  CHECK_FALSE(apply_json_patch(nested(2), JsonArray{operation("replace", "/a", nested(512))}));

  // Each copy would double the depth.
  JsonArray doubling;
  for (std::size_t depth = 2; depth <= 1u << 16; depth *= 2) {
    doubling.push_back({{"op", "copy"}, {"from", "/a"}, {"path", path_down(depth)}});
  }
  CHECK(rejection(nested(2), doubling).message == kRejected);
}

TEST_CASE("long lists are not moved along without end") {
  JsonObject document;
  document["list"] = JsonArray(100'000, Value(1));
  const JsonArray operations(10'000, operation("add", "/list/0", 2));
  CHECK(rejection(document, operations).message == kRejected);
  CHECK(apply_json_patch(document, JsonArray(10'000, operation("add", "/list/-", 2))));
}

TEST_CASE("large values are not measured without end") {
  JsonObject document;
  document["a"] = JsonArray(100'000, Value(1));
  JsonArray operations;
  for (int i = 0; i < 5000; ++i) {
    operations.push_back({{"op", "move"}, {"from", "/a"}, {"path", "/b"}});
    operations.push_back({{"op", "move"}, {"from", "/b"}, {"path", "/a"}});
  }
  CHECK(rejection(document, operations).message == kRejected);
  operations.resize(100);
  CHECK(apply_json_patch(document, operations));
}

TEST_CASE("a rejected JSON patch leaves the document alone") {
  const auto document = json(R"({"a":[1,2]})");
  const auto before = canonical_json(document);
  CHECK_FALSE(apply_json_patch(document, json(R"([{"op":"remove","path":"/a/0"},
                                                  {"op":"remove","path":"/b"}])")));
  CHECK(canonical_json(document) == before);
}

}  // namespace
}  // namespace gatefold::engine
