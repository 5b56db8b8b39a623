// Services: ports, addresses and what follows from their type (spec R23.1). Addresses and node
// ports are drawn by chance from what no other Service has. Both families of addresses are at hand,
// IPv4 first.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/core/service_pool.h"
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

// Defaults that depend on other fields: what a client that says nothing means.
void default_service(Value& object);
// Fills in what is missing, first from the old object, then by chance; what there is nothing left
// for stays missing, see check_service_pool(). What an old type needed goes
// with it, where the client did not change it.
void complete_service(std::string_view subresource, const Value* old_object, const Stamp& stamp,
                      const ServicePool& pool, Value& object);
// The spec; of a write to /status, the load balancer's addresses.
void validate_service(std::string_view subresource, const Value& object, const Value* old_object,
                      FieldErrors& errors);

// Parts of validate_service: clusterIPs with their families; the addresses and ranges outside; what
// a load balancer reports.
void check_cluster_ips(const Value& spec, const Value* old_spec, FieldErrors& errors);
void check_outside_addresses(const Value& object, FieldErrors& errors);
void check_ingress(const Value& object, FieldErrors& errors);

}  // namespace gatefold::engine
