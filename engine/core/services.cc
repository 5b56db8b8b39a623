#include "engine/core/services.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include <fmt/format.h>

#include "schema/address.h"

namespace gatefold::engine {
namespace {

constexpr std::int64_t kAffinitySeconds = 10800;
// Which bytes of chance go where; the first half is the uid's.
constexpr std::size_t kAddressBytes = 24;
constexpr std::size_t kNodePortBytes = 27;
constexpr std::size_t kHealthCheckBytes = 29;
// How many numbers the last two parts of an IPv4 address are drawn from.
constexpr std::size_t kLastPart = 254;

const Value kNoSpec = JsonObject();

bool is_list(const Value* value) {
  return value != nullptr && value->is_array();
}

// Go's zero values count as missing.
bool is_unset(const Value* value) {
  if (value == nullptr || value->is_null()) return true;
  if (const auto* text = value->if_string()) return text->empty();
  if (const auto* number = value->if_int64()) return *number == 0;
  if (const auto* list = value->if_array()) return list->empty();
  return false;
}

void set_default(JsonObject& object, std::string_view key, Value value) {
  const auto* member = object.if_contains(key);
  // An empty list in the place of a text is no missing text.
  if (member != nullptr && member->is_array() && !value.is_array()) return;
  if (is_unset(member)) object[key] = std::move(value);
}

bool same_member(const Value& spec, const Value& old_spec, std::string_view key) {
  const auto* now = find(spec, key);
  const auto* before = find(old_spec, key);
  return now != nullptr && before != nullptr && *now == *before;
}

std::int64_t node_port_of(const Value& port) {
  return integer_at(port, {"nodePort"}, 0);
}

// The first at or after one by chance that is free; 0 where none is.
std::int64_t drawn_node_port(const Stamp& stamp, std::size_t at,
                             const std::set<std::int64_t>& taken, const ServicePool& pool) {
  constexpr auto kCount = kNodePortMax - kNodePortMin + 1;
  const std::int64_t first = (stamp.random[at] * 256 + stamp.random[at + 1]) % kCount;
  for (std::int64_t i = 0; i < kCount; ++i) {
    const auto number = kNodePortMin + (first + i) % kCount;
    if (!taken.contains(number) && !pool.is_taken(holding_of(number))) return number;
  }
  return 0;
}

// In 10.96.0.0/12, neither of the last two parts 0 or 255; or in fd00:10:96::/96, as it is printed.
std::string nth_address(std::size_t n, bool is_ipv6) {
  if (is_ipv6) return fmt::format("fd00:10:96::{:x}:{:x}", 1 + (n >> 16), n & 0xffff);
  return fmt::format("10.{}.{}.{}", 96 + n / kLastPart / kLastPart, 1 + n / kLastPart % kLastPart,
                     1 + n % kLastPart);
}

// The first at or after one by chance that is free; nothing where none is. As many are looked at as
// there are Services, at most.
std::optional<std::string> drawn_address(const Stamp& stamp, bool is_ipv6,
                                         const ServicePool& pool) {
  const auto* chance = &stamp.random[kAddressBytes];
  const std::size_t count = is_ipv6 ? std::size_t{1} << 24 : 16 * kLastPart * kLastPart;
  const std::size_t first =
      is_ipv6 ? (std::size_t{chance[0]} << 16) + (std::size_t{chance[1]} << 8) + chance[2]
              : (chance[0] % 16 * kLastPart + chance[1] % kLastPart) * kLastPart +
                    chance[2] % kLastPart;
  for (std::size_t i = 0; i < count; ++i) {
    auto text = nth_address((first + i) % count, is_ipv6);
    const auto address = parse_address(text);
    if (address && !pool.is_taken(holding_of(*address))) return text;
  }
  return std::nullopt;
}

JsonArray* list_at(Value& spec, std::string_view key) {
  auto* list = find(spec, key);
  return list == nullptr ? nullptr : list->if_array();
}

// One family is clear intent: what nobody touched of the second goes.
void drop_second(const Value& old_spec, std::string_view key, Value& spec) {
  auto* list = list_at(spec, key);
  if (list != nullptr && list->size() > 1 && same_member(spec, old_spec, key)) list->resize(1);
}

void complete_families(const Value& old_spec, Value& spec) {
  auto& members = spec.get_object();
  const bool is_headless = string_at(spec, {"clusterIP"}) == kHeadless;
  const auto* selector = find(spec, "selector");
  const bool selects =
      selector != nullptr && selector->is_object() && !selector->get_object().empty();
  if (const auto* policy = find(old_spec, "ipFamilyPolicy")) {
    set_default(members, "ipFamilyPolicy", *policy);
  }
  // Whoever has no address and selects nothing may point at endpoints of either family.
  set_default(members, "ipFamilyPolicy",
              is_headless && !selects ? "RequireDualStack" : "SingleStack");
  const auto* old_families = find(old_spec, "ipFamilies");
  if (is_headless && old_families != nullptr) set_default(members, "ipFamilies", *old_families);
  const bool is_single = string_at(spec, {"ipFamilyPolicy"}) == "SingleStack";
  if (is_single) {
    drop_second(old_spec, "clusterIPs", spec);
    drop_second(old_spec, "ipFamilies", spec);
  }
  set_default(members, "ipFamilies", JsonArray());
  auto* families = list_at(spec, "ipFamilies");
  if (families == nullptr) return;
  if (const auto* addresses = list_at(spec, "clusterIPs"); addresses != nullptr && !is_headless) {
    for (auto i = families->size(); i < addresses->size(); ++i) {
      const auto* text = (*addresses)[i].if_string();
      const bool is_ipv6 = text != nullptr && std::string_view(*text).contains(':');
      families->emplace_back(is_ipv6 ? "IPv6" : "IPv4");
    }
  }
  if (families->empty()) families->emplace_back("IPv4");
  if (!is_single && families->size() == 1) {
    families->emplace_back(families->front() == "IPv4" ? "IPv6" : "IPv4");
  }
}

// First from the old object; what was stated is left for the rules to judge.
void keep_addresses(const Value& old_spec, Value& spec) {
  auto& members = spec.get_object();
  auto* addresses = list_at(spec, "clusterIPs");
  if (addresses != nullptr && !addresses->empty() && same_member(spec, old_spec, "clusterIPs")) {
    const auto* address = find(spec, "clusterIP");
    if (is_unset(address)) {
      members["clusterIP"] = Value(addresses->front());
    } else if (*address != addresses->front()) {
      // A patch of clusterIP alone means both.
      members["clusterIPs"] = JsonArray{*address};
    }
  }
  if (const auto* old_address = find(old_spec, "clusterIP")) {
    set_default(members, "clusterIP", *old_address);
  }
  const auto* old_addresses = find(old_spec, "clusterIPs");
  if (old_addresses != nullptr && same_member(spec, old_spec, "clusterIP")) {
    set_default(members, "clusterIPs", *old_addresses);
  }
  if (!is_unset(find(spec, "clusterIP"))) {
    set_default(members, "clusterIPs", JsonArray{members["clusterIP"]});
  }
}

void complete_addresses(const Value& old_spec, const Stamp& stamp, const ServicePool& pool,
                        Value& spec) {
  auto& members = spec.get_object();
  keep_addresses(old_spec, spec);
  complete_families(old_spec, spec);
  const auto* address = find(spec, "clusterIP");
  set_default(members, "clusterIPs", JsonArray());
  auto* addresses = list_at(spec, "clusterIPs");
  const auto* families = list_at(spec, "ipFamilies");
  if (addresses == nullptr || families == nullptr) return;
  const bool is_stated = !is_unset(address);
  if (is_stated ? address->is_string() && address->get_string() == kHeadless
                : !addresses->empty()) {
    return;  // nothing to draw, or a list that lacks its clusterIP
  }
  for (auto i = addresses->size(); i < families->size(); ++i) {
    const auto drawn = drawn_address(stamp, (*families)[i] == "IPv6", pool);
    if (!drawn) return;
    addresses->emplace_back(*drawn);
  }
  if (!addresses->empty()) set_default(members, "clusterIP", Value(addresses->front()));
}

// The node port of the old port of this name; 0 where there is none.
std::int64_t old_node_port(const Value& old_spec, const Value& port) {
  const auto* ports = find(old_spec, "ports");
  if (!is_list(ports)) return 0;
  for (const auto& other : ports->get_array()) {
    if (string_at(port, {"name"}) == string_at(other, {"name"})) return node_port_of(other);
  }
  return 0;
}

// One number serves all protocols of a port: what another protocol's asks for, or has been given.
std::int64_t shared_node_port(const JsonArray& ports, const Value& port) {
  for (const auto& other : ports) {
    if (node_port_of(other) != 0 && same_member(port, other, "port") &&
        string_at(port, {"protocol"}) != string_at(other, {"protocol"})) {
      return node_port_of(other);
    }
  }
  return 0;
}

bool same_node_ports(const Value& spec, const Value& old_spec) {
  const auto all = [](const Value& from) {
    std::set<std::int64_t> numbers;
    if (const auto* ports = find(from, "ports"); is_list(ports)) {
      for (const auto& port : ports->get_array()) numbers.insert(node_port_of(port));
    }
    numbers.erase(0);
    return numbers;
  };
  return all(spec) == all(old_spec);
}

void complete_ports(const Value& old_spec, const Stamp& stamp, const ServicePool& pool,
                    Value& spec) {
  auto* ports = find(spec, "ports");
  if (!is_list(ports)) return;
  const bool draws = needs_node_ports(spec);
  std::set<std::int64_t> taken;
  for (auto& item : ports->get_array()) {
    taken.insert(node_port_of(item));
  }
  if (!draws) return;
  for (auto& item : ports->get_array()) {
    auto* port = item.if_object();
    if (port == nullptr || node_port_of(item) != 0) continue;
    auto number = may_have_node_ports(old_spec) ? old_node_port(old_spec, item) : 0;
    if (number == 0 || taken.contains(number)) number = shared_node_port(ports->get_array(), item);
    if (number == 0) number = drawn_node_port(stamp, kNodePortBytes, taken, pool);
    if (number == 0) return;
    taken.insert(number);
    (*port)["nodePort"] = number;
  }
}

void complete_health_check(const Value& old_spec, const Stamp& stamp, const ServicePool& pool,
                           Value& spec) {
  if (!needs_health_check(spec)) return;
  std::set<std::int64_t> taken;
  if (const auto* ports = find(spec, "ports"); is_list(ports)) {
    for (const auto& port : ports->get_array()) taken.insert(node_port_of(port));
  }
  const auto* before =
      needs_health_check(old_spec) ? find(old_spec, "healthCheckNodePort") : nullptr;
  set_default(
      spec.get_object(), "healthCheckNodePort",
      is_unset(before) ? Value(drawn_node_port(stamp, kHealthCheckBytes, taken, pool)) : *before);
}

// Only on updates, as Kubernetes does: of a new object, each member was asked for.
void drop_what_the_old_type_needed(const Value& old_spec, Value& spec) {
  auto& members = spec.get_object();
  const auto drop = [&](bool was_needed, bool is_needed, std::string_view key) {
    if (was_needed && !is_needed && same_member(spec, old_spec, key)) members.erase(key);
  };
  if (may_have_node_ports(old_spec) && !may_have_node_ports(spec) &&
      same_node_ports(spec, old_spec)) {
    if (auto* ports = find(spec, "ports"); is_list(ports)) {
      for (auto& port : ports->get_array()) {
        if (auto* item = port.if_object()) item->erase("nodePort");
      }
    }
  }
  const bool had_address = needs_address(old_spec);
  const bool has_address = needs_address(spec);
  for (const auto* key : {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"}) {
    drop(had_address, has_address, key);
  }
  const auto balances = [](const Value& any) { return string_at(any, {"type"}) == "LoadBalancer"; };
  drop(balances(old_spec), balances(spec), "allocateLoadBalancerNodePorts");
  drop(balances(old_spec), balances(spec), "loadBalancerClass");
  drop(needs_health_check(old_spec), needs_health_check(spec), "healthCheckNodePort");
  drop(is_reached_from_outside(old_spec), is_reached_from_outside(spec), "externalTrafficPolicy");
}

// What a load balancer reports of itself: addresses are its own until it says otherwise.
void complete_ingress(Value& object) {
  auto* status = find(object, "status");
  auto* balancer = status == nullptr ? nullptr : find(*status, "loadBalancer");
  auto* entries = balancer == nullptr ? nullptr : list_at(*balancer, "ingress");
  if (entries == nullptr || string_at(object, {"spec", "type"}) != "LoadBalancer") return;
  for (auto& entry : *entries) {
    if (!string_at(entry, {"ip"}).empty() && find(entry, "ipMode") == nullptr) {
      entry.get_object()["ipMode"] = "VIP";
    }
  }
}

void complete_affinity(JsonObject& spec) {
  set_default(spec, "sessionAffinity", "None");
  if (spec["sessionAffinity"] == "None") spec.erase("sessionAffinityConfig");
  if (spec["sessionAffinity"] != "ClientIP") return;
  auto* config = spec.if_contains("sessionAffinityConfig");
  if (config != nullptr && !config->is_object() && !config->is_null()) return;
  auto& members = object_member(spec, "sessionAffinityConfig");
  const auto* client = members.if_contains("clientIP");
  if (client != nullptr && !client->is_object() && !client->is_null()) return;
  auto& seconds = object_member(members, "clientIP");
  if (!seconds.contains("timeoutSeconds")) seconds["timeoutSeconds"] = kAffinitySeconds;
}

}  // namespace

bool needs_address(const Value& spec) {
  const auto type = string_at(spec, {"type"});
  return type == "ClusterIP" || type == "NodePort" || type == "LoadBalancer";
}

bool may_have_node_ports(const Value& spec) {
  const auto type = string_at(spec, {"type"});
  return type == "NodePort" || type == "LoadBalancer";
}

bool needs_node_ports(const Value& spec) {
  if (!may_have_node_ports(spec)) return false;
  const auto* allocates = find(spec, "allocateLoadBalancerNodePorts");
  return string_at(spec, {"type"}) == "NodePort" || allocates == nullptr || *allocates != false;
}

bool is_reached_from_outside(const Value& spec) {
  if (may_have_node_ports(spec)) return true;
  return string_at(spec, {"type"}) == "ClusterIP" && !is_unset(find(spec, "externalIPs"));
}

bool needs_health_check(const Value& spec) {
  return string_at(spec, {"type"}) == "LoadBalancer" &&
         string_at(spec, {"externalTrafficPolicy"}) == "Local";
}

void default_service(Value& object) {
  auto* spec = find(object, "spec");
  // A spec of another type is for the schema to complain about.
  if (spec != nullptr && !spec->is_object() && !spec->is_null()) return;
  auto& members = object_member(object.as_object(), "spec");
  spec = find(object, "spec");
  // The schema's defaults are there already, but for a spec that was missing as a whole.
  set_default(members, "type", "ClusterIP");
  complete_affinity(members);
  if (needs_address(*spec)) set_default(members, "internalTrafficPolicy", "Cluster");
  if (is_reached_from_outside(*spec)) set_default(members, "externalTrafficPolicy", "Cluster");
  if (members["type"] == "LoadBalancer")
    set_default(members, "allocateLoadBalancerNodePorts", true);
  auto* ports = list_at(*spec, "ports");
  if (ports == nullptr) return;
  for (auto& item : *ports) {
    auto* port = item.if_object();
    if (port == nullptr) continue;
    set_default(*port, "protocol", "TCP");
    if (const auto* number = port->if_contains("port")) set_default(*port, "targetPort", *number);
  }
}

void complete_service(std::string_view subresource, const Value* old_object, const Stamp& stamp,
                      const ServicePool& pool, Value& object) {
  complete_ingress(object);
  if (!subresource.empty()) return;
  auto* spec = find(object, "spec");
  // A spec of another type is for the schema to complain about.
  if (spec != nullptr && !spec->is_object() && !spec->is_null()) return;
  auto& members = object_member(object.as_object(), "spec");
  spec = find(object, "spec");
  const auto* before = old_object == nullptr ? nullptr : find(*old_object, "spec");
  const Value& old_spec = before == nullptr ? kNoSpec : *before;
  if (before != nullptr) drop_what_the_old_type_needed(old_spec, *spec);
  if (needs_address(*spec)) complete_addresses(old_spec, stamp, pool, *spec);
  if (auto* status = find(object, "status");
      members["type"] != "LoadBalancer" && status != nullptr && status->is_object()) {
    status->get_object()["loadBalancer"] = JsonObject();
  }
  complete_ports(old_spec, stamp, pool, *spec);
  complete_health_check(old_spec, stamp, pool, *spec);
}

}  // namespace gatefold::engine
