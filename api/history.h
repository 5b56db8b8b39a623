// The log and the ledger over HTTP, as lines of JSON, for the `gatefold` tools:
//   GET
//   /gatefold/v1/log?after=N&until=N&kind=...&namespace=...&name=...&user=...&fieldManager=...
//       &type=...&limit=N[&bodies=true][&wait=true][&object=gateway/prod/web, instead of kind,
//       namespace and name]
//   GET /gatefold/v1/transitions?object=gateway/prod/web&after=N
//   GET /gatefold/v1/sightings?resource=...&namespace=...&name=...: writes that became nothing, of
//       all objects behind the named one, or of all; go on with the last line's until there are
//       none
//   GET /gatefold/v1/kept: how far back each resource can be read of which something was dropped
//   GET /gatefold/v1/head?revision=N, by default the log's last: one line that proves it
//   GET /gatefold/v1/head?at=TIME: {"revision": N} of the last event at or before it, 0 for none
//   POST /gatefold/v1/redact {"object": "secret/prod/key", "revision": N | "from": N, "to": N |
//       "all": true, "reason": "..."}: answers {"redacted": [N, ...], "revision": N}, with nothing
//       in the list and no revision where all of it was redacted before
// The log and the transitions come in pages: the header `Gatefold-Revision` says after which
// revision to go on, and `Gatefold-Head` at which one the log was; when they are equal, all was
// read.
#pragma once

#include <optional>

#include "api/pipeline.h"

namespace gatefold::api {

// Whether the path is one of these.
bool is_history(const Request& request);
// With `wait` an empty answer of the log comes only after kFreshnessWait without news.
std::optional<Reply> serve_history(const Context& context, Request request, const UserPtr& user,
                                   Done done, Post post);

}  // namespace gatefold::api
