// What the policies in force say of a write (admissionregistration.k8s.io/v1
// ValidatingAdmissionPolicy): the last step before the object may become an event.
#pragma once

#include "engine/compose.h"

namespace gatefold::engine {

// `object` is nullptr for deletions, `old_object` for creates; both as the request's version shows
// them. Refused with the first denial's reason in Kubernetes' words. Warnings and what is to be
// kept with the event are appended to the composition.
Result<void> ask_policies(const Command& command, const Facts& facts, const Value* object,
                          const Value* old_object, Composition& composition);

}  // namespace gatefold::engine
