// From a file that `gatefold export` wrote to the same history in a store.
#pragma once

#include <cstdint>
#include <functional>

#include "storage/history_writer.h"
#include "tools/gatefold/archive.h"

namespace gatefold::tools {

// Reads to the end, into an empty store. A whole history keeps revisions, times and chain, and is
// compared with what its header says. In a part of one, events get new revisions and keep the old
// ones (engine/gap.h); an object whose creation is not part of it appears with its first event,
// which says so. Kinds that neither the program nor the history defines get a definition that takes
// everything (engine/stand_in.h). Nothing is judged or altered otherwise.
Result<void> import_history(ArchiveReader& reader, storage::Store& store,
                            const std::function<void(std::uint64_t)>& progress);

}  // namespace gatefold::tools
