// From Kubernetes audit logs to a history in a store.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/audit/audit_history.h"
#include "storage/store.h"

namespace gatefold::tools {

// Reads the files twice: for the order of their records, of which it remembers a few bytes each,
// and for what they say. Into an empty store. The error names file and line.
Result<engine::AuditCounts> import_audit(
    const std::vector<std::string>& files, storage::Store& store,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress);

}  // namespace gatefold::tools
