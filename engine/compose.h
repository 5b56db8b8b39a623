// From the object as it shall be to the event that makes it so.
#pragma once

#include <optional>

#include "engine/decide.h"

namespace gatefold::engine {

// The object in its stored form: the storage version of the kind that it is stored as, without
// resourceVersion, canonical.
struct Stored {
  Value value;
  Body body;
};
// kRequestEntityTooLarge where it is larger than kObjectBytesMax, even without its managedFields
// where those may go (R4.20).
enum class TooLarge { kRefused, kForgetsManagers };
Result<Stored> to_stored(const Kind& kind, Value object,
                         TooLarge too_large = TooLarge::kForgetsManagers);

struct Composition {
  Outcome::Effect effect = Outcome::Effect::kUpdated;
  std::vector<storage::Transition> transitions;
  std::vector<storage::Repair> repairs;
  std::vector<storage::AuditAnnotation> audit_annotations;
  std::vector<std::string> warnings;
  GuardTally tally;
};

// The decision to make `stored` the object's next version; with kDeleted its last one.
Decision compose(const Command& command, const Facts& facts, const Stamp& stamp, Stored stored,
                 Composition composition);

// Lets the guard judge the object that is about to be stored: what it puts right, says and counts
// goes into the composition.
// What comes back is not empty where the write is to be refused.
FieldErrors ask_guard(const Command& command, const Facts& facts, const Stamp& stamp,
                      const Value* old_object, Value& object, Composition& composition);
// The same for fights over fields, once it is known who manages what: only who takes a field from
// others can be in one.
FieldErrors ask_guard_of_fields(const Command& command, const Facts& facts, const Stamp& stamp,
                                const Value& old_object, const Value& object,
                                Composition& composition);
// The decision that refuses for what the guard found. What it would have put right is not counted.
Decision refused(const Command& command, const Facts& facts, const FieldErrors& errors,
                 Composition composition);

// The decision that changes nothing: the outcome is the object as it is. It is counted as a
// sighting: by the rules of what the guard put right, and else as `no-op`, found and made nothing.
Decision unchanged(const Command& command, const Facts& facts, const Stamp& stamp,
                   Composition composition);

}  // namespace gatefold::engine
