// Golden files: what is rendered is compared with tests/golden/<name>; GATEFOLD_BLESS=1 rewrites
// the file instead.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace gatefold::test {

// Empty when `actual` is what the file holds, otherwise where they part. For
// CHECK(golden("room/x.json", text) == "").
inline std::string golden(std::string_view name, std::string_view actual) {
  const std::filesystem::path file =
      std::filesystem::path(GATEFOLD_SOURCE_DIR) / "tests" / "golden" / std::string(name);
  const char* bless = std::getenv("GATEFOLD_BLESS");
  if (bless != nullptr && std::string_view(bless) == "1") {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << actual;
    out.close();
    return out ? "" : "cannot write " + file.string();
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) return "no " + file.string() + " (GATEFOLD_BLESS=1 writes it)";
  const std::string expected{std::istreambuf_iterator<char>(in), {}};
  if (expected == actual) return "";

  std::size_t line = 1;
  std::size_t at = 0;
  for (; at < expected.size() && at < actual.size() && expected[at] == actual[at]; ++at) {
    if (actual[at] == '\n') ++line;
  }
  const auto line_at = [at](std::string_view text) {
    const std::size_t newline = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
    const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
    return std::string(text.substr(begin, text.find('\n', begin) - begin));
  };
  return file.string() + ':' + std::to_string(line) + "\n  expected: " + line_at(expected) +
         "\n  actual:   " + line_at(actual);
}

}  // namespace gatefold::test
