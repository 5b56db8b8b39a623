// DELETE of one object (spec section 10, R21.4, R21.6).
#pragma once

#include "engine/decide.h"

namespace gatefold::engine {

Result<Decision> remove(const Command& command, const Facts& facts, const Stamp& stamp);

}  // namespace gatefold::engine
