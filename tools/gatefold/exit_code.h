// What the gatefold binary ends with; `gatefold --help` lists them.
#pragma once

#include "schema/status.h"

namespace gatefold::tools {

inline constexpr int kFine = 0;
inline constexpr int kFoundSomething = 1;
inline constexpr int kUsage = 2;
inline constexpr int kInputOutput = 3;
inline constexpr int kCorruption = 4;
// `verify` alone: the log, its chain and its bodies hold, and only rows that follow from them are
// damaged, which `rebuild` makes anew.
inline constexpr int kDerivedCorruption = 5;

// Prints `gatefold: <message>` to stderr and picks the code.
int report(const Status& status);

}  // namespace gatefold::tools
