// Who owns an object, and what becomes of it thereby (R10.7): what the garbage collector thinks.
// Reads a View, changes nothing.
#pragma once

#include <map>
#include <optional>
#include <string_view>

#include "engine/reactor_steps.h"

namespace gatefold::engine {

inline constexpr std::string_view kOrphanFinalizer = "orphan";
inline constexpr std::string_view kForegroundFinalizer = "foregroundDeletion";
inline constexpr std::string_view kGarbageUser =
    "system:serviceaccount:kube-system:generic-garbage-collector";

// Objects that are known to be gone, and whether they had a namespace.
using GoneOwners = std::map<Uid, bool>;

bool has_finalizer(const Value& object, std::string_view finalizer);
// Deleted in the foreground: it goes after those of its dependents that block it.
bool awaits_dependents(const Value& object);
// Whether a reference to the owner says that the owner has to wait.
bool blocks(const Value& dependent, const Uid& owner);

// What is to be done to an object because of what its owners have become.
struct Plan {
  std::optional<Command> command;  // nothing: it stays as it is
  bool is_unresolved = false;      // an owner's kind is not served: look again when it is
};
// An owner is what has the reference's uid under its kind and name, in the object's namespace or in
// none. An object without any is deleted; where some are left, references to the others are
// dropped; one whose owners wait for it is deleted, in the foreground where it has dependents
// itself. What is being deleted already is left alone. The command holds for the version that was
// looked at.
Result<Plan> plan_by_owners(const View& view, const ObjectKey& key, const GoneOwners& gone);

// Changes of an object's references to one owner, for the version in `found`.
Command without_owner(const Kind& kind, const Found& found, const Uid& owner);
Command without_block(const Kind& kind, const Found& found, const Uid& owner);

// Whether the end of `from`, which awaits its dependents, waits for that of `target`, through
// whatever awaits its own between them. Looks at a bounded number of objects.
Result<bool> waits_for(const View& view, const Uid& from, const Uid& target);

}  // namespace gatefold::engine
