// `?at=`: reading the past through the normal API.
#pragma once

#include <optional>

#include "api/request.h"
#include "api/request_info.h"
#include "api/response.h"
#include "engine/engine.h"
#include "schema/moment.h"

namespace gatefold::api {

// The moment that a GET or LIST asks for; nothing where it asks for none. kBadRequest for other
// verbs, beside resourceVersion, and for what is no moment.
Result<std::optional<Moment>> parse_at(const Request& request, RequestVerb verb);

// The one revision that a LIST is of, however the kind fares since: its resourceVersion where it is
// to be matched exactly (R14.6), or that of its continue token; nothing where it asks for none.
std::optional<Revision> exact_revision(const Request& request);

// The View to read through: that of now, and with a moment as of then. Of a revision that is not
// there yet it is that of now: who reads waits first (api/verbs/freshness.h).
Result<engine::ViewPtr> view_of(const engine::Engine& engine, const std::optional<Moment>& at);

// What time it is in the View of a read: the time that it asks for, or when the event of the
// revision happened; `now` where it asks for neither.
Result<Time> time_in(const engine::View& view, const std::optional<Moment>& at, Time now);

// Which revision an answer from the past is of: header `Gatefold-Revision`.
void add_revision(Revision revision, Response& response);

}  // namespace gatefold::api
