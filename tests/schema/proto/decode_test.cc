#include "schema/proto/decode.h"

#include <catch2/catch.hpp>

#include "schema/json.h"
#include "tests/support/proto_bytes.h"

namespace gatefold::proto {
namespace {

using test::bytes_field;
using test::integer_field;
using test::varint;

// The number of a field stands before its name.
constexpr std::string_view kTable = R"(message Lamp
1 name string
2 note string?
3 watts int32
4 lumens *int64?
5 on bool?
6 colours []string?
7 hours []int64
8 labels {}string?
9 data {}bytes
10 certificate bytes?
11 since time?
12 until *time?
13 base Base
14 shade *Base?
15 . Base
16 factor *double?
17 limits {}quantity?
18 port intorstring
19 extra {}texts?
20 raw raw
21 more *orbool:Lamp?
22 items *orarray:Base?
23 needs {}ortexts:Base?
24 bases []Base?
25 lamp *Lamp?
message Base
1 height int32?
2 parts []string?
)";

const Messages& messages() {
  static const Messages kAll = *Messages::parse(kTable);
  return kAll;
}

std::expected<JsonObject, std::string> decoded(std::string_view bytes, DecodeLimits limits = {}) {
  return decode_message(*messages().named("Lamp"), bytes, limits);
}

std::string error_of(std::string_view bytes) {
  const auto object = decoded(bytes);
  return object ? "" : object.error();
}

// One member of what the bytes hold, as JSON; "absent" where it is not there.
std::string member(std::string_view name, std::string_view bytes) {
  const auto object = decoded(bytes);
  if (!object) return "error: " + object.error();
  const auto* value = object->if_contains(name);
  return value == nullptr ? "absent" : to_json(*value);
}

std::string entry(std::uint64_t number, std::string_view key, std::string_view value) {
  return bytes_field(number, bytes_field(1, key) + bytes_field(2, value));
}

}  // namespace

TEST_CASE("an empty message has what Go would write of it (R4.8)") {
  const auto object = decoded("");
  REQUIRE(object.has_value());
  CHECK(
      to_json(*object) ==
      R"({"name":"","watts":0,"hours":null,"data":null,"since":null,"base":{},"port":0,"raw":null})");
}

TEST_CASE("zero is no value where Go omits it, and one where it may be absent (R4.8)") {
  const auto zeros = bytes_field(1, "") + bytes_field(2, "") + integer_field(3, 0) +
                     integer_field(4, 0) + integer_field(5, 0) + bytes_field(10, "") +
                     bytes_field(12, "") + bytes_field(14, "");
  CHECK(member("name", zeros) == R"("")");
  CHECK(member("note", zeros) == "absent");
  CHECK(member("watts", zeros) == "0");
  CHECK(member("lumens", zeros) == "0");
  CHECK(member("on", zeros) == "absent");
  CHECK(member("certificate", zeros) == "absent");
  CHECK(member("until", zeros) == "null");
  CHECK(member("shade", zeros) == "{}");
}

TEST_CASE("numbers keep their sign and their width (R4.8)") {
  CHECK(member("watts", integer_field(3, ~std::uint64_t{0})) == "-1");
  CHECK(member("watts", integer_field(3, 0xffffffff)) == "-1");
  CHECK(member("lumens", integer_field(4, 0xffffffff)) == "4294967295");
  CHECK(member("lumens", integer_field(4, std::uint64_t{1} << 63U)) == "-9223372036854775808");
  CHECK(member("on", integer_field(5, 7)) == "true");
  CHECK(member("factor", "\x81\x01" + std::string("\0\0\0\0\0\0\x04\xc0", 8)) == "-2.5");
  CHECK(member("factor", "\x81\x01" + std::string("\0\0\0\0\0\0\xf0\x7f", 8)).starts_with("error"));
}

TEST_CASE("lists keep their order, packed or not (R4.8)") {
  CHECK(member("colours", bytes_field(6, "b") + integer_field(3, 1) + bytes_field(6, "a")) ==
        R"(["b","a"])");
  CHECK(member("hours", integer_field(7, 1) + bytes_field(7, varint(2) + varint(300))) ==
        "[1,2,300]");
  CHECK(member("hours", bytes_field(7, "\xff")) == "error: unexpected EOF");
  CHECK(member("bases", bytes_field(24, "") + bytes_field(24, integer_field(1, 2))) ==
        R"([{},{"height":2}])");
}

TEST_CASE("maps have the last of what stands twice (R4.8)") {
  CHECK(member("labels", entry(8, "a", "1") + entry(8, "b", "") + entry(8, "a", "2")) ==
        R"({"a":"2","b":""})");
  CHECK(member("labels", bytes_field(8, "")) == R"({"":""})");
  CHECK(member("data", entry(9, "key", "value") + entry(9, "none", "")) ==
        R"({"key":"dmFsdWU=","none":""})");
  CHECK(member("limits", entry(17, "cpu", bytes_field(1, "1500m"))) == R"({"cpu":"1500m"})");
  CHECK(member("extra", entry(19, "a", bytes_field(1, "x") + bytes_field(1, "y"))) ==
        R"({"a":["x","y"]})");
  CHECK(member("labels", bytes_field(8, integer_field(2, 1))) ==
        "error: proto: wrong wireType = 0 for field 2 of an entry of labels");
}

TEST_CASE("a message that comes in parts is one, of a scalar the last counts (R4.8)") {
  const auto first = bytes_field(13, integer_field(1, 3) + bytes_field(2, "a"));
  const auto second = bytes_field(13, bytes_field(2, "b"));
  CHECK(member("base", first + bytes_field(1, "x") + second) ==
        R"({"height":3,"parts":["a","b"]})");
  CHECK(member("name", bytes_field(1, "x") + bytes_field(1, "y")) == R"("y")");
}

TEST_CASE("the members of an inline message stand in the one around it (R4.8)") {
  const auto object = decoded(bytes_field(15, integer_field(1, 3)));
  REQUIRE(object.has_value());
  CHECK(object->at("height") == Value(3));
}

TEST_CASE("JSON within protobuf is JSON (R4.8)") {
  CHECK(member("raw", bytes_field(20, bytes_field(1, R"({"a":[1,null]})"))) == R"({"a":[1,null]})");
  CHECK(member("raw", bytes_field(20, "")) == "null");
  CHECK(member("raw", bytes_field(20, bytes_field(1, "{"))).starts_with("error: "));
  CHECK(
      member("raw", bytes_field(20, bytes_field(1, std::string("k8s\0x", 5)))).starts_with("err"));
}

TEST_CASE("a schema or something else is what is there (R4.8)") {
  const auto lamp = bytes_field(1, "x");
  CHECK(member("more", bytes_field(21, integer_field(1, 1))) == "true");
  CHECK(member("more", bytes_field(21, integer_field(1, 0))) == "false");
  CHECK(member("more", bytes_field(21, integer_field(1, 1) + bytes_field(2, lamp)))
            .starts_with(R"({"name":"x")"));
  CHECK(member("items", bytes_field(22, "")) == "null");
  CHECK(member("items", bytes_field(22, bytes_field(1, integer_field(1, 2)))) == R"({"height":2})");
  CHECK(member("items", bytes_field(22, bytes_field(2, "") + bytes_field(2, ""))) == "[{},{}]");
  CHECK(member("needs", entry(23, "a", bytes_field(2, "x") + bytes_field(2, "y"))) ==
        R"({"a":["x","y"]})");
  CHECK(member("needs", entry(23, "a", bytes_field(1, ""))) == R"({"a":{}})");
}

TEST_CASE("fields of newer clients are passed over (R4.8)") {
  CHECK(error_of(integer_field(99, 1) + bytes_field(1000, "x")) == "");
  CHECK(member("name", bytes_field(536'870'911, "x") + bytes_field(1, "y")) == R"("y")");
}

TEST_CASE("a field of another wire type is refused") {
  CHECK(error_of(integer_field(1, 1)) == "proto: wrong wireType = 0 for field name of Lamp");
  CHECK(error_of(bytes_field(3, "1")) == "proto: wrong wireType = 2 for field watts of Lamp");
  CHECK(error_of(integer_field(8, 1)) == "proto: wrong wireType = 0 for field labels of Lamp");
  CHECK(error_of(integer_field(6, 1)) == "proto: wrong wireType = 0 for field colours of Lamp");
  CHECK(error_of(bytes_field(13, bytes_field(1, ""))) ==
        "proto: wrong wireType = 2 for field height of Base");
  CHECK(error_of(bytes_field(13, "\x0a\x09")) == "unexpected EOF");
}

TEST_CASE("messages nest as deep as values may") {
  std::string bytes;
  for (int level = 1; level < 512; ++level) bytes = bytes_field(25, bytes);
  CHECK(error_of(bytes_field(25, bytes)) == "proto: exceeded max depth");
  // Its `base` is always there, a level below.
  CHECK(error_of(bytes) == "proto: exceeded max depth");
  std::string less;
  for (int level = 1; level < 511; ++level) less = bytes_field(25, less);
  CHECK(error_of(less) == "");
}

TEST_CASE("parts of messages are not copied without end") {
  std::string bytes = bytes_field(25, bytes_field(1, std::string(1000, 'a')));
  for (int level = 0; level < 100; ++level) {
    bytes = bytes_field(25, bytes) + bytes_field(25, "");
  }
  CHECK(decoded(bytes, {.joined_bytes_max = 200'000}).has_value());
  CHECK(decoded(bytes, {.joined_bytes_max = 50'000}).error() ==
        "proto: the message comes in too many parts");
}

TEST_CASE("few bytes do not become many values") {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += bytes_field(24, "");
  CHECK(decoded(bytes, {.values_max = 1020}).has_value());
  CHECK(decoded(bytes, {.values_max = 1000}).error() == "proto: the message holds too many values");
}

}  // namespace gatefold::proto
