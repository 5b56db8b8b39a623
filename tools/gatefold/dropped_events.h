// What a stretch of the log lacks because retention dropped it.
#pragma once

#include <string>

#include "tools/gatefold/source.h"

namespace gatefold::tools {

// One line on standard error where not all events behind `after` are kept of the kind that a word
// of the command line names, or of any where it is empty.
Result<void> tell_dropped(const OpenSource& source, const std::string& kind, Revision after);

}  // namespace gatefold::tools
