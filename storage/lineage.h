// Who wrote the beginning of a log that was brought here: the incarnations of other directories,
// and which numbers were passed over when this one took over.
// Included by .cc files only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/ids.h"
#include "schema/status.h"
#include "storage/database.h"
#include "storage/prepared_event.h"
#include "storage/records.h"

namespace gatefold::storage {

struct Ancestor {
  std::string incarnation;
  Revision last;  // event that it wrote
  // The revision of the log when the next incarnation took over. Those between the two were never
  // given here; whoever has seen one saw it elsewhere.
  Revision head;
};

// The value of the meta row `lineage`: sixteen digits and two revisions each, by revision.
std::string encode_lineage(const std::vector<Ancestor>& lineage);
std::optional<std::vector<Ancestor>> parse_lineage(std::string_view bytes);

// Of a log that is cut behind `then`, an event, and goes on elsewhere: `incarnation` wrote what
// none of `lineage` did.
std::vector<Ancestor> lineage_at(std::vector<Ancestor> lineage, std::string incarnation,
                                 Revision then);

// As it is now; empty where there is none.
Result<std::vector<Ancestor>> read_lineage(const Database& database);

// The chain of a seal (storage/records.h) for numbers that are passed over, so that it can be told
// from one that stands for dropped records.
Chain epoch_chain(const Chain& before, Revision first, Revision last);
bool is_epoch(const Seal& seal, Revision last);

}  // namespace gatefold::storage
