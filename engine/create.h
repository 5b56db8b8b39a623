// POST: a new object (spec section 7).
#pragma once

#include "engine/decide.h"

namespace gatefold::engine {

Result<Decision> create(const Command& command, const Facts& facts, const Stamp& stamp);

}  // namespace gatefold::engine
