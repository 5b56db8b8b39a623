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
  Revision until;     // the last one that it holds for; 0: it is one
  std::string where;  // column family or file
  std::string message;
  bool is_damage = true;  // false: the disk could not be read, which says nothing of what is on it
};

struct VerifyReport {
  Head head;
  std::uint64_t events = 0;
  std::uint64_t rows = 0;
  std::vector<Finding> findings;  // at most kFindingsMax of each `where`; empty: all is well
  bool truncated = false;
};

// One damaged family does not hide the others.
inline constexpr std::size_t kFindingsMax = 100;

// Streams through the log and every derived family; memory does not grow with either. A read error
// (a flipped byte on disk) is a finding that names the file, and which revisions can't be read for
// it. Rows are counted only where all that they follow from could be read: what is unreadable is
// named, and blames no intact family.
VerifyReport verify(const Store& store,
                    const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

}  // namespace gatefold::storage
