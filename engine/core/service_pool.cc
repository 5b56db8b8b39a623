#include "engine/core/service_pool.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/services.h"
#include "schema/field_error.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kPortTaken = "provided port is already allocated";

const JsonArray& list_in(const Value& spec, std::string_view key) {
  static const JsonArray kNone;
  const auto* value = find(spec, key);
  const auto* list = value == nullptr ? nullptr : value->if_array();
  return list == nullptr ? kNone : *list;
}

const Value* spec_of(const Value& service) {
  const auto* spec = find(service, "spec");
  return spec != nullptr && spec->is_object() ? spec : nullptr;
}

std::optional<ServiceHolding> address_holding(const Value& text) {
  const auto* string = text.if_string();
  const auto address = string == nullptr ? std::nullopt : parse_address(*string);
  return address ? std::optional(holding_of(*address)) : std::nullopt;
}

std::optional<ServiceHolding> port_holding(std::int64_t port) {
  const bool is_port = port > 0 && port <= std::numeric_limits<std::uint16_t>::max();
  return is_port ? std::optional(holding_of(port)) : std::nullopt;
}

bool is_taken(const ServicePool& pool, const std::optional<ServiceHolding>& holding) {
  return holding && pool.is_taken(*holding);
}

std::unexpected<Status> refuse(const Value& service, FieldError error) {
  return invalid({"", "services", "Service"}, name_of(service), {std::move(error)});
}

Result<void> check_addresses(const Value& service, const Value& spec, const ServicePool& pool) {
  const auto& addresses = list_in(spec, "clusterIPs");
  for (const auto& address : addresses) {
    if (!is_taken(pool, address_holding(address))) continue;
    std::vector<std::string> quoted;
    for (const auto& each : addresses) quoted.push_back(go_syntax(each));
    return refuse(
        service,
        invalid_rendered("spec.clusterIPs", fmt::format("[]string{{{}}}", fmt::join(quoted, ", ")),
                         fmt::format("failed to allocate IP {}: provided IP is already "
                                     "allocated",
                                     std::string_view(address.get_string())),
                         "allocation"));
  }
  const bool is_headless = !addresses.empty() && addresses.front() == Value(kHeadless);
  if (!is_headless && addresses.size() < list_in(spec, "ipFamilies").size()) {
    return internal_error("failed to allocate a serviceIP: range is full");
  }
  return {};
}

Result<void> check_ports(const Value& service, const Value& spec, const ServicePool& pool) {
  const auto& ports = list_in(spec, "ports");
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const auto number = integer_at(ports[i], {"nodePort"}, 0);
    if (is_taken(pool, port_holding(number))) {
      return refuse(service, invalid_value(fmt::format("spec.ports[{}].nodePort", i), Value(number),
                                           kPortTaken, "allocation"));
    }
    if (number == 0 && ports[i].is_object() && needs_node_ports(spec)) {
      return internal_error("failed to allocate a nodePort: range is full");
    }
  }
  if (!needs_health_check(spec)) return {};
  const auto number = integer_at(spec, {"healthCheckNodePort"}, 0);
  if (is_taken(pool, port_holding(number))) {
    return internal_error(fmt::format("failed to allocate requested HealthCheck NodePort {}: {}",
                                      number, kPortTaken));
  }
  if (number == 0) {
    return internal_error("failed to allocate a HealthCheck NodePort 0: range is full");
  }
  return {};
}

}  // namespace

ServiceHolding holding_of(const Address& address) {
  return {false, address.bytes};
}

ServiceHolding holding_of(std::int64_t port) {
  ServiceHolding holding{true, {}};
  holding.bytes[14] = static_cast<std::uint8_t>(port >> 8);
  holding.bytes[15] = static_cast<std::uint8_t>(port);
  return holding;
}

ServiceHoldings holdings_of(const Value& service) {
  ServiceHoldings holdings;
  const auto* spec = spec_of(service);
  if (spec == nullptr) return holdings;
  const auto add = [&](const std::optional<ServiceHolding>& holding) {
    if (holding) holdings.push_back(*holding);
  };
  if (needs_address(*spec)) {
    for (const auto& address : list_in(*spec, "clusterIPs")) add(address_holding(address));
  }
  if (may_have_node_ports(*spec)) {
    for (const auto& port : list_in(*spec, "ports")) {
      add(port_holding(integer_at(port, {"nodePort"}, 0)));
    }
  }
  if (needs_health_check(*spec)) {
    add(port_holding(integer_at(*spec, {"healthCheckNodePort"}, 0)));
  }
  std::ranges::sort(holdings);
  holdings.erase(std::ranges::unique(holdings).begin(), holdings.end());
  return holdings;
}

std::size_t ServiceAllocations::shard_of(const ServiceHolding& holding) {
  // The bytes that differ between neighbours.
  return (holding.bytes[15] + 31u * holding.bytes[14] + holding.bytes[13]) % kShards;
}

ServiceAllocations ServiceAllocations::with(const Uid& service, const ServiceHoldings& before,
                                            const ServiceHoldings& now) const {
  auto result = *this;
  const auto shard_to_change = [&](const ServiceHolding& holding) {
    auto& slot = result.shards_[shard_of(holding)];
    auto copy = slot == nullptr ? std::make_shared<Shard>() : std::make_shared<Shard>(*slot);
    slot = copy;
    return copy;
  };
  for (const auto& holding : before) {
    if (!std::ranges::binary_search(now, holding)) {
      shard_to_change(holding)->erase({holding, service});
    }
  }
  for (const auto& holding : now) {
    if (!std::ranges::binary_search(before, holding)) {
      shard_to_change(holding)->insert({holding, service});
    }
  }
  return result;
}

std::vector<Uid> ServiceAllocations::holders(const ServiceHolding& holding) const {
  std::vector<Uid> holders;
  const auto& shard = shards_[shard_of(holding)];
  if (shard == nullptr) return holders;
  for (auto it = shard->lower_bound({holding, Uid{}}); it != shard->end() && it->first == holding;
       ++it) {
    holders.push_back(it->second);
  }
  return holders;
}

ServicePool::ServicePool(ServiceAllocationsPtr all, const ChangedServices* changed,
                         ServiceHoldings own)
    : all_(std::move(all)), changed_(changed), own_(std::move(own)) {}

bool ServicePool::is_taken(const ServiceHolding& holding) const {
  if (std::ranges::binary_search(own_, holding)) return false;
  if (changed_ != nullptr) {
    for (const auto& [service, holdings] : *changed_) {
      if (std::ranges::binary_search(holdings, holding)) return true;
    }
  }
  if (all_ == nullptr) return false;
  return std::ranges::any_of(all_->holders(holding), [&](const Uid& holder) {
    return changed_ == nullptr || !changed_->contains(holder);
  });
}

Result<void> check_service_pool(const Value& service, const ServicePool& pool) {
  const auto* spec = spec_of(service);
  if (spec == nullptr) return {};
  if (needs_address(*spec)) {
    if (auto checked = check_addresses(service, *spec, pool); !checked) return checked;
  }
  return may_have_node_ports(*spec) ? check_ports(service, *spec, pool) : Result<void>{};
}

}  // namespace gatefold::engine
