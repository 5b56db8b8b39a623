// A replay's controls over HTTP, where the server has one:
//   GET  /gatefold/v1/replay          where it is, and what was written
//   GET  /gatefold/v1/replay/report   the controller under test against the history, so far
//   POST /gatefold/v1/replay/pause | resume
//   POST /gatefold/v1/replay/step[?count=N]     N events more that are shown, then pause
//   POST /gatefold/v1/replay/seek?revision=N    forward or back; or ?time=T in RFC 3339
//   POST /gatefold/v1/replay/speed?x=10|max|step
// A POST is answered with the status once it is carried out.
#pragma once

#include <optional>

#include "api/pipeline.h"
#include "engine/replay/replay.h"

namespace gatefold::api {

// Whether the path is one of these.
bool is_replay(const Request& request);
std::optional<Reply> serve_replay(engine::Replay& replay, const Request& request, Done done,
                                  Post post);

}  // namespace gatefold::api
