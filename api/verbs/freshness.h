// Reads that ask for a revision which is not there yet wait for it, within bounds (R14.8).
#pragma once

#include <optional>

#include "api/pipeline.h"

namespace gatefold::api {

// What a GET or LIST asks for: the revision of its moment, or the oldest one that it may be
// answered with; 0: any.
Result<Revision> wanted_revision(const Exchange& exchange);

// Calls `answer` with a view at `wanted` or later, at once where the exchange's view is new enough.
// 504 where it does not come.
std::optional<Reply> when_fresh(Exchange exchange, Revision wanted,
                                std::optional<Reply> (*answer)(Exchange));

}  // namespace gatefold::api
