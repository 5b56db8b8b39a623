// PUT and PATCH of an object, its status, or a namespace's finalizers (spec sections 8, 9 and 13).
#pragma once

#include "engine/decide.h"

namespace gatefold::engine {

Result<Decision> update(const Command& command, const Facts& facts, const Stamp& stamp);

}  // namespace gatefold::engine
