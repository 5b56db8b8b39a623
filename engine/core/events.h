// Events (spec R23.5): two sets of rules, by the group that a request went through. Objects have
// the form of `kind`, the core group's or a view of it.
#pragma once

#include "schema/field_error.h"
#include "schema/kind.h"
#include "schema/value.h"

namespace gatefold::engine {

// Times that are not set are shown as null.
void complete_event(const Kind& kind, Value& object);

// `old_object` is null for creates.
void validate_event(const Kind& kind, const Value& object, const Value* old_object,
                    FieldErrors& errors);

}  // namespace gatefold::engine
