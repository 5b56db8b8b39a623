#include <catch2/catch.hpp>

#include "schema/cel/parser.h"

namespace gatefold::cel {
namespace {

std::string shown(std::uint32_t offset, std::string_view expression) {
  return to_string(Issue{offset, "wrong"}, expression);
}

TEST_CASE("an issue points at its place") {
  CHECK(to_string(Issue{4, "undefined field 'zz'"}, "self.zz == 1") ==
        "ERROR: <input>:1:5: undefined field 'zz'\n"
        " | self.zz == 1\n"
        " | ....^");
  CHECK(shown(0, "a") == "ERROR: <input>:1:1: wrong\n | a\n | ^");
  CHECK(shown(1, "a") == "ERROR: <input>:1:2: wrong\n | a\n | .^");
}

TEST_CASE("an issue is on the line that it stands on") {
  CHECK(shown(2, "a\nbc\nd") == "ERROR: <input>:2:1: wrong\n | bc\n | ^");
  CHECK(shown(3, "a\nbc\nd") == "ERROR: <input>:2:2: wrong\n | bc\n | .^");
  CHECK(shown(4, "a\nbc\nd") == "ERROR: <input>:2:3: wrong\n | bc\n | ..^");
  CHECK(shown(5, "a\nbc\nd") == "ERROR: <input>:3:1: wrong\n | d\n | ^");
  CHECK(shown(2, "a\n") == "ERROR: <input>:2:1: wrong\n | \n | ^");
}

TEST_CASE("tabs are shown as spaces, wide characters get wide pointers") {
  CHECK(shown(2, "\ta\tb") == "ERROR: <input>:1:3: wrong\n |  a b\n | ..^");
  CHECK(shown(2, "a\u00e9b") == "ERROR: <input>:1:3: wrong\n | a\u00e9b\n | .\uff0e^");
  CHECK(shown(1, "a\U0001f601b") == "ERROR: <input>:1:2: wrong\n | a\U0001f601b\n | .\uff3e");
}

TEST_CASE("an issue without a place shows no line") {
  CHECK(shown(kNowhere, "a") == "ERROR: <input>:-1:0: wrong");
  CHECK(shown(0, "") == "ERROR: <input>:1:0: wrong");
}

TEST_CASE("a line that is too long is not shown") {
  const std::string line(16'384, 'a');
  CHECK(shown(0, line) == "ERROR: <input>:1:1: wrong\n | " + line + "\n | ^");
  CHECK(shown(0, line + 'a') == "ERROR: <input>:1:1: wrong");
  CHECK(shown(16'386, line + "a\nb") == "ERROR: <input>:2:1: wrong\n | b\n | ^");
}

TEST_CASE("an offset behind the end is at the end") {
  CHECK(shown(7, "ab") == "ERROR: <input>:1:3: wrong\n | ab\n | ..^");
}

}  // namespace
}  // namespace gatefold::cel
