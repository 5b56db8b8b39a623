// The log and the ledger over HTTP, as lines of JSON, for the `gatefold` tools:
//   GET
//   /gatefold/v1/log?after=N&until=N&kind=...&namespace=...&name=...&user=...&fieldManager=...
//       &type=...&limit=N[&wait=true]
//   GET /gatefold/v1/transitions?object=gateway/prod/web
#pragma once

#include <optional>

#include "api/pipeline.h"

namespace gatefold::api {

// Whether the path is one of these.
bool is_history(const Request& request);
// With `wait` an empty answer comes only after kFreshnessWait without news. The header
// `Gatefold-Revision` says after which revision to go on.
std::optional<Reply> serve_history(const Context& context, Request request, Done done, Post post);

}  // namespace gatefold::api
