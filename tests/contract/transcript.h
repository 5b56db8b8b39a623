// Transcripts of what a client in Python saw of a real server: steps that begin with `## title`.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatefold::test {

struct TranscriptStep {
  int number = 0;  // from 1
  std::string title;
  std::string path;                // as it was asked for; may be empty
  std::vector<std::string> lines;  // without blanks around them
};

// Throws std::runtime_error where the file can't be read.
std::vector<TranscriptStep> read_transcript(const std::filesystem::path& file);

// The bytes that Python shows as b'...'; nothing where `line` shows none. A dump that was cut has
// no end quote.
std::optional<std::string> python_bytes(std::string_view line);

// `['application/json']` of a header in a list of pairs.
std::string python_header(std::string_view line, std::string_view name);

}  // namespace gatefold::test
