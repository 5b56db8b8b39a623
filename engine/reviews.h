// What is created to be answered, R20.6 and R20.8: the answer is a function of the question, of who
// asks and of what is there; nothing is written. Kinds with `review: true`, and /token.
#pragma once

#include "engine/decide.h"

namespace gatefold::engine {

// SelfSubjectReview, TokenReview and the reviews of access.
Result<Decision> review(const Command& command, const Facts& facts, const Stamp& stamp);

// A TokenRequest for the service account that the command names.
Result<Decision> give_token(const Command& command, const Facts& facts, const Stamp& stamp);

// The decision that writes nothing and shows `object`.
Decision answered(const Facts& facts, const Value& object, std::vector<std::string> warnings);

}  // namespace gatefold::engine
