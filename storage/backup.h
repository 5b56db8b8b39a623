// Backups: RocksDB's BackupEngine, which copies what an earlier backup in the same directory does
// not have yet. A backup holds one moment of the log and all its rows, and the key of service
// accounts' tokens beside them. Any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "schema/status.h"
#include "schema/time.h"
#include "storage/snapshot.h"

namespace gatefold::storage {

struct Backup {
  std::uint32_t id = 0;
  Time time;                // whole seconds
  Revision revision;        // the head when it began; it may hold later events
  std::string incarnation;  // of the directory that it is of
  std::uint64_t bytes = 0;  // that it would restore; files are shared with other backups
  std::uint32_t files = 0;
};

// Makes one while the store goes on; what was committed before the call is in it. Keeps RocksDB
// open as long as it takes. `keep`: so many stay, older ones go; 0: all stay. kServerTimeout once
// `stop` was asked for. One at a time in a directory.
Result<Backup> back_up(const Snapshot& snapshot, const std::filesystem::path& directory,
                       std::uint32_t keep, const std::stop_token& stop);

// Oldest first. kNotFound where the directory is none or holds no backup.
Result<std::vector<Backup>> list_backups(const std::filesystem::path& directory);

// Proves the checksums of all its files, then writes it into the empty directory `target`. `id` 0:
// the latest. The directory is that of the server that was backed up until Store::begin_epoch().
Result<Backup> restore_backup(const std::filesystem::path& directory, std::uint32_t id,
                              const std::filesystem::path& target);

}  // namespace gatefold::storage
