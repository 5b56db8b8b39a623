// What reactors do in the same way: commands under a name of their own, and the end of all objects
// of a kind.
#pragma once

#include <optional>
#include <string_view>

#include "engine/engine.h"

namespace gatefold::engine {

// Objects that a reactor reads at once; a View is held no longer.
inline constexpr std::size_t kPieceObjectsMax = 512;

// An object at one moment.
struct Found {
  storage::StoredObject object;
  Value value;  // without resourceVersion
};
// Nothing where there is none.
Result<std::optional<Found>> find_object(const View& view, const ObjectKey& key);

// On an object, at the version that its kind is stored in, or at a served one where that is not.
Command command_on(const Kind& kind, const ObjectKey& key, Verb verb, std::string_view user);

// Whether an object of the resource changed after a revision.
Result<bool> has_changed(const View& view, std::string_view resource, Revision after);

// Deletes the objects of a kind, in one namespace or, where that is empty, in all. Answers whether
// none is left: true only after a look that found none. `acted` becomes true where one went.
bool remove_objects(Engine& engine, const Kind& kind, const std::string& name_space,
                    std::string_view user, bool& acted);

}  // namespace gatefold::engine
