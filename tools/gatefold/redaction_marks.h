// What the log's events of redactions say: which versions lost their content, when and why.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "schema/ids.h"
#include "schema/value.h"
#include "tools/gatefold/source.h"

namespace gatefold::tools {

class RedactionMarks {
 public:
  // Reads what the log tells of since the last call.
  Result<void> read(const OpenSource& source);
  // Whether the line of the log tells of a redaction that read() has not seen.
  bool is_news(const Value& event) const;
  // `redacted in 60149` of a version that lost its content, `redacts secrets/prod/key 47-49:
  // leaked` of an event that tells of it; empty for all others.
  std::string of(const Value& event) const;

 private:
  using Run = std::pair<std::uint64_t, std::uint64_t>;
  struct Redaction {
    std::uint64_t told = 0;  // the event's revision
    std::vector<Run> runs;   // revisions, both ends included
  };
  void note(const Value& line);

  Revision seen_;
  std::map<std::string, std::vector<Redaction>, std::less<>> of_object_;
  std::map<std::uint64_t, std::string> told_;
};

}  // namespace gatefold::tools
