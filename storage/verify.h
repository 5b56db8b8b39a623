// Proof that the derived rows equal the fold of the log, and that the log's chain holds.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "storage/store.h"

namespace gatefold::storage {

struct Finding {
  Revision revision;  // 0 where it can't be said
  std::string where;  // column family or file
  std::string message;
};

struct VerifyReport {
  Head head;
  std::uint64_t events = 0;
  std::uint64_t rows = 0;
  std::vector<Finding> findings;  // at most kFindingsMax; empty: all is well
  bool truncated = false;
};

inline constexpr std::size_t kFindingsMax = 100;

// Streams through the log and every derived family; memory does not grow with either. A read error
// (a flipped byte on disk) is a finding that names the file.
VerifyReport verify(const Store& store,
                    const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

}  // namespace gatefold::storage
