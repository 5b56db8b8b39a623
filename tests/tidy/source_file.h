// The files of the repository as values: what the rules of the house are checked on.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace gatefold::tidy {

struct SourceFile {
  std::string path;  // from the root, with '/'
  std::string text;
};

struct Line {
  std::size_t number;  // from 1
  std::string_view text;
};

// Every file below `root` that is ours, sorted by path: build trees, data directories and what
// begins with a dot (but .ci) are left out.
std::vector<SourceFile> read_tree(const std::filesystem::path& root);

// Views into `text`, without line ends; an end at the very end of the text opens no further line.
std::vector<Line> lines_of(std::string_view text);

// `a`, `b_test`, `cc` for a/b_test.cc: `folder/stem.extension`, the extension without its dot.
std::string folder_of(std::string_view path);
std::string stem_of(std::string_view path);
std::string extension_of(std::string_view path);

}  // namespace gatefold::tidy
