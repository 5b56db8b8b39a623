// Which Services have which addresses, one moment after the other: a View has the one of its
// revision.
#pragma once

#include <map>
#include <string_view>

#include "engine/core/service_pool.h"
#include "storage/event.h"
#include "storage/snapshot.h"

namespace gatefold::engine {

// The writer's thread only.
class ServiceRegister {
 public:
  ServiceRegister() : allocations_(std::make_shared<const ServiceAllocations>()) {}

  // Forgets all and reads the Services that are stored.
  Result<void> load(const storage::Snapshot& snapshot);
  // Takes an event of any kind into account; `body` is the object's JSON.
  void note(const storage::Event& event, std::string_view body);

  const ServiceAllocationsPtr& allocations() const { return allocations_; }

 private:
  std::map<Uid, ServiceHoldings> held_;
  ServiceAllocationsPtr allocations_;
};

// What the Service has after the event; nothing after its end.
ServiceHoldings holdings_after(const storage::Event& event, std::string_view body);

inline constexpr std::string_view kServices = "services";

}  // namespace gatefold::engine
