// Fetching for what is answered and not stored: reviews, and tokens of service accounts.
#pragma once

#include "engine/facts.h"

namespace gatefold::engine {

// A TokenReview's token, with what has become of the objects that it names.
Result<void> gather_review(const Command& command, const View& view, const Overlay* overlay,
                           Time now, Facts& facts);
// The object that a TokenRequest names, and the node of a pod.
Result<void> gather_token_request(const Command& command, const View& view, const Overlay* overlay,
                                  Facts& facts);

// The object that a token is to end with. `plural` is empty where that is no kind that it may be.
struct BoundReference {
  std::string group;
  std::string version;
  std::string kind;
  std::string name;
  std::string uid;
  std::string_view plural;
};
// Nothing where `request` names none.
std::optional<BoundReference> bound_reference(const Value& request);

}  // namespace gatefold::engine
