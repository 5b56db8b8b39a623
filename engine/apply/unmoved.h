// The common update, told from all others without reading all of managedFields.
#pragma once

#include <optional>

#include "engine/apply/owned_write.h"
#include "schema/value.h"

namespace gatefold::engine {

// managedFields after an update that only gave other values to fields which its manager manages and
// nobody else does: as they are in `live`, but for the manager's time. Equal to what track_update()
// makes of them. Nothing where the write did more, or where that can't be told by looking at single
// fields. `live` was stored under the version's schema of now.
std::optional<Value> unmoved_managed_fields(const OwnedWrite& write, const Value& live,
                                            const Value& object);

}  // namespace gatefold::engine
