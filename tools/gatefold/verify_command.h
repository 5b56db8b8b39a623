// `gatefold verify`: proves that the rows of a data directory equal the fold of its log, and that
// the log's chain holds.
#pragma once

#include <string>

namespace gatefold::tools {

struct VerifyOptions {
  std::string directory;
  std::string output = "text";  // or json
  std::string color = "auto";
};

// kFine, or kCorruption with what was found on stdout.
int run_verify(const VerifyOptions& options);

}  // namespace gatefold::tools
