// What became of one object, over all its lives: answers of its subresources `history` and
// `conditions`.
#pragma once

#include <string>

#include "engine/page.h"
#include "engine/view.h"
#include "schema/kind.h"

namespace gatefold::engine {

// Both take their range and token, and `history` its limit, from the query, and answer JSON.
// kNotFound where the log has nothing of the object, kExpired where the range states a first
// revision that is no longer kept, kBadRequest for bad ranges and tokens.

// An ObjectHistory: versions, oldest first, with what each changed. A page has at most
// kVersionsPageMax of them and about a megabyte.
Result<std::string> object_history(const View& view, const Kind& kind, const ObjectKey& key,
                                   const ListQuery& query);

// An ObjectConditions: how long each condition was in which state, who put it there, how often it
// flapped, and what the guard made nothing of. As of metadata.resourceVersion: where there are too
// many transitions or versions for one answer that is an earlier one, and metadata.continue goes on
// from there.
// Open states last until then (`asOf`): the range's `until`, the event of its toRevision, or else
// `now`, which is the time that it is in the View.
Result<std::string> object_conditions(const View& view, const Kind& kind, const ObjectKey& key,
                                      const ListQuery& query, Time now);

}  // namespace gatefold::engine
