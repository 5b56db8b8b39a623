// One writing process per data directory, or any number that read. RocksDB's own lock does not say
// who holds it; this one does.
#pragma once

#include <filesystem>
#include <memory>

#include "schema/status.h"

namespace gatefold::storage {

// kNotFound where there is no such directory; kInternalError where that can't be told.
Result<void> find_directory(const std::filesystem::path& directory);

class DirectoryLock {
 public:
  // For writing: puts this process' number into `gatefold.pid` of the directory.
  // kServiceUnavailable with the holder's number where it is taken, or read; kInternalError where
  // the file system can't tell.
  static Result<std::shared_ptr<DirectoryLock>> take(const std::filesystem::path& directory);
  // For reading, beside others that read: creates and writes nothing. kServiceUnavailable with the
  // writer's number where there is one. Where no writer ever was, or the file system has no locks,
  // nothing is held.
  static Result<std::shared_ptr<DirectoryLock>> share(const std::filesystem::path& directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  explicit DirectoryLock(int file) : file_(file) {}
  int file_;  // -1: nothing is held
};

}  // namespace gatefold::storage
