// From Kubernetes audit logs to a history in a store.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/audit/audit_history.h"
#include "storage/store.h"

namespace gatefold::tools {

// The file that is standard input.
inline constexpr std::string_view kStandardInput = "-";

struct AuditNews {
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
  std::function<void(std::string_view)> warn;  // of what was left out
};

// Reads the files twice: for the order of their records, of which it remembers a few bytes each,
// and for what they say; standard input is copied to a file for that. Into an empty store. A last
// line that is cut off, as it is in a copy of a log that is being written, is left out, with a
// warning. The error names file and line.
Result<engine::AuditCounts> import_audit(const std::vector<std::string>& files,
                                         storage::Store& store, const AuditNews& news);

}  // namespace gatefold::tools
