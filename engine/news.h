// What the writer tells reactors of what it has committed: where to look, so that nothing is read
// after writes from which nothing follows.
#pragma once

#include <vector>

#include "schema/ids.h"

namespace gatefold::engine {

// An object that is no more, and that others may name as their owner.
struct GoneOwner {
  Uid uid;
  bool namespaced = false;
};

struct News {
  std::vector<GoneOwner> gone;
  std::vector<ObjectKey> owned;  // objects that were written and name owners
  bool is_unknown = false;       // anything may have happened: the log was read anew
};

}  // namespace gatefold::engine
