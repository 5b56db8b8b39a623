#include "tests/storage/faulty_file_system.h"

namespace gatefold::test {
namespace {

rocksdb::IOStatus status_of(Fault fault, Faults& faults) {
  if (fault == Fault::kNone) return rocksdb::IOStatus::OK();
  ++faults.failures;
  return fault == Fault::kNoSpace ? rocksdb::IOStatus::NoSpace("no space left on device")
                                  : rocksdb::IOStatus::IOError("input/output error");
}

class FaultyLog : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyLog(std::unique_ptr<rocksdb::FSWritableFile> file, std::shared_ptr<Faults> faults)
      : FSWritableFileOwnerWrapper(std::move(file)), faults_(std::move(faults)) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    if (auto status = status_of(faults_->append, *faults_); !status.ok()) return status;
    return FSWritableFileOwnerWrapper::Append(data, options, debug);
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& info,
                           rocksdb::IODebugContext* debug) override {
    if (auto status = status_of(faults_->append, *faults_); !status.ok()) return status;
    return FSWritableFileOwnerWrapper::Append(data, options, info, debug);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* debug) override {
    if (auto status = status_of(faults_->sync, *faults_); !status.ok()) return status;
    return FSWritableFileOwnerWrapper::Sync(options, debug);
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    if (auto status = status_of(faults_->sync, *faults_); !status.ok()) return status;
    return FSWritableFileOwnerWrapper::Fsync(options, debug);
  }

 private:
  std::shared_ptr<Faults> faults_;
};

}  // namespace

rocksdb::IOStatus FaultyFileSystem::NewWritableFile(const std::string& name,
                                                    const rocksdb::FileOptions& options,
                                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                                    rocksdb::IODebugContext* debug) {
  if (auto status = status_of(faults_->create, *faults_); !status.ok()) return status;
  auto status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
  if (status.ok() && name.ends_with(".log")) {
    *file = std::make_unique<FaultyLog>(std::move(*file), faults_);
  }
  return status;
}

rocksdb::IOStatus FaultyFileSystem::GetFreeSpace(const std::string& path,
                                                 const rocksdb::IOOptions& options,
                                                 std::uint64_t* free,
                                                 rocksdb::IODebugContext* debug) {
  if (faults_->free_bytes != 0) {
    *free = faults_->free_bytes;
    return rocksdb::IOStatus::OK();
  }
  return FileSystemWrapper::GetFreeSpace(path, options, free, debug);
}

std::unique_ptr<rocksdb::Env> faulty_env(std::shared_ptr<Faults> faults) {
  return rocksdb::NewCompositeEnv(std::make_shared<FaultyFileSystem>(std::move(faults)));
}

}  // namespace gatefold::test
