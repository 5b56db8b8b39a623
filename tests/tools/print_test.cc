// What clients wrote, as people see it.
#include "tools/gatefold/print.h"

#include <string>

#include <catch2/catch.hpp>

namespace gatefold::test {
namespace {

using tools::format_text;
using tools::Painted;
using tools::without_controls;

TEST_CASE("control characters of all kinds are shown escaped", "[print]") {
  CHECK(without_controls("R\u001b[2J\n  99  x") == "R\\u001b[2J\\n  99  x");
  CHECK(without_controls("\t\r\b\x7f") == "\\t\\r\\u0008\\u007f");
  CHECK(without_controls(std::string_view("\0", 1)) == "\\u0000");
  CHECK(without_controls("\xc2\x80 \xc2\x9b[2J") == "\\u0080 \\u009b[2J");
}

TEST_CASE("all other text stays as it is", "[print]") {
  for (const std::string text :
       {"", "plain", "\xc2\xa0", "\xc3\x84", "\xe2\x80\xa6", "\xc2", "\\n"}) {
    CHECK(without_controls(text) == text);
  }
}

TEST_CASE("arguments are escaped, and what is painted is not", "[print]") {
  const std::string name = "a\nb";
  CHECK(format_text("{:<6}|{}|{}\n", name, 3, Painted{"\x1b[31mred\x1b[0m"}) ==
        "a\\nb  |3|\x1b[31mred\x1b[0m\n");
}

}  // namespace
}  // namespace gatefold::test
