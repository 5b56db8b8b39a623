// Proof that the derived rows equal the fold of the log, that the log's chain holds, and that what
// is gone went for a reason that is told.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "storage/store.h"

namespace gatefold::storage {

struct Finding {
  Revision revision;  // 0 where it can't be said
  Revision until;     // the last one that it holds for; 0: it is one
  std::string where;  // column family (`meta` for RocksDB's default one) or file
  std::string message;
  bool is_damage = true;  // false: the disk could not be read, which says nothing of what is on it
  bool is_derived = false;  // it is made anew by folding the log (StoreOptions::refold)
};

struct VerifyReport {
  Head head;
  std::uint64_t events = 0;
  std::uint64_t rows = 0;
  std::vector<Finding> findings;  // at most kFindingsMax of each `where`; empty: all is well
  bool truncated = false;
  // What was acknowledged last is known. Where it is not, a log that lost its end looks whole.
  bool is_end_known = true;
};

// One damaged family does not hide the others.
inline constexpr std::size_t kFindingsMax = 100;

using VerifyProgress = std::function<void(std::uint64_t, std::uint64_t)>;

// Streams through the log and every family; memory does not grow with either. Each damaged thing is
// named once, with the exact revision where it is a row; a read error (a flipped byte on disk) with
// the file, and which revisions can't be read for it. What depends on something damaged is not
// blamed, and not proven.
//
// What was dropped can't be read, but has to be told: content by an event of a redaction or by how
// far retention of its resource came, records by their number. Of a fork less can be proven: what
// told of it may have stayed behind.
VerifyReport verify(const Store& store, const VerifyProgress& progress = {});

// The same of a directory that nobody writes to, and of its files: also of what lies beside the
// database, and where the database can't be opened for damage. kNotFound where there is none,
// kServiceUnavailable where it is held, or has to be opened for writing first.
Result<VerifyReport> verify_directory(const std::filesystem::path& directory,
                                      const VerifyProgress& progress = {});

}  // namespace gatefold::storage
