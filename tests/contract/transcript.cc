#include "tests/contract/transcript.h"

#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

namespace gatefold::test {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::vector<TranscriptStep> read_transcript(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("no " + file.string());
  std::vector<TranscriptStep> steps;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## ")) {
      const auto path = std::min(line.find(" /api"), line.size());
      auto& step = steps.emplace_back();
      step.number = static_cast<int>(steps.size());
      step.title = line.substr(3, path - 3);
      step.path = trimmed(std::string_view(line).substr(path));
    } else if (!steps.empty() && !trimmed(line).empty()) {
      steps.back().lines.emplace_back(trimmed(line));
    }
  }
  return steps;
}

std::optional<std::string> python_bytes(std::string_view line) {
  const auto begin = std::min(line.find("b'"), line.find("b\""));
  if (begin == std::string_view::npos) return std::nullopt;
  const char quote = line[begin + 1];
  std::string bytes;
  for (auto at = begin + 2; at < line.size() && line[at] != quote; ++at) {
    if (line[at] != '\\' || at + 1 == line.size()) {
      bytes += line[at];
    } else if (const char escaped = line[++at]; escaped == 'n') {
      bytes += '\n';
    } else if (escaped == 'x' && at + 2 < line.size()) {
      bytes += static_cast<char>(std::stoi(std::string(line.substr(at + 1, 2)), nullptr, 16));
      at += 2;
    } else {
      bytes += escaped;
    }
  }
  return bytes;
}

std::string python_header(std::string_view line, std::string_view name) {
  const auto key = fmt::format("('{}', '", name);
  const auto begin = line.find(key);
  if (begin == std::string_view::npos) return "";
  const auto rest = line.substr(begin + key.size());
  return std::string(rest.substr(0, rest.find('\'')));
}

}  // namespace gatefold::test
