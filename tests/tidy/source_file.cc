#include "tests/tidy/source_file.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace gatefold::tidy {
namespace {

namespace fs = std::filesystem;

bool is_foreign(const fs::path& path) {
  constexpr std::array<std::string_view, 4> kForeign = {"build", "data", "node_modules",
                                                        "__pycache__"};
  const std::string name = path.filename().string();
  if (name.starts_with('.')) return name != ".ci";
  // Only as folders: schema/data.cc would be ours.
  return fs::is_directory(path) && std::ranges::find(kForeign, name) != kForeign.end();
}

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

std::vector<SourceFile> read_tree(const fs::path& root) {
  std::vector<SourceFile> files;
  for (auto at = fs::recursive_directory_iterator(root); at != fs::end(at); ++at) {
    if (is_foreign(at->path())) {
      at.disable_recursion_pending();
    } else if (at->is_regular_file()) {
      files.push_back({at->path().lexically_relative(root).generic_string(), read_text(*at)});
    }
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back({lines.size() + 1, text.substr(0, end)});
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string folder_of(std::string_view path) {
  return fs::path(path).parent_path().generic_string();
}

std::string stem_of(std::string_view path) {
  return fs::path(path).stem().string();
}

std::string extension_of(std::string_view path) {
  const std::string extension = fs::path(path).extension().string();
  return extension.empty() ? extension : extension.substr(1);
}

}  // namespace gatefold::tidy
