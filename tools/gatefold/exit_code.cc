#include "tools/gatefold/exit_code.h"

#include <cstdio>

#include <fmt/format.h>

#include "tools/gatefold/print.h"

namespace gatefold::tools {

int report(const Status& status) {
  say(stderr, "gatefold: {}\n", status.message);
  if (status.message.starts_with("corruption:")) return kCorruption;
  return status.reason == Reason::kBadRequest || status.reason == Reason::kInvalid ? kUsage
                                                                                   : kInputOutput;
}

}  // namespace gatefold::tools
