// What is there from the first start on: the namespaces that always exist (R21.2), and the kinds of
// the Gateway API as definitions in the log.
#pragma once

#include "engine/engine.h"
#include "schema/channel.h"

namespace gatefold::engine {

// Those of the namespaces that always exist that are not there (R21.2).
Result<void> seed_namespaces(Engine& engine);

// Creates the definitions of `channel` that the directory never had, and replaces those that an
// earlier seed wrote, that differ, and that nobody edited since. What somebody deleted stays
// deleted; definitions that only another channel has stay, with their objects, and a warning says
// so.
Result<void> seed_definitions(Engine& engine, Channel channel);

}  // namespace gatefold::engine
