#include "engine/tell/unified.h"

#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace gatefold::engine {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// What `patch` makes of the old text.
std::string patched(const std::string& old_text, const std::string& patch) {
  const auto before = lines_of(old_text);
  std::size_t at = 0;
  std::string text;
  for (const auto& line : lines_of(patch)) {
    if (line.starts_with("---") || line.starts_with("+++")) continue;
    if (line.starts_with("@@")) {
      std::size_t start = std::stoul(line.substr(4));
      const auto comma = line.find(',');
      const bool is_empty = comma < line.find(' ', 4) && std::stoul(line.substr(comma + 1)) == 0;
      if (!is_empty) --start;
      while (at < start) text += before.at(at++) + "\n";
    } else if (line[0] == '+') {
      text += line.substr(1) + "\n";
    } else {
      REQUIRE(before.at(at) == line.substr(1));
      if (line[0] == ' ') text += before[at] + "\n";
      ++at;
    }
  }
  while (at < before.size()) text += before[at++] + "\n";
  return text;
}

}  // namespace

TEST_CASE("a unified diff is what diff -u prints") {
  CHECK(unified_diff("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n", "a\nb\nc\nd\nX\nf\ng\nh\ni\nj\nk\n",
                     {"old", "new"}) ==
        "--- old\n+++ new\n"
        "@@ -2,9 +2,10 @@\n b\n c\n d\n-e\n+X\n f\n g\n h\n i\n j\n+k\n");
  CHECK(unified_diff("", "a\n", {"old", "new"}) == "--- old\n+++ new\n@@ -0,0 +1 @@\n+a\n");
  CHECK(unified_diff("a\n", "", {"old", "new"}) == "--- old\n+++ new\n@@ -1 +0,0 @@\n-a\n");
  CHECK(unified_diff("a\n", "a\n", {"old", "new"}).empty());
}

TEST_CASE("patching the old text with the diff gives the new one") {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const auto text = [&] {
      std::string lines;
      for (unsigned i = random() % 30; i > 0; --i) {
        lines += std::string(1, static_cast<char>('a' + random() % 4)) + "\n";
      }
      return lines;
    };
    const auto old_text = text();
    const auto new_text = text();
    INFO(old_text << "->\n" << new_text);
    CHECK(patched(old_text, unified_diff(old_text, new_text, {"a", "b"})) == new_text);
  }
}

TEST_CASE("texts that have too little in common replace each other") {
  std::string old_text;
  std::string new_text;
  for (std::size_t i = 0; i < kUnifiedEditsMax; ++i) {
    old_text += "o" + std::to_string(i) + "\nsame\n";
    new_text += "n" + std::to_string(i) + "\nsame\n";
  }
  const auto diff = unified_diff(old_text, new_text, {"a", "b"});
  CHECK(patched(old_text, diff) == new_text);
  CHECK(diff.find("\n same\n+") == std::string::npos);
}

}  // namespace gatefold::engine
