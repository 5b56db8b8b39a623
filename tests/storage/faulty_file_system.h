// A file system that fails when it is told to: the real one otherwise.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

namespace gatefold::test {

enum class Fault { kNone, kInputOutput, kNoSpace };

struct Faults {
  // Of the WAL's files alone; they fail until it is kNone again.
  std::atomic<Fault> sync{Fault::kNone};
  std::atomic<Fault> append{Fault::kNone};
  // Of every new file: the disk is gone.
  std::atomic<Fault> create{Fault::kNone};
  // 0: what the real one says.
  std::atomic<std::uint64_t> free_bytes{0};
  std::atomic<int> failures{0};
};

class FaultyFileSystem : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultyFileSystem(std::shared_ptr<Faults> faults)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), faults_(std::move(faults)) {}

  const char* Name() const override { return "FaultyFileSystem"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options,
                                 std::uint64_t* free, rocksdb::IODebugContext* debug) override;

 private:
  std::shared_ptr<Faults> faults_;
};

// An environment on such a file system.
std::unique_ptr<rocksdb::Env> faulty_env(std::shared_ptr<Faults> faults);

}  // namespace gatefold::test
