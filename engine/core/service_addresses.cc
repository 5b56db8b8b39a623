#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/services.h"
#include "schema/address.h"
#include "schema/names.h"
#include "schema/utf8.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kOrigin = "service-address";
constexpr std::size_t kClusterIpsMax = 2;  // one of each family
constexpr std::string_view kNoAddress =
    "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
constexpr std::string_view kNoRange =
    "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
constexpr std::string_view kOnlyBalancers = "may only be used when `type` is 'LoadBalancer'";
constexpr std::string_view kRangesAnnotation =
    "service.beta.kubernetes.io/load-balancer-source-ranges";
const std::vector<std::string> kIpModes = {"Proxy", "VIP"};

using Texts = std::vector<std::string>;

Texts texts_at(const Value* spec, std::string_view key) {
  Texts texts;
  const auto* list = spec == nullptr ? nullptr : find(*spec, key);
  if (list == nullptr || !list->is_array()) return texts;
  for (const auto& item : list->get_array()) {
    if (item.is_string()) texts.emplace_back(item.get_string());
  }
  return texts;
}

void complain(std::string field, std::string_view value, std::string_view what,
              FieldErrors& errors) {
  errors.push_back(invalid_value(std::move(field), Value(value), what, std::string(kOrigin)));
}

// Of a list; Go shows all of it.
void complain_of(std::string field, const Texts& list, std::string_view what, FieldErrors& errors) {
  Texts quoted;
  for (const auto& text : list) quoted.push_back(go_quote(text));
  errors.push_back({FieldErrorType::kInvalid, std::move(field),
                    fmt::format("Invalid value: []string{{{}}}: {}", fmt::join(quoted, ", "), what),
                    std::string(kOrigin)});
}

bool is_headless(const Texts& addresses) {
  return addresses.size() == 1 && addresses.front() == kHeadless;
}

std::string_view family_of(std::string_view address) {
  const auto parsed = parse_address(address);
  return parsed && !parsed->is_ipv4() ? "IPv6" : "IPv4";
}

void check_headless(const Value& spec, const Texts& addresses, FieldErrors& errors) {
  if (!is_headless(addresses) || !may_have_node_ports(spec)) return;
  complain("spec.clusterIPs[0]", kHeadless,
           fmt::format("may not be set to 'None' for {} services", string_at(spec, {"type"})),
           errors);
}

// Answers whether each is an address, or None stands alone.
bool check_each(const Texts& addresses, FieldErrors& errors) {
  bool are_valid = true;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    if (i == 0 && addresses[i] == kHeadless) {
      if (addresses.size() == 1) continue;
      complain_of("spec.clusterIPs", addresses, "'None' must be the first and only value", errors);
    } else {
      if (parse_address(addresses[i])) continue;
      complain(fmt::format("spec.clusterIPs[{}]", i), addresses[i], kNoAddress, errors);
    }
    are_valid = false;
  }
  return are_valid;
}

void check_families(const Value& spec, const Texts& addresses, FieldErrors& errors) {
  const auto families = texts_at(&spec, "ipFamilies");
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < families.size(); ++i) {
    if (seen.insert(families[i]).second) continue;
    errors.push_back(
        duplicate(fmt::format("spec.ipFamilies[{}]", i), Value(families[i]), std::string(kOrigin)));
  }
  if (string_at(spec, {"ipFamilyPolicy"}) == "SingleStack") {
    const auto need_both = [&](const Texts& list, std::string_view what) {
      if (list.size() != kClusterIpsMax) return;
      complain("spec.ipFamilyPolicy", "SingleStack",
               fmt::format("must be 'RequireDualStack' or 'PreferDualStack' when multiple {} are "
                           "specified",
                           what),
               errors);
    };
    need_both(addresses, "cluster IPs");
    need_both(families, "IP families");
  }
  if (is_headless(addresses)) return;
  for (std::size_t i = 0; i < addresses.size() && i < families.size(); ++i) {
    if (families[i] == family_of(addresses[i])) continue;
    complain(fmt::format("spec.clusterIPs[{}]", i), addresses[i],
             fmt::format("expected an {} value as indicated by `ipFamilies[{}]`", families[i], i),
             errors);
  }
}

void check_list(const Value& spec, const Texts& addresses, FieldErrors& errors) {
  const auto first = string_at(spec, {"clusterIP"});
  if (first.empty() && !addresses.empty()) {
    complain_of("spec.clusterIPs", addresses, "must be empty when `clusterIP` is not specified",
                errors);
  } else if (!addresses.empty() && addresses.front() != first) {
    complain_of("spec.clusterIPs", addresses, "first value must match `clusterIP`", errors);
  }
  const bool are_valid = check_each(addresses, errors);
  if (addresses.size() > kClusterIpsMax) {
    complain_of("spec.clusterIPs", addresses, "may only hold up to 2 values", errors);
  }
  if (!are_valid) return;
  if (addresses.size() > 1 && family_of(addresses[0]) == family_of(addresses[1])) {
    complain_of("spec.clusterIPs", addresses, "may specify no more than one IP for each IP family",
                errors);
  }
  check_families(spec, addresses, errors);
}

// The second family may come and go, where the policy says so; the first stays.
void check_change(const Value& spec, const Value& old_spec, std::string_view key,
                  std::string_view what, FieldErrors& errors) {
  const auto now = texts_at(&spec, key);
  const auto before = texts_at(&old_spec, key);
  for (std::size_t i = 0; i < before.size() && i < now.size(); ++i) {
    if (before[i] == now[i] || (i > 0 && now.size() != before.size())) continue;
    // Kubernetes counts addresses alone.
    complain_of(fmt::format("spec.{}[{}]", key, key == "clusterIPs" ? i : 0), now,
                "may not change once set", errors);
  }
  const auto policy = string_at(spec, {"ipFamilyPolicy"});
  if (now.size() < before.size() && policy != "SingleStack") {
    complain("spec.ipFamilyPolicy", policy,
             fmt::format("must be 'SingleStack' to release the secondary {}", what), errors);
  }
}

void check_special(const std::string& field, std::string_view text, FieldErrors& errors) {
  const auto address = parse_address(text);
  if (!address) {
    complain(field, text, kNoAddress, errors);
    return;
  }
  const auto refuse = [&](bool is_special, std::string_view what) {
    if (is_special) complain(field, text, what, errors);
  };
  refuse(address->is_unspecified(), fmt::format("may not be unspecified ({})", text));
  refuse(address->is_loopback(), "may not be in the loopback range (127.0.0.0/8, ::1/128)");
  refuse(address->is_link_local(),
         "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  refuse(address->is_link_local_multicast(),
         "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
}

void check_range(const std::string& field, std::string_view text, FieldErrors& errors) {
  if (!is_cidr(trimmed(text))) complain(field, trimmed(text), kNoRange, errors);
}

// The field, or the annotation that was there before it.
void check_source_ranges(const Value& object, FieldErrors& errors) {
  const bool balances = string_at(object, {"spec", "type"}) == "LoadBalancer";
  const auto only_balancers = [&](const std::string& field) {
    if (!balances) errors.push_back(forbidden_field(field, kOnlyBalancers, std::string(kOrigin)));
  };
  const auto ranges = texts_at(find(object, "spec"), "loadBalancerSourceRanges");
  if (!ranges.empty()) {
    // Kubernetes spells the path this way.
    const std::string field = "spec.LoadBalancerSourceRanges";
    only_balancers(field);
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      check_range(fmt::format("{}[{}]", field, i), ranges[i], errors);
    }
    return;
  }
  const auto* annotation = find_path(object, {"metadata", "annotations", kRangesAnnotation});
  if (annotation == nullptr || !annotation->is_string()) return;
  const auto field = fmt::format("metadata.annotations[{}]", kRangesAnnotation);
  only_balancers(field);
  auto rest = trimmed(annotation->get_string());
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    check_range(field, rest.substr(0, comma), errors);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
}

void check_ip_mode(const Value& entry, const std::string& field, FieldErrors& errors) {
  const bool has_address = !string_at(entry, {"ip"}).empty();
  const auto* mode = find(entry, "ipMode");
  if (mode == nullptr) return;  // filled in where there is an address
  if (!has_address) {
    errors.push_back(
        forbidden_field(field, "may not be specified when `ip` is not set", std::string(kOrigin)));
  } else if (mode->is_string() &&
             std::ranges::find(kIpModes, std::string_view(mode->get_string())) == kIpModes.end()) {
    errors.push_back(not_supported(field, *mode, kIpModes, std::string(kOrigin)));
  }
}

}  // namespace

void check_cluster_ips(const Value& spec, const Value* old_spec, FieldErrors& errors) {
  if (!needs_address(spec)) return;
  const auto addresses = texts_at(&spec, "clusterIPs");
  check_headless(spec, addresses, errors);
  check_list(spec, addresses, errors);
  if (old_spec == nullptr || !needs_address(*old_spec)) return;
  const bool was_headless = is_headless(texts_at(old_spec, "clusterIPs"));
  if (was_headless && is_headless(addresses)) return;
  check_change(spec, *old_spec, "clusterIPs", "cluster IP", errors);
  if (was_headless == is_headless(addresses)) {
    check_change(spec, *old_spec, "ipFamilies", "IP family", errors);
  }
}

void check_outside_addresses(const Value& object, FieldErrors& errors) {
  const auto addresses = texts_at(find(object, "spec"), "externalIPs");
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    check_special(fmt::format("spec.externalIPs[{}]", i), addresses[i], errors);
  }
  check_source_ranges(object, errors);
}

void check_ingress(const Value& object, FieldErrors& errors) {
  const auto* list = find_path(object, {"status", "loadBalancer", "ingress"});
  const auto* entries = list == nullptr ? nullptr : list->if_array();
  if (entries == nullptr || entries->empty()) return;
  const std::string path = "status.loadBalancer.ingress";
  if (string_at(object, {"spec", "type"}) != "LoadBalancer") {
    errors.push_back(forbidden_field(path, "may only be used when `spec.type` is 'LoadBalancer'",
                                     std::string(kOrigin)));
    return;
  }
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const auto& entry = (*entries)[i];
    const auto field = fmt::format("{}[{}]", path, i);
    const auto address = string_at(entry, {"ip"});
    if (!address.empty() && !parse_address(address)) {
      complain(field + ".ip", address, kNoAddress, errors);
    }
    check_ip_mode(entry, field + ".ipMode", errors);
    const auto host = string_at(entry, {"hostname"});
    if (host.empty()) continue;
    for (const auto& complaint : check_dns1123_subdomain(host)) {
      complain(field + ".hostname", host, complaint, errors);
    }
    if (parse_address(host)) {
      complain(field + ".hostname", host, "must be a DNS name, not an IP address", errors);
    }
  }
}

}  // namespace gatefold::engine
