// What a client wants an object to be: the body of a PUT, or what a patch or an applied
// configuration makes of the object as it is.
#pragma once

#include <optional>

#include "engine/apply/owned_write.h"
#include "engine/facts.h"
#include "engine/world.h"

namespace gatefold::engine {

struct Wanted {
  Value object;                        // not yet decoded; a Scale where the command scales
  std::optional<Ownership> ownership;  // where the write says who manages it from now on
};
// Of a patch: there is a target.
Result<Wanted> wanted_object(const Command& command, const Facts& facts, const Stamp& stamp);

// What the configuration in the body makes of the object, or of none; a Scale is a configuration of
// the object's replicas (R13.6).
Result<AppliedObject> applied_object(const Command& command, const Facts& facts,
                                     const Stamp& stamp);

// Whether the body is, or patches, a Scale.
bool scales(const Command& command);

OwnedWrite owned_write(const Command& command, const Facts& facts, const Stamp& stamp);

}  // namespace gatefold::engine
