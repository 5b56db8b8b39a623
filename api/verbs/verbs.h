// One function a verb: from an exchange to its answer, now or through exchange.done later.
#pragma once

#include <optional>

#include "api/pipeline.h"

namespace gatefold::api {

std::optional<Reply> get(Exchange exchange);
std::optional<Reply> list(Exchange exchange);
std::optional<Reply> watch(Exchange exchange);
// POST, PUT and PATCH.
std::optional<Reply> write(Exchange exchange);
std::optional<Reply> remove(Exchange exchange);
std::optional<Reply> remove_collection(Exchange exchange);
// GET of an object's history and conditions, POST of a rollback.
std::optional<Reply> history_part(Exchange exchange);

}  // namespace gatefold::api
