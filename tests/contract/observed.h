// What a real Kubernetes API server was asked and what it answered, one row for each request.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "schema/value.h"

namespace gatefold::test {

struct ObservedRow {
  int number = 0;  // from 1
  std::string title;
  std::string method;
  std::string path;
  std::optional<std::string> request_content_type;
  std::optional<std::string> accept;
  std::optional<std::string> body;  // as it was sent
  int code = 0;
  std::string content_type;
  std::vector<std::string> warnings;
  Value response;  // a string where it was no JSON
};

// Throws std::runtime_error where the file is not what it should be.
std::vector<ObservedRow> read_observed(const std::filesystem::path& file);

// A row that is not to be answered in the same way here, or not to be asked, and why.
struct Deviation {
  int first = 0;
  int last = 0;
  bool is_sent = true;
  bool as_merge_patch = false;
  std::vector<std::string> differences;  // sorted
  // What is said here instead, as it stands there: of `body.message` the message, of `body` an
  // error's code, reason and message.
  std::string texts;
  std::string reason;
};

// Lines of `<row>[-<row>] <title> | <what> | <reason>`, each with lines `  <place>: <text>` below
// it; `#` begins a comment.
std::vector<Deviation> read_deviations(const std::filesystem::path& file);

}  // namespace gatefold::test
