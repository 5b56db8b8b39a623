// What a write makes of an object's managedFields, and of the object where it is applied: what
// Kubernetes calls its field manager (spec sections 17 and 18).
#pragma once

#include <string>

#include "engine/apply/managed_fields.h"
#include "schema/kind.h"
#include "schema/status.h"
#include "schema/time.h"
#include "schema/value.h"

namespace gatefold::engine {

// One write to an object of `version` of `kind`.
struct OwnedWrite {
  const Kind& kind;
  const KindVersion& version;
  std::string manager;      // the field manager's name
  std::string subresource;  // "" for the object itself
  Time now;
};

// What a write can't change through its door, and so can't own (R17.14).
FieldSet reset_fields(const OwnedWrite& write);
// Whom an update by the write's manager is noted under.
Manager update_manager(const OwnedWrite& write);

// Ownership after `object` took the place of `live` (nullptr: it is new) by an update or a patch:
// the manager owns what it changed or added, nobody what is gone (R17.4). `before` is as it was, or
// as the client said it to be. An object that nobody manages stays so (R17.12), and so do replicas
// that nobody manages when they are scaled; one that can't be read by its schema loses its
// managers.
Ownership track_update(const OwnedWrite& write, const Value* live, const Value& object,
                       Ownership before);

struct AppliedObject {
  Value object;
  Ownership ownership;
};

// kBadRequest where the configuration is of another type than the kind's version or has
// managedFields (R17.8, R18.8).
Result<void> check_configuration(const Kind& kind, const KindVersion& version,
                                 const Value& configuration);

// `live` (nullptr: none) overlaid with `configuration`, without what its manager owned alone and
// gave up (R18.4). The configuration has been checked. Fails with kInvalid where it does not
// fit the schema (R18.7), kConflict where others own what it would change and it has no force
// (R17.6).
Result<AppliedObject> apply_configuration(const OwnedWrite& write, bool force, const Value* live,
                                          const Value& configuration);

}  // namespace gatefold::engine
