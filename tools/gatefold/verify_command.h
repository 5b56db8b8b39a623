// `gatefold verify`: proves that the rows of a data directory equal the fold of its log, and that
// the log's chain holds.
#pragma once

#include <string>

namespace gatefold::tools {

struct VerifyOptions {
  std::string directory;
  std::string output = "text";  // json or yaml
  std::string color = "auto";
};

// kFine; kCorruption, kDerivedCorruption or kInputOutput with what was found on stdout, and in the
// last case, where the directory can't be opened, on stderr.
int run_verify(const VerifyOptions& options);

}  // namespace gatefold::tools
