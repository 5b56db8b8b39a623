#include "engine/core/services.h"

#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>

namespace gatefold::engine {
namespace {

constexpr std::int64_t kAffinitySeconds = 10800;
// Which bytes of chance go where; the first half is the uid's.
constexpr std::size_t kAddressBytes = 24;
constexpr std::size_t kNodePortBytes = 27;
constexpr std::size_t kHealthCheckBytes = 29;

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

std::int64_t drawn_node_port(const Stamp& stamp, std::size_t at,
                             const std::set<std::int64_t>& taken) {
  constexpr auto kCount = kNodePortMax - kNodePortMin + 1;
  auto number = kNodePortMin + (stamp.random[at] * 256 + stamp.random[at + 1]) % kCount;
  while (taken.contains(number)) number = number == kNodePortMax ? kNodePortMin : number + 1;
  return number;
}

// In 10.96.0.0/12; neither of the last two parts is 0 or 255.
std::string drawn_address(const Stamp& stamp) {
  const auto* chance = &stamp.random[kAddressBytes];
  return fmt::format("10.{}.{}.{}", 96 + chance[0] % 16, 1 + chance[1] % 254, 1 + chance[2] % 254);
}

void complete_families(const Value& old_spec, Value& spec) {
  auto& members = spec.get_object();
  const auto address = string_at(spec, {"clusterIP"});
  const bool is_ipv6 = address.contains(':');
  const auto* selector = find(spec, "selector");
  const bool selects =
      selector != nullptr && selector->is_object() && !selector->get_object().empty();
  // Whoever has no address and selects nothing may point at endpoints of either family.
  const bool is_open = address == kHeadless && !selects;
  if (const auto* policy = find(old_spec, "ipFamilyPolicy")) {
    set_default(members, "ipFamilyPolicy", *policy);
  }
  set_default(members, "ipFamilyPolicy", is_open ? "RequireDualStack" : "SingleStack");
  if (const auto* families = find(old_spec, "ipFamilies")) {
    set_default(members, "ipFamilies", *families);
  }
  set_default(members, "ipFamilies", JsonArray{is_ipv6 ? "IPv6" : "IPv4"});
  auto* families = members["ipFamilies"].if_array();
  if (is_open && families != nullptr && families->size() == 1 &&
      string_at(spec, {"ipFamilyPolicy"}) != "SingleStack") {
    families->emplace_back(families->front() == "IPv4" ? "IPv6" : "IPv4");
  }
}

void complete_address(const Value& old_spec, const Stamp& stamp, Value& spec) {
  auto& members = spec.get_object();
  const auto* old_addresses = find(old_spec, "clusterIPs");
  auto* addresses = find(spec, "clusterIPs");
  if (is_list(addresses) && !is_unset(addresses)) {
    const auto* address = find(spec, "clusterIP");
    if (is_unset(address)) {
      members["clusterIP"] = Value(addresses->get_array().front());
    } else if (same_member(spec, old_spec, "clusterIPs")) {
      // A patch of clusterIP alone means both; whether it may is for the rules to say.
      addresses->get_array().front() = *address;
    }
  }
  if (const auto* old_address = find(old_spec, "clusterIP")) {
    set_default(members, "clusterIP", *old_address);
  }
  set_default(members, "clusterIP", Value(drawn_address(stamp)));
  if (old_addresses != nullptr && same_member(spec, old_spec, "clusterIP")) {
    set_default(members, "clusterIPs", *old_addresses);
  }
  set_default(members, "clusterIPs", JsonArray{members["clusterIP"]});
  complete_families(old_spec, spec);
  set_default(members, "internalTrafficPolicy", "Cluster");
}

// The node port of the old port with this number and protocol; 0 where there is none.
std::int64_t old_node_port(const Value& old_spec, const Value& port) {
  const auto* ports = find(old_spec, "ports");
  if (!is_list(ports)) return 0;
  for (const auto& other : ports->get_array()) {
    if (same_member(port, other, "port") && same_member(port, other, "protocol")) {
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

void complete_ports(const Value& old_spec, const Stamp& stamp, Value& spec) {
  auto* ports = find(spec, "ports");
  if (!is_list(ports)) return;
  const bool draws = needs_node_ports(spec);
  std::set<std::int64_t> taken;
  for (const auto& port : ports->get_array()) taken.insert(node_port_of(port));
  for (auto& item : ports->get_array()) {
    auto* port = item.if_object();
    if (port == nullptr) continue;
    set_default(*port, "protocol", "TCP");
    if (const auto* number = port->if_contains("port")) set_default(*port, "targetPort", *number);
    if (!draws || node_port_of(item) != 0) continue;
    auto number = may_have_node_ports(old_spec) ? old_node_port(old_spec, item) : 0;
    if (number == 0 || taken.contains(number)) {
      number = drawn_node_port(stamp, kNodePortBytes, taken);
    }
    taken.insert(number);
    (*port)["nodePort"] = number;
  }
}

void complete_health_check(const Value& old_spec, const Stamp& stamp, Value& spec) {
  if (!needs_health_check(spec)) return;
  std::set<std::int64_t> taken;
  if (const auto* ports = find(spec, "ports"); is_list(ports)) {
    for (const auto& port : ports->get_array()) taken.insert(node_port_of(port));
  }
  const auto* before =
      needs_health_check(old_spec) ? find(old_spec, "healthCheckNodePort") : nullptr;
  set_default(spec.get_object(), "healthCheckNodePort",
              is_unset(before) ? Value(drawn_node_port(stamp, kHealthCheckBytes, taken)) : *before);
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

void complete_affinity(JsonObject& spec) {
  set_default(spec, "sessionAffinity", "None");
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

void complete_service(std::string_view subresource, const Value* old_object, const Stamp& stamp,
                      Value& object) {
  if (!subresource.empty()) return;
  auto* spec = find(object, "spec");
  // A spec of another type is for the schema to complain about.
  if (spec != nullptr && !spec->is_object() && !spec->is_null()) return;
  auto& members = object_member(object.as_object(), "spec");
  spec = find(object, "spec");
  const auto* before = old_object == nullptr ? nullptr : find(*old_object, "spec");
  const Value& old_spec = before == nullptr ? kNoSpec : *before;
  // The schema's defaults are there already, but for a spec that was missing as a whole.
  set_default(members, "type", "ClusterIP");
  if (before != nullptr) drop_what_the_old_type_needed(old_spec, *spec);
  complete_affinity(members);
  if (needs_address(*spec)) complete_address(old_spec, stamp, *spec);
  if (is_reached_from_outside(*spec)) set_default(members, "externalTrafficPolicy", "Cluster");
  if (members["type"] == "LoadBalancer") {
    set_default(members, "allocateLoadBalancerNodePorts", true);
  }
  complete_ports(old_spec, stamp, *spec);
  complete_health_check(old_spec, stamp, *spec);
}

}  // namespace gatefold::engine
