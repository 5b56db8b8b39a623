// Requires that what was shown is what was told.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/view.h"
#include "storage/snapshot.h"
#include "tests/contract/told_history.h"

namespace gatefold::test {

// Objects as canonical JSON, or why there are none.
struct Shown {
  enum class Type { kObjects, kNotServed, kExpired };
  Type type = Type::kObjects;
  std::vector<std::string> objects;
};
inline Shown none(Shown::Type type) {
  return {type, {}};
}
void require_as_told(const Expected& expected, const Shown& shown);

// All that was told has to be there, but for records that may lack and for what is not behind
// `cut`; and nothing else.
void require_ledger(const ToldHistory& told, const std::vector<ToldTransition>& expected,
                    const std::vector<std::string>& shown, Revision cut = {});
// Who is told of: what the server does by itself was heard by a watcher, which does not learn who
// did it.
std::string_view told_manager(const storage::Actor& actor);

// What both are brought to before they are compared. Without one each text is compared as it is.
using Form = std::function<std::string(const std::string&)>;
// All that a View shows, in small pages and one by one. `at` is the revision of what was told.
void require_view(const engine::View& view, Revision at, const ToldHistory& told,
                  const Form& form = {});
// The ledger of each namespace up to a revision, as storage has it.
void require_ledger_of(const storage::Snapshot& snapshot, const ToldHistory& told, Revision until);

}  // namespace gatefold::test
