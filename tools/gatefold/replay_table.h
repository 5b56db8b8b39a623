// A replay's report as people read it. Pure.
#pragma once

#include <string>

#include "engine/replay/account.h"

namespace gatefold::tools {

// A line for each object, with the fields and conditions that differ below it, and a sum.
std::string replay_table(const engine::ReplayReport& report);

}  // namespace gatefold::tools
