// Which addresses and node ports Services have, so that none is given twice (R23.1).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/address.h"
#include "schema/ids.h"
#include "schema/status.h"
#include "schema/value.h"

namespace gatefold::engine {

// An address inside, or a node port: one number serves all protocols, and health checks as well.
struct ServiceHolding {
  bool is_port = false;
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const ServiceHolding&) const = default;
};
ServiceHolding holding_of(const Address& address);
ServiceHolding holding_of(std::int64_t port);

// What a Service has, by its type; sorted. What has another type than it should is no holding.
using ServiceHoldings = std::vector<ServiceHolding>;
ServiceHoldings holdings_of(const Value& service);

// What all Services have at one moment. Immutable; part of every View.
class ServiceAllocations {
 public:
  // The same with other holdings of one Service: shares what does not change.
  ServiceAllocations with(const Uid& service, const ServiceHoldings& before,
                          const ServiceHoldings& now) const;
  // Who has it: more than one only where the log is older than this rule.
  std::vector<Uid> holders(const ServiceHolding& holding) const;

 private:
  static constexpr std::size_t kShards = 256;  // so that a write copies a small part
  using Shard = std::set<std::pair<ServiceHolding, Uid>>;
  static std::size_t shard_of(const ServiceHolding& holding);
  std::array<std::shared_ptr<const Shard>, kShards> shards_;
};
using ServiceAllocationsPtr = std::shared_ptr<const ServiceAllocations>;

// Of Services that events without a number have changed.
using ChangedServices = std::map<Uid, ServiceHoldings>;

// What one Service can't have, since others do. By default nothing. Lives no longer than `changed`.
class ServicePool {
 public:
  ServicePool() = default;
  // `changed` may be null; `own` is what the Service has already.
  ServicePool(ServiceAllocationsPtr all, const ChangedServices* changed, ServiceHoldings own);

  bool is_taken(const ServiceHolding& holding) const;

 private:
  ServiceAllocationsPtr all_;
  const ChangedServices* changed_ = nullptr;
  ServiceHoldings own_;
};

// Whether a completed Service has what it asked for and what its type needs: kInvalid for what
// another one has, kInternalError where nothing was left to draw.
Result<void> check_service_pool(const Value& service, const ServicePool& pool);

}  // namespace gatefold::engine
