// What the API server itself does to objects of the built-in kinds beyond their schema (spec
// sections 21 and 23). Pure; one file per kind behind these functions. Kinds without such rules
// pass through.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/core/service_pool.h"
#include "engine/world.h"
#include "schema/field_error.h"
#include "schema/kind.h"
#include "schema/value.h"

namespace gatefold::engine {

// Defaults that depend on other fields and belong to who says nothing else: of Service's ports and
// policies, Namespace's label, definitions' names. After the schema's defaults.
void default_core(const Kind& kind, Value& object);

// Fills in what depends on other fields or on the world: Service ports and addresses, Secret
// stringData, Namespace labels, finalizers and phase. After the schema's defaults. `old_object` is
// null for a create; `subresource` as in the URL; `services` says which addresses are taken.
void complete_core(const Kind& kind, std::string_view subresource, const Value* old_object,
                   const Stamp& stamp, const ServicePool& services, Value& object);

// Whether others left what a completed object needs: addresses and node ports of Services.
Result<void> check_allocations(const Kind& kind, const ServicePool& services, const Value& object);

// Rules beyond the schema: Secret types and their keys, data keys and sizes, immutable objects,
// Service ports and addresses, Namespace finalizers and phase. Fields that the kind's document
// lists as immutable are checked here too.
FieldErrors validate_core(const Kind& kind, std::string_view subresource, const Value& object,
                          const Value* old_object);

}  // namespace gatefold::engine
