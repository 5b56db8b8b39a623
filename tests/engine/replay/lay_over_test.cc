#include "engine/replay/lay_over.h"

#include "tests/schema/parsed.h"

namespace gatefold::engine {
namespace {

using namespace gatefold::test;

std::string laid(std::string_view before, std::string_view after, std::string_view mine) {
  return canonical_json(lay_over(nullptr, json(before), json(after), json(mine)));
}

}  // namespace

TEST_CASE("what others changed arrives, and what the controller wrote stays") {
  CHECK(laid(R"({"spec":{"level":1},"status":{"lit":"old"}})",
             R"({"spec":{"level":2},"status":{"lit":"old"}})",
             R"({"spec":{"level":1},"status":{"lit":"mine"}})") ==
        R"({"spec":{"level":2},"status":{"lit":"mine"}})");
  // A status that the history's controller had written, which was withheld.
  CHECK(laid(R"({"spec":{"level":1},"status":{"lit":"old"}})",
             R"({"spec":{"level":2},"status":{"lit":"old"}})",
             R"({"spec":{"level":1}})") == R"({"spec":{"level":2}})");
}

TEST_CASE("where both changed one thing, the history's writer was last") {
  CHECK(laid(R"({"a":1})", R"({"a":2})", R"({"a":3})") == R"({"a":2})");
  CHECK(laid(R"({"a":1,"b":1})", R"({"b":1})", R"({"a":3,"b":1})") == R"({"b":1})");
  CHECK(laid(R"({"a":1})", R"({"a":2})", R"({})") == R"({"a":2})");
  CHECK(laid(R"({})", R"({"a":{"b":1}})", R"({"a":{"c":2}})") == R"({"a":{"b":1,"c":2}})");
  CHECK(laid(R"({"a":1})", R"({"a":1})", R"({})") == R"({})");
}

TEST_CASE("conditions of two writers are one list") {
  CHECK(
      laid(
          R"({"conditions":[{"status":"Unknown","type":"Ready"}]})",
          R"({"conditions":[{"status":"Unknown","type":"Ready"},{"status":"True","type":"Seen"}]})",
          R"({"conditions":[{"status":"True","type":"Ready"}]})") ==
      R"({"conditions":[{"status":"True","type":"Ready"},{"status":"True","type":"Seen"}]})");
  CHECK(laid(R"({"f":["x","y"]})", R"({"f":["y","z"]})", R"({"f":["x","y","mine"]})") ==
        R"({"f":["y","mine","z"]})");
  // What the controller took away stays away, unless it changed.
  CHECK(laid(R"({"l":[{"name":"a","v":1},{"name":"b","v":1}]})",
             R"({"l":[{"name":"a","v":1},{"name":"b","v":2}]})",
             R"({"l":[{"name":"b","v":1}]})") == R"({"l":[{"name":"b","v":2}]})");
  // Without identity a list is one thing.
  CHECK(laid(R"({"l":[{"v":1}]})", R"({"l":[{"v":2}]})", R"({"l":[{"v":3},{"v":4}]})") ==
        R"({"l":[{"v":2}]})");
}

TEST_CASE("a generation goes on from where the object is") {
  CHECK(laid(R"({"metadata":{"generation":3},"spec":{"a":1}})",
             R"({"metadata":{"generation":4},"spec":{"a":2}})",
             R"({"metadata":{"generation":5},"spec":{"a":1,"b":1}})") ==
        R"({"metadata":{"generation":6},"spec":{"a":2,"b":1}})");
}

}  // namespace gatefold::engine
