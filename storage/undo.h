// Taking the newest events back out of a database. Included by .cc files only.
#pragma once

#include "storage/recover.h"

namespace gatefold::storage {

// Leaves what there was at `then`: log and bodies end there, and so do the rows that are folded
// from them; sightings are forgotten. Answers how many events were taken out. The head in `meta` is
// the caller's. Not atomic: what is broken off is of no use.
Result<std::uint64_t> undo(const std::shared_ptr<Database>& database, const Head& now,
                           const Head& then, const Progress& progress);

}  // namespace gatefold::storage
