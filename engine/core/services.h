// Services: ports, addresses and what follows from their type (spec R23.1). Addresses and node
// ports are drawn by chance and not compared with those of other Services: nothing here routes
// traffic.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/world.h"
#include "schema/field_error.h"
#include "schema/value.h"

namespace gatefold::engine {

inline constexpr std::int64_t kNodePortMin = 30000;
inline constexpr std::int64_t kNodePortMax = 32767;
inline constexpr std::string_view kHeadless = "None";  // as clusterIP

// What a Service's spec asks for by its type.
bool needs_address(const Value& spec);
bool needs_node_ports(const Value& spec);  // whether they are drawn; LoadBalancer may do without
bool may_have_node_ports(const Value& spec);
bool is_reached_from_outside(const Value& spec);
bool needs_health_check(const Value& spec);

// Fills in what is missing, first from the old object, then by chance. What an old type needed goes
// with it, where the client did not change it.
void complete_service(std::string_view subresource, const Value* old_object, const Stamp& stamp,
                      Value& object);
void validate_service(const Value& object, const Value* old_object, FieldErrors& errors);

}  // namespace gatefold::engine
