// One process per data directory. RocksDB's own lock does not say who holds it; this one does.
#pragma once

#include <filesystem>
#include <memory>

#include "schema/status.h"

namespace gatefold::storage {

class DirectoryLock {
 public:
  // Writes `gatefold.pid` in the directory. kServiceUnavailable with the holder's pid where it is
  // taken.
  static Result<std::shared_ptr<DirectoryLock>> take(const std::filesystem::path& directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  explicit DirectoryLock(int file) : file_(file) {}
  int file_;
};

}  // namespace gatefold::storage
