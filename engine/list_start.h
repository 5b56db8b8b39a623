// As of which revision a list is, and behind which object it goes on (R14.5 to R14.10).
#pragma once

#include <optional>

#include "engine/continue_token.h"
#include "engine/page.h"
#include "engine/view.h"

namespace gatefold::engine {

struct ListStart {
  Revision revision;
  std::optional<ContinueToken> token;  // where it goes on
};

// 400 for a bad token or revision, 410 for what lies before `horizon`, is of another incarnation or
// was never given here, 422 for combinations, 504 for a revision that is not there yet.
Result<ListStart> start_list(const ListQuery& query, const View& view, Revision horizon);

// Both kExpired and say what can be read; the first has a token that goes on with what is there
// now.
std::unexpected<Status> too_old_token(const View& view, Revision horizon, ContinueToken token);
std::unexpected<Status> no_longer_kept(Revision horizon);

}  // namespace gatefold::engine
