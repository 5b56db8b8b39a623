// From a command's outcome to the answer.
#pragma once

#include <functional>
#include <optional>

#include "api/pipeline.h"
#include "engine/command.h"

namespace gatefold::api {

// A command of the client's on what its path names; the path's subresource is not in it.
engine::Command command_on(const Exchange& exchange, engine::Verb verb);

// Hands the command to the engine; the answer is the object in the shape that was asked for, with
// the code that `code` picks.
std::optional<Reply> submit(Exchange exchange, engine::Command command,
                            std::move_only_function<int(const engine::Outcome&)> code);

// An object, or the Scale that it shows, as the client asked for it. An error where there is no
// such Scale.
Response render_object(const Exchange& exchange, std::string json, int code);

// The outcome's object in the same way.
Reply render_outcome(const Exchange& exchange, engine::Outcome outcome, int code);

}  // namespace gatefold::api
