// What an event made different in its object.
#pragma once

#include <string>
#include <vector>

#include "engine/tell/diff.h"
#include "engine/view.h"

namespace gatefold::engine {

struct VersionChanges {
  std::vector<FieldChange> changes;  // none of the first version: all of it is new
  // Why they can't be told, or whether all of it is new: a body that is not known.
  std::string gap;
};

// The event's object against its version before, without what every write moves. Reads two bodies.
Result<VersionChanges> changes_in(const View& view, const storage::Event& event);

}  // namespace gatefold::engine
