// Who asks (R20.1, R20.2, R20.9).
#pragma once

#include "api/request.h"
#include "engine/engine.h"
#include "schema/access.h"

namespace gatefold::api {

// Whose bearer token the request shows, anonymous where it shows none, or whom that user asks to be
// taken for. kUnauthorized for a token that is nobody's, kBadRequest for an impersonation of
// nobody, kForbidden where the user may not be taken for another.
Result<UserPtr> authenticate(const engine::Engine& engine, const Request& request);

}  // namespace gatefold::api
