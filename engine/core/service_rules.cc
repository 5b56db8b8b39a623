#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/core/services.h"
#include "schema/names.h"

namespace gatefold::engine {
namespace {

constexpr std::int64_t kPortMax = 65535;
constexpr std::int64_t kAffinitySecondsMax = 86400;
constexpr std::size_t kPortNameBytesMax = 15;
const std::vector<std::string> kTypes = {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"};
const std::vector<std::string> kAffinities = {"ClientIP", "None"};
const std::vector<std::string> kProtocols = {"SCTP", "TCP", "UDP"};
const std::vector<std::string> kDistributions = {"PreferClose"};

void check_choice(const Value& value, std::string_view key, const std::string& field,
                  const std::vector<std::string>& choices, FieldErrors& errors) {
  const auto* chosen = find(value, key);
  if (chosen == nullptr || !chosen->is_string()) return;
  const std::string_view text = chosen->get_string();
  if (std::ranges::find(choices, text) != choices.end()) return;
  errors.push_back(not_supported(field, *chosen, choices, "service"));
}

// Of the form [prefix/]name.
void check_qualified(const Value& value, std::string_view key, const std::string& field,
                     FieldErrors& errors) {
  const auto* name = find(value, key);
  if (name == nullptr || !name->is_string()) return;
  for (const auto& complaint : check_qualified_name(name->get_string())) {
    errors.push_back(invalid_value(field, *name, complaint, "service"));
  }
}

void check_number(const Value& value, const std::string& field, FieldErrors& errors) {
  const auto number = value.is_int64() ? value.get_int64() : 0;
  if (number >= 1 && number <= kPortMax) return;
  errors.push_back(
      invalid_value(field, value, "must be between 1 and 65535, inclusive", "service-port"));
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

// Protocols have their own ports.
using NodePorts = std::set<std::pair<std::string, std::int64_t>>;

void check_node_port(const Value& spec, const Value& port, const std::string& field,
                     NodePorts& node_ports, FieldErrors& errors) {
  const auto* value = find(port, "nodePort");
  if (value == nullptr || !value->is_int64() || value->get_int64() == 0) return;
  const auto number = value->get_int64();
  if (string_at(spec, {"type"}) == "ClusterIP") {
    errors.push_back(
        forbidden_field(field, "may not be used when `type` is 'ClusterIP'", "service-port"));
    return;
  }
  if (!node_ports.emplace(string_at(port, {"protocol"}), number).second) {
    errors.push_back(duplicate(field, *value, "service-port"));
  }
  if (number >= kNodePortMin && number <= kNodePortMax) return;
  errors.push_back(invalid_value(
      field, *value,
      fmt::format("provided port is not in the valid range. The range of valid ports is {}-{}",
                  kNodePortMin, kNodePortMax),
      "service-port"));
}

// That no two ports share number and protocol is for the schema: they are its map keys.
void check_ports(const Value& spec, FieldErrors& errors) {
  const auto* value = find(spec, "ports");
  const auto* ports = value == nullptr ? nullptr : value->if_array();
  if (value != nullptr && ports == nullptr) return;
  if (ports == nullptr || ports->empty()) {
    const bool needs_ports =
        string_at(spec, {"type"}) != "ExternalName" && string_at(spec, {"clusterIP"}) != kHeadless;
    if (needs_ports) errors.push_back(required("spec.ports", "", "service"));
    return;
  }
  std::set<std::string> names;
  NodePorts node_ports;
  for (std::size_t i = 0; i < ports->size(); ++i) {
    const auto& port = (*ports)[i];
    const auto field = fmt::format("spec.ports[{}]", i);
    check_port_name(port, field, ports->size() > 1, names, errors);
    if (const auto* number = find(port, "port")) check_number(*number, field + ".port", errors);
    check_choice(port, "protocol", field + ".protocol", kProtocols, errors);
    if (const auto* target = find(port, "targetPort")) {
      check_target_port(*target, field + ".targetPort", errors);
    }
    check_qualified(port, "appProtocol", field + ".appProtocol", errors);
    check_node_port(spec, port, field + ".nodePort", node_ports, errors);
  }
}

void check_selector(const Value& spec, FieldErrors& errors) {
  const auto* selector = find(spec, "selector");
  if (selector == nullptr || !selector->is_object()) return;
  const auto complain = [&](std::string_view text, const std::vector<std::string>& complaints) {
    for (const auto& complaint : complaints) {
      errors.push_back(invalid_value("spec.selector", Value(text), complaint, "label"));
    }
  };
  for (const auto& [key, value] : selector->get_object()) {
    complain(key, check_qualified_name(key));
    if (value.is_string()) complain(value.get_string(), check_label_value(value.get_string()));
  }
}

void check_external_name(const Value& spec, FieldErrors& errors) {
  if (string_at(spec, {"type"}) != "ExternalName") return;
  for (const std::string key : {"clusterIPs", "ipFamilies", "ipFamilyPolicy"}) {
    const auto* value = find(spec, key);
    if (value == nullptr || *value == JsonArray()) continue;
    errors.push_back(
        forbidden_field("spec." + key, "may not be set for ExternalName services", "service"));
  }
  auto name = string_at(spec, {"externalName"});
  const Value shown(name);
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty()) {
    errors.push_back(required("spec.externalName", "", "service"));
    return;
  }
  for (const auto& complaint : check_dns1123_subdomain(name)) {
    errors.push_back(invalid_value("spec.externalName", shown, complaint, "service"));
  }
}

void check_affinity(const Value& spec, FieldErrors& errors) {
  check_choice(spec, "sessionAffinity", "spec.sessionAffinity", kAffinities, errors);
  if (string_at(spec, {"sessionAffinity"}) != "ClientIP") return;
  const auto* seconds = find_path(spec, {"sessionAffinityConfig", "clientIP", "timeoutSeconds"});
  if (seconds == nullptr || !seconds->is_int64()) return;
  if (seconds->get_int64() > 0 && seconds->get_int64() <= kAffinitySecondsMax) return;
  errors.push_back(invalid_value(
      "spec.sessionAffinityConfig.clientIP.timeoutSeconds", *seconds,
      fmt::format("must be greater than 0 and less than {}", kAffinitySecondsMax), "service"));
}

void check_outside(const Value& spec, const Value* old_spec, FieldErrors& errors) {
  const auto* policy = find(spec, "externalTrafficPolicy");
  if (policy != nullptr && !is_reached_from_outside(spec)) {
    errors.push_back(invalid_value("spec.externalTrafficPolicy", *policy,
                                   "may only be set for externally-accessible services",
                                   "service"));
  }
  const auto* health_check = find(spec, "healthCheckNodePort");
  if (health_check == nullptr) return;
  if (needs_health_check(spec)) {
    check_number(*health_check, "spec.healthCheckNodePort", errors);
    const auto* before = old_spec != nullptr && needs_health_check(*old_spec)
                             ? find(*old_spec, "healthCheckNodePort")
                             : nullptr;
    if (before != nullptr && *before != *health_check) {
      errors.push_back(
          forbidden_field("spec.healthCheckNodePort", "field is immutable", "service"));
    }
  } else if (integer_at(spec, {"healthCheckNodePort"}, 0) != 0) {
    errors.push_back(invalid_value(
        "spec.healthCheckNodePort", *health_check,
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
        "service"));
  }
}

void check_balancer(const Value& spec, const Value* old_spec, FieldErrors& errors) {
  if (string_at(spec, {"type"}) != "LoadBalancer") {
    for (const std::string key : {"allocateLoadBalancerNodePorts", "loadBalancerClass"}) {
      if (find(spec, key) == nullptr) continue;
      errors.push_back(forbidden_field(
          "spec." + key, "may only be used when `type` is 'LoadBalancer'", "service"));
    }
    return;
  }
  check_qualified(spec, "loadBalancerClass", "spec.loadBalancerClass", errors);
  if (old_spec == nullptr || string_at(*old_spec, {"type"}) != "LoadBalancer") return;
  const auto name = string_at(spec, {"loadBalancerClass"});
  if (name != string_at(*old_spec, {"loadBalancerClass"})) {
    errors.push_back(
        invalid_value("spec.loadBalancerClass", Value(name), "may not change once set", "service"));
  }
}

}  // namespace

void validate_service(std::string_view subresource, const Value& object, const Value* old_object,
                      FieldErrors& errors) {
  if (subresource == "status") {
    check_ingress(object, errors);
    return;
  }
  const auto* spec = find(object, "spec");
  if (spec == nullptr || !spec->is_object()) return;
  const auto* old_spec = old_object == nullptr ? nullptr : find(*old_object, "spec");
  check_choice(*spec, "type", "spec.type", kTypes, errors);
  check_ports(*spec, errors);
  check_selector(*spec, errors);
  check_affinity(*spec, errors);
  check_cluster_ips(*spec, old_spec, errors);
  check_external_name(*spec, errors);
  check_outside_addresses(object, errors);
  check_outside(*spec, old_spec, errors);
  check_balancer(*spec, old_spec, errors);
  check_choice(*spec, "trafficDistribution", "spec.trafficDistribution", kDistributions, errors);
}

}  // namespace gatefold::engine
