// CustomResourceDefinition of apiextensions.k8s.io/v1: what is filled in, and which definitions are
// admitted (spec R19.1 to R19.7). Texts are those of Kubernetes 1.33. What Kubernetes forgives a
// definition that it stored in older days is not forgiven here: there are none.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "schema/field_error.h"
#include "schema/value.h"

namespace gatefold {

// What decoding by the kind's own schema leaves open: the JSON types of the keywords below
// openAPIV3Schema. In place: unknown keywords are removed and answered with their paths, sorted,
// nulls and zero values dropped (also those of the spec that Kubernetes doesn't keep). Fails with
// Go's complaint about the first misfit.
std::expected<std::vector<std::string>, std::string> decode_definition(Value& definition);

// Fills in singular and listKind, conversion None and, where there are none, the stored versions.
void default_definition(Value& definition);

// The status before a write through the main resource is judged: of a create a new one, of an
// update the old one; the storage version is among the stored ones from now on (R19.2, R19.7).
void prepare_definition(Value& definition, const Value* old_definition);

// All that is wrong with it, after the three above; metadata is for validate_metadata(), but the
// name's relation to the spec and the approval of protected groups. `old_definition` is nullptr for
// creates: of a version whose schema it has already, the cost of rules is not estimated again
// (R19.30).
FieldErrors validate_definition(const Value& definition, const Value* old_definition);

// Of a write to /status.
FieldErrors validate_definition_status(const Value& definition);

}  // namespace gatefold
