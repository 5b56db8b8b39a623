#include <algorithm>
#include <filesystem>
#include <set>

#include "tests/tidy/rules.h"

namespace gatefold::tidy {
namespace {

constexpr std::string_view kBuildFile = "CMakeLists.txt";

// The words of a build file outside its comments, parted by blanks and parentheses.
std::vector<std::string> build_words(std::string_view text) {
  std::vector<std::string> words;
  for (const Line& line : lines_of(text)) {
    std::string_view rest = line.text.substr(0, line.text.find('#'));
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find_first_of(" \t()\""), rest.size());
      if (end > 0) words.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return words;
}

// What a build file in `folder` means by `word`, from the root.
std::string resolved(std::string_view folder, std::string word) {
  constexpr std::string_view kRoot = "${CMAKE_SOURCE_DIR}/";
  constexpr std::string_view kHere = "${CMAKE_CURRENT_SOURCE_DIR}/";
  if (word.starts_with(kRoot)) {
    return std::filesystem::path(word.substr(kRoot.size())).lexically_normal().generic_string();
  }
  if (word.starts_with(kHere)) word.erase(0, kHere.size());
  return (std::filesystem::path(folder) / word).lexically_normal().generic_string();
}

// Every path that a build file names, sources and folders alike.
std::set<std::string> named_paths(const std::vector<SourceFile>& tree) {
  std::set<std::string> named;
  for (const SourceFile& file : tree) {
    if (std::filesystem::path(file.path).filename() != kBuildFile) continue;
    for (const std::string& word : build_words(file.text)) {
      named.insert(resolved(folder_of(file.path), word));
    }
  }
  return named;
}

// The folder that has to be named, for a source of its folder to be built; empty for other files.
std::string path_to_name(const SourceFile& file) {
  if (extension_of(file.path) == "cc") return file.path;
  if (file.path.ends_with('/' + std::string(kBuildFile))) return folder_of(file.path);
  return {};
}

}  // namespace

Findings orphans(const std::vector<SourceFile>& tree) {
  const auto named = named_paths(tree);
  Findings findings;
  for (const SourceFile& file : tree) {
    const std::string path = path_to_name(file);
    if (path.empty() || named.contains(path)) continue;
    findings.push_back({Rule::kOrphan, file.path, 0, "no build file names " + path});
  }
  return findings;
}

}  // namespace gatefold::tidy
