#include "engine/core/services.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include <fmt/format.h>

#include "schema/formats.h"
#include "schema/names.h"

namespace gatefold::engine {
namespace {

constexpr std::int64_t kNodePortMin = 30000;
constexpr std::int64_t kNodePortMax = 32767;
constexpr std::int64_t kPortMax = 65535;
constexpr std::int64_t kAffinitySeconds = 10800;
constexpr std::size_t kPortNameBytesMax = 15;
constexpr std::string_view kHeadless = "None";

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> choices) {
  return std::ranges::find(choices, text) != choices.end();
}

bool has_address(std::string_view type) {
  return is_any_of(type, {"ClusterIP", "NodePort", "LoadBalancer"});
}

bool reaches_nodes(std::string_view type) {
  return is_any_of(type, {"NodePort", "LoadBalancer"});
}

void set_default(JsonObject& object, std::string_view key, Value value) {
  const auto* member = object.if_contains(key);
  if (member == nullptr || (member->is_string() && member->get_string().empty())) {
    object[key] = std::move(value);
  }
}

// 10.96.0.0/12, without the first and last hundreds of it.
std::string drawn_address(const Stamp& stamp) {
  return fmt::format("10.{}.{}.{}", 96 + stamp.random[24] % 16, 1 + stamp.random[25] % 254,
                     1 + stamp.random[26] % 254);
}

void complete_address(const Value* old_spec, const Stamp& stamp, JsonObject& spec) {
  const Value before = old_spec == nullptr ? Value(JsonObject()) : *old_spec;
  const auto old_address = string_at(before, {"clusterIP"});
  const auto* addresses = spec.if_contains("clusterIPs");
  if (addresses != nullptr && addresses->is_array() && !addresses->get_array().empty()) {
    set_default(spec, "clusterIP", addresses->get_array().front());
  }
  set_default(spec, "clusterIP",
              old_address.empty() ? Value(drawn_address(stamp)) : Value(old_address));
  const auto address = spec["clusterIP"];
  if (addresses == nullptr) spec["clusterIPs"] = JsonArray{address};
  const bool is_ipv6 = address.is_string() && std::string_view(address.get_string()).contains(':');
  set_default(spec, "ipFamilies", JsonArray{is_ipv6 ? "IPv6" : "IPv4"});
  set_default(spec, "ipFamilyPolicy", "SingleStack");
  set_default(spec, "internalTrafficPolicy", "Cluster");
}

const Value* old_port_like(const Value* old_spec, const JsonObject& port) {
  const auto* ports = old_spec == nullptr ? nullptr : find(*old_spec, "ports");
  if (ports == nullptr || !ports->is_array()) return nullptr;
  const auto same = [&](const Value& other, std::string_view key) {
    const auto* one = port.if_contains(key);
    const auto* its = find(other, key);
    return one != nullptr && its != nullptr && *one == *its;
  };
  const auto& list = ports->get_array();
  const auto* found = std::find_if(list.begin(), list.end(), [&](const Value& other) {
    return same(other, "port") && same(other, "protocol");
  });
  return found == list.end() ? nullptr : found;
}

void complete_node_port(JsonObject& port, const Value* old_spec, const Stamp& stamp,
                        std::set<std::int64_t>& taken) {
  if (const auto* old_port = old_port_like(old_spec, port)) {
    if (const auto* node_port = find(*old_port, "nodePort")) {
      port["nodePort"] = *node_port;
      return;
    }
  }
  std::int64_t number = kNodePortMin + (stamp.random[27] * 256 + stamp.random[28]) %
                                           (kNodePortMax - kNodePortMin + 1);
  while (taken.contains(number)) number = number == kNodePortMax ? kNodePortMin : number + 1;
  taken.insert(number);
  port["nodePort"] = number;
}

void complete_ports(const Value* old_spec, const Stamp& stamp, JsonObject& spec) {
  auto* ports = spec.if_contains("ports");
  if (ports == nullptr || !ports->is_array()) return;
  const auto type = std::string(string_at(Value(spec), {"type"}));
  const auto* allocates = spec.if_contains("allocateLoadBalancerNodePorts");
  const bool needs_node_ports =
      reaches_nodes(type) && (type == "NodePort" || allocates == nullptr || !allocates->is_bool() ||
                              allocates->get_bool());
  const bool had_node_ports = old_spec != nullptr && reaches_nodes(string_at(*old_spec, {"type"}));
  std::set<std::int64_t> taken;
  for (const auto& port : ports->get_array()) taken.insert(integer_at(port, {"nodePort"}, 0));
  for (auto& item : ports->get_array()) {
    auto* port = item.if_object();
    if (port == nullptr) continue;
    const auto* number = port->if_contains("port");
    if (number != nullptr) set_default(*port, "targetPort", *number);
    if (needs_node_ports && integer_at(item, {"nodePort"}, 0) == 0) {
      complete_node_port(*port, old_spec, stamp, taken);
    } else if (!reaches_nodes(type) && had_node_ports) {
      // What was drawn for the old type goes with it.
      port->erase("nodePort");
    }
  }
}

void check_choice(const Value& spec, std::string_view key, const std::vector<std::string>& choices,
                  FieldErrors& errors) {
  const auto* value = find(spec, key);
  if (value == nullptr || !value->is_string()) return;
  if (std::ranges::find(choices, std::string_view(value->get_string())) != choices.end()) return;
  errors.push_back(not_supported(fmt::format("spec.{}", key), *value, choices, "service"));
}

void check_number(const Value& value, std::string_view field, FieldErrors& errors) {
  const auto number = value.is_int64() ? value.get_int64() : 0;
  if (number >= 1 && number <= kPortMax) return;
  errors.push_back(invalid_value(std::string(field), value,
                                 "must be between 1 and 65535, inclusive", "service-port"));
}

void check_target_port(const Value& value, const std::string& field, FieldErrors& errors) {
  if (!value.is_string()) {
    check_number(value, field, errors);
    return;
  }
  const std::string_view name = value.get_string();
  const auto complain = [&](std::string_view what) {
    errors.push_back(invalid_value(field, value, what, "service-port"));
  };
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_allowed = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
  };
  if (name.size() > kPortNameBytesMax) complain("must be no more than 15 characters");
  if (!std::ranges::all_of(name, is_allowed)) {
    complain("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (!std::ranges::any_of(name, is_letter)) complain("must contain at least one letter (a-z)");
  if (name.contains("--")) complain("must not contain consecutive hyphens");
  if (name.starts_with('-') || name.ends_with('-')) {
    complain("must not begin or end with a hyphen");
  }
}

void check_port_name(const Value& port, const std::string& field, bool is_needed,
                     std::set<std::string>& names, FieldErrors& errors) {
  const auto name = string_at(port, {"name"});
  if (name.empty()) {
    if (is_needed) errors.push_back(required(field + ".name", "", "service-port"));
    return;
  }
  for (const auto& complaint : check_dns1123_label(name)) {
    errors.push_back(invalid_value(field + ".name", Value(name), complaint, "service-port"));
  }
  if (!names.emplace(name).second) {
    errors.push_back(duplicate(field + ".name", Value(name), "service-port"));
  }
}

void check_node_port(const Value& port, const std::string& field, std::string_view type,
                     FieldErrors& errors) {
  const auto* number = find(port, "nodePort");
  if (number == nullptr || integer_at(port, {"nodePort"}, 0) == 0) return;
  if (!reaches_nodes(type)) {
    errors.push_back(forbidden_field(field + ".nodePort",
                                     fmt::format("may not be used when `type` is '{}'", type),
                                     "service-port"));
    return;
  }
  const auto value = number->is_int64() ? number->get_int64() : 0;
  if (value >= kNodePortMin && value <= kNodePortMax) return;
  errors.push_back(invalid_value(field + ".nodePort", *number,
                                 "provided port is not in the valid range. The range of valid "
                                 "ports is 30000-32767",
                                 "service-port"));
}

void check_ports(const Value& spec, std::string_view type, FieldErrors& errors) {
  const auto* value = find(spec, "ports");
  const auto* ports = value == nullptr ? nullptr : value->if_array();
  const bool needs_ports = type != "ExternalName" && string_at(spec, {"clusterIP"}) != kHeadless;
  if (ports == nullptr || ports->empty()) {
    if (needs_ports) errors.push_back(required("spec.ports", "", "service"));
    return;
  }
  std::set<std::string> names;
  for (std::size_t i = 0; i < ports->size(); ++i) {
    const auto& port = (*ports)[i];
    const auto field = fmt::format("spec.ports[{}]", i);
    check_port_name(port, field, ports->size() > 1, names, errors);
    if (const auto* number = find(port, "port")) check_number(*number, field + ".port", errors);
    const auto* protocol = find(port, "protocol");
    if (protocol != nullptr && !is_any_of(string_at(port, {"protocol"}), {"SCTP", "TCP", "UDP"})) {
      errors.push_back(
          not_supported(field + ".protocol", *protocol, {"SCTP", "TCP", "UDP"}, "service-port"));
    }
    if (const auto* target = find(port, "targetPort")) {
      check_target_port(*target, field + ".targetPort", errors);
    }
    check_node_port(port, field, type, errors);
  }
}

void check_addresses(const Value& spec, const Value* old_spec, std::string_view type,
                     FieldErrors& errors) {
  const auto address = string_at(spec, {"clusterIP"});
  if (!has_address(type)) {
    if (!address.empty()) {
      errors.push_back(forbidden_field(
          "spec.clusterIPs", fmt::format("may not be set when `type` is '{}'", type), "service"));
    }
    return;
  }
  const auto* addresses = find(spec, "clusterIPs");
  if (addresses != nullptr && addresses->is_array() && !addresses->get_array().empty() &&
      addresses->get_array().front() != Value(address)) {
    errors.push_back(invalid_value("spec.clusterIPs", *addresses,
                                   "first value must match `clusterIP`", "service"));
  }
  if (address == kHeadless) {
    if (reaches_nodes(type)) {
      errors.push_back(invalid_value("spec.clusterIPs[0]", Value(address),
                                     fmt::format("may not be set to 'None' for {} services", type),
                                     "service"));
    }
  } else if (!format_holds("ipv4", address) && !format_holds("ipv6", address)) {
    errors.push_back(invalid_value("spec.clusterIPs[0]", Value(address),
                                   "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
                                   "service"));
  }
  const auto before = old_spec == nullptr ? "" : string_at(*old_spec, {"clusterIP"});
  if (!before.empty() && has_address(string_at(*old_spec, {"type"})) && before != address) {
    errors.push_back(
        invalid_value("spec.clusterIPs[0]", Value(address), "may not change once set", "service"));
  }
}

void check_external_name(const Value& spec, std::string_view type, FieldErrors& errors) {
  if (type != "ExternalName") return;
  const auto name = string_at(spec, {"externalName"});
  if (name.empty()) {
    errors.push_back(required("spec.externalName", "", "service"));
    return;
  }
  for (const auto& complaint : check_dns1123_subdomain(name)) {
    errors.push_back(invalid_value("spec.externalName", Value(name), complaint, "service"));
  }
}

}  // namespace

void complete_service(std::string_view subresource, const Value* old_object, const Stamp& stamp,
                      Value& object) {
  if (!subresource.empty()) return;
  auto& spec = object_member(object.as_object(), "spec");
  const auto* old_spec = old_object == nullptr ? nullptr : find(*old_object, "spec");
  // The schema's defaults are there already, but for a spec that was missing as a whole.
  set_default(spec, "type", "ClusterIP");
  set_default(spec, "sessionAffinity", "None");
  const auto type = std::string(string_at(object, {"spec", "type"}));
  if (has_address(type)) complete_address(old_spec, stamp, spec);
  if (reaches_nodes(type)) set_default(spec, "externalTrafficPolicy", "Cluster");
  if (type == "LoadBalancer") set_default(spec, "allocateLoadBalancerNodePorts", true);
  if (string_at(object, {"spec", "sessionAffinity"}) == "ClientIP") {
    auto& client = object_member(object_member(spec, "sessionAffinityConfig"), "clientIP");
    set_default(client, "timeoutSeconds", kAffinitySeconds);
  }
  complete_ports(old_spec, stamp, spec);
}

void validate_service(const Value& object, const Value* old_object, FieldErrors& errors) {
  const auto* spec = find(object, "spec");
  if (spec == nullptr || !spec->is_object()) return;
  const auto type = string_at(*spec, {"type"});
  check_choice(*spec, "type", {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"}, errors);
  check_choice(*spec, "sessionAffinity", {"ClientIP", "None"}, errors);
  check_ports(*spec, type, errors);
  check_addresses(*spec, old_object == nullptr ? nullptr : find(*old_object, "spec"), type, errors);
  check_external_name(*spec, type, errors);
}

}  // namespace gatefold::engine
