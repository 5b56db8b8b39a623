// The rules of the house that a machine can check: pure functions over the text of files, which
// return what breaks them. house_test.cc runs them over the repository, rules_test.cc over small
// texts that break each of them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tidy/source_file.h"

namespace gatefold::tidy {

enum class Rule {
  kEdge,    // rooms are included and linked leftward: schema <- storage <- engine <- api <- tools
  kBorder,  // RocksDB and FlatBuffers stay in storage, Asio and Beast in api and tools
  kLength,  // at most 600 lines; a room's README at most 80
  kWidth,   // at most 100 columns in C++, FlatBuffers schemas and CMake
  kName,    // no file is called after nothing in particular
  kHeader,  // a contract comes first, then #pragma once
  kReadme,  // every room has one
  kOrphan,  // every source and every folder with a CMakeLists.txt is part of the build
  kUnfinished,  // no work is left behind as a comment
};

struct Finding {
  Rule rule;
  std::string path;
  std::size_t line = 0;  // 0: the file as a whole
  std::string what;

  std::string text() const;
};

using Findings = std::vector<Finding>;

// Of one file.
Findings wrong_includes(const SourceFile& file);
Findings wrong_links(const SourceFile& file);
Findings wrong_length(const SourceFile& file);
Findings wrong_width(const SourceFile& file);
Findings wrong_name(const SourceFile& file);
Findings wrong_header(const SourceFile& file);
Findings unfinished(const SourceFile& file);

// Of all files together.
Findings wrong_readmes(const std::vector<SourceFile>& tree);
Findings orphans(const std::vector<SourceFile>& tree);

// Everything above.
Findings all_findings(const std::vector<SourceFile>& tree);

// An allowed breach; the reason is for the reader.
struct Exception {
  Rule rule;
  std::string_view path;
  std::string_view reason;
};

// `findings` without those that an exception covers. An exception that covers nothing is a finding
// itself, so that none outlives its cause.
Findings not_excepted(const Findings& findings, const std::vector<Exception>& exceptions);

}  // namespace gatefold::tidy
