#include "schema/value.h"

#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using test::json;

TEST_CASE("find answers with members of objects and with nothing elsewhere") {
  const Value object = json(R"({"a":{"b":[1,"x"]},"n":null})");
  REQUIRE(find(object, "a") != nullptr);
  CHECK(find(object, "b") == nullptr);
  REQUIRE(find(object, "n") != nullptr);
  CHECK(find(object, "n")->is_null());
  CHECK(find(object.at("a").at("b"), "0") == nullptr);
  CHECK(find(Value("a"), "a") == nullptr);
}

TEST_CASE("find lets a member be changed in place") {
  Value object = json(R"({"a":1})");
  *find(object, "a") = 2;
  CHECK(to_json(object) == R"({"a":2})");
}

TEST_CASE("paths are followed through objects alone") {
  const Value object = json(R"({"metadata":{"name":"web","labels":{"a":"b"},"generation":3}})");
  REQUIRE(find_path(object, {"metadata", "labels", "a"}) != nullptr);
  CHECK(find_path(object, {}) == &object);
  CHECK(find_path(object, {"metadata", "name", "x"}) == nullptr);
  CHECK(find_path(object, {"spec", "x"}) == nullptr);
}

TEST_CASE("strings and integers have a fallback where they are absent or something else") {
  const Value object = json(R"({"s":"text","i":-4,"d":1.5,"n":null,"z":"a\u0000b"})");
  CHECK(string_at(object, {"s"}) == "text");
  CHECK(string_at(object, {"i"}).empty());
  CHECK(string_at(object, {"none"}).empty());
  CHECK(string_at(object, {"z"}) == std::string_view("a\0b", 3));
  CHECK(integer_at(object, {"i"}, 9) == -4);
  CHECK(integer_at(object, {"d"}, 9) == 9);
  CHECK(integer_at(object, {"s"}, 9) == 9);
  CHECK(integer_at(object, {"none"}, 9) == 9);
}

TEST_CASE("values are the same whatever the order of their members") {
  const Value object = json(R"({"a":{"b":[1,{"c":null}],"d":1.5},"e":"x"})");
  CHECK(same(object, json(R"({"e":"x","a":{"d":1.5,"b":[1,{"c":null}]}})")));
  for (const auto* other : {R"({"a":{"b":[1,{"c":0}],"d":1.5},"e":"x"})", R"({"e":"x"})",
                            R"({"a":{"b":[{"c":null},1],"d":1.5},"e":"x"})",
                            R"({"a":{"b":[1,{"c":null}],"f":1.5},"e":"x"})",
                            R"({"a":{"b":[1],"d":1.5},"e":"x"})", R"(["a","e"])", "null"}) {
    INFO(other);
    CHECK_FALSE(same(object, json(other)));
  }
  CHECK(same(Value(1), Value(std::uint64_t{1})));
  CHECK_FALSE(same(Value(1), Value(1.0)));
}

TEST_CASE("an object member is made where there is none") {
  Value object = json(R"({"there":{"a":1},"null":null})");
  auto& members = object.get_object();
  CHECK(object_member(members, "there").size() == 1);
  object_member(members, "null")["b"] = 2;
  object_member(members, "new")["c"] = 3;
  CHECK(canonical_json(object) == R"({"new":{"c":3},"null":{"b":2},"there":{"a":1}})");
}

TEST_CASE("JSON types have the names that validation prints") {
  CHECK(json_type_name(json("{}")) == "object");
  CHECK(json_type_name(json("[]")) == "array");
  CHECK(json_type_name(json("\"\"")) == "string");
  CHECK(json_type_name(json("1")) == "integer");
  CHECK(json_type_name(json("1.5")) == "number");
  CHECK(json_type_name(json("true")) == "boolean");
  CHECK(json_type_name(json("null")) == "null");
}

}  // namespace
}  // namespace gatefold
