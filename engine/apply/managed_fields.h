// metadata.managedFields: who manages which fields of an object, and since when (spec section 17).
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "engine/apply/updater.h"
#include "schema/status.h"
#include "schema/time.h"
#include "schema/value.h"

namespace gatefold::engine {

// An entry without its fields and time.
struct Manager {
  std::string name;
  bool applied = false;     // operation Apply, else Update
  std::string api_version;  // of the requests, `gateway.networking.k8s.io/v1`
  std::string subresource;  // "" for the object itself
};

// What tells managers apart: of those that apply all but the version (R17.3). Sorts as Kubernetes
// sorts them.
std::string identifier_of(const Manager& manager);

struct Ownership {
  Managers managers;                  // by identifier
  std::map<std::string, Time> times;  // by identifier; of the entries that have one
};

// Nothing where an entry can't be read (R17.8); an absent list is nobody's.
std::optional<Ownership> parse_managed_fields(const Value* list);
// In the order of R17.10.
JsonArray to_managed_fields(const Ownership& ownership);
void sort_managed_fields(JsonArray& list);

// metadata.managedFields, taken out of the object: they are no part of what is compared and judged.
std::optional<Value> take_managed_fields(Value& object);
// Who managed an object before the write: as the client says, nobody where it says `[]` or `[{}]`,
// and as `live` (nullptr: nothing) says where the client says nothing that can be read (R17.8).
Ownership ownership_before(const std::optional<Value>& said, const Value* live);

// metadata.managedFields as said; absent where nobody manages anything.
void put_managed_fields(const Ownership& ownership, Value& object);
// Puts back the old times where nothing but them would change (R17.9).
void settle_managed_times(const Value& old_object, Value& object);

// Whether a write of `manager` took fields from others: an entry of theirs is gone or says less.
bool takes_from_others(const Value& old_object, const Value& object, std::string_view manager);

// Merges the oldest entries of Updates into one for each version, until no more than
// kUpdateManagersMax are left (R17.11).
inline constexpr std::size_t kUpdateManagersMax = 10;
void cap_update_managers(Ownership& ownership);

// 409 with what is in conflict, in Kubernetes' words (R17.6).
Status conflict_status(const ApplyConflicts& conflicts);

}  // namespace gatefold::engine
