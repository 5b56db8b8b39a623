#include "engine/service_register.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "schema/json.h"
#include "schema/meta.h"

namespace gatefold::engine {

ServiceHoldings holdings_after(const storage::Event& event, std::string_view body) {
  if (event.type == storage::EventType::kDeleted) return {};
  const auto parsed = parse_json(body);
  return parsed ? holdings_of(parsed->value) : ServiceHoldings{};
}

Result<void> ServiceRegister::load(const storage::Snapshot& snapshot) {
  held_.clear();
  ServiceAllocations all;
  auto read = snapshot.scan(kServices, "", std::nullopt, [&](const storage::RowView& row) {
    const auto parsed = parse_json(row.body);
    if (!parsed) return true;  // it was stored as JSON; verify would say otherwise
    const auto uid = parse_uid(uid_of(parsed->value)).value_or(Uid{});
    auto holdings = holdings_of(parsed->value);
    all = all.with(uid, {}, holdings);
    held_.insert_or_assign(uid, std::move(holdings));
    return true;
  });
  if (!read) return read;
  allocations_ = std::make_shared<const ServiceAllocations>(std::move(all));
  return {};
}

void ServiceRegister::note(const storage::Event& event, std::string_view body) {
  if (event.key.resource != kServices) return;
  auto holdings = holdings_after(event, body);
  auto& held = held_[event.uid];
  if (held != holdings) {
    allocations_ =
        std::make_shared<const ServiceAllocations>(allocations_->with(event.uid, held, holdings));
  }
  held = std::move(holdings);
  if (event.type == storage::EventType::kDeleted) held_.erase(event.uid);
}

}  // namespace gatefold::engine
