#include "engine/decide.h"

#include "engine/create.h"
#include "engine/limits.h"
#include "engine/remove.h"
#include "engine/replay/restate.h"
#include "engine/reviews.h"
#include "engine/update.h"
#include "schema/meta.h"

namespace gatefold::engine {

Result<Decision> decide(const Command& command, const Facts& facts, const Stamp& stamp) {
  switch (command.verb) {
    case Verb::kCreate:
      if (command.subresource == kTokenPart) return give_token(command, facts, stamp);
      if (facts.kind->is_review) return review(command, facts, stamp);
      return create(command, facts, stamp);
    case Verb::kUpdate:
    case Verb::kPatch:
      return update(command, facts, stamp);
    case Verb::kDelete:
      return remove(command, facts, stamp);
  }
  return internal_error("unknown verb");
}

Result<Decision> consider(const Command& command, const View& view, const Overlay* overlay,
                          const Stamp& stamp) {
  if (command.restatement != nullptr) return restate(command, view, overlay, stamp);
  const bool creates = is_creation(command);
  const std::string name(creates ? name_of(command.body) : std::string_view(command.name));
  const auto prefix =
      creates && name.empty() ? string_at(command.body, {"metadata", "generateName"}) : "";
  for (int attempt = 0; attempt < kGeneratedNamesMax; ++attempt) {
    auto facts = gather(command, prefix.empty() ? name : stamp.generated_name(prefix, attempt),
                        view, overlay, stamp.now);
    if (!facts) return std::unexpected(std::move(facts.error()));
    auto decision = decide(command, *facts, stamp);
    const bool taken =
        !decision && !prefix.empty() && decision.error().reason == Reason::kAlreadyExists;
    if (!taken) return decision;
    if (attempt + 1 == kGeneratedNamesMax) {
      auto& status = decision.error();
      status.message += ", the server was not able to generate a unique name for the object";
      status.details.retry_after_seconds = 1;
      return decision;
    }
  }
  return internal_error("no name was tried");
}

}  // namespace gatefold::engine
