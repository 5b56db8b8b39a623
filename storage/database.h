// An open RocksDB with its families. Shared by the Store and all Snapshots: it closes when the last
// of them is gone. Included by .cc files only.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/write_batch.h>

#include "storage/acknowledged.h"
#include "storage/byte_cache.h"
#include "storage/directory_lock.h"
#include "storage/keyspace.h"
#include "storage/store.h"
#include "storage/version_marks.h"

namespace gatefold::storage {

// What outlives one opening of RocksDB. The order matters: files are closed before the lock is
// given back.
struct Location {
  std::shared_ptr<DirectoryLock> lock;         // absent in memory
  std::shared_ptr<Acknowledged> acknowledged;  // absent in memory
  std::shared_ptr<rocksdb::Env> memory;        // present in memory
  rocksdb::Env* env = nullptr;
  std::string path;
  bool read_only = false;
};

// For who only reads: RocksDB's own log is a file in the directory.
std::shared_ptr<rocksdb::Logger> quiet_log();

inline rocksdb::Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}
inline std::string_view view(const rocksdb::Slice& bytes) {
  return {bytes.data(), bytes.size()};
}

// Key frames, decompressed: most versions of an object need the same one.
using FrameCache = ByteCache<std::uint64_t, std::string>;
// By the key of the object. What trimming drops stays known: nobody may ask for it any more.
using VersionCache = ByteCache<std::string, VersionMarks>;

using FamilyChoice = std::function<bool(const FamilyInfo&)>;
inline bool is_truth(const FamilyInfo& family) {
  return !family.is_derived;
}

class Database {
 public:
  // Of what is there, the families that are `wanted`; all where it is empty. RocksDB opens some
  // alone for reading only. One that is left out is as one that is missing: reading it is
  // not_folded().
  static Result<std::shared_ptr<Database>> open(const Location& location,
                                                const FamilyChoice& wanted = {});
  // For writing, to drop families and close it again: files are looked at only when they are read,
  // and none is compacted. Damage to WALs is passed over: open it for reading before.
  static Result<std::shared_ptr<Database>> open_to_drop(const Location& location);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  rocksdb::DB& db() const { return *db_; }
  // Where its files are; nothing in memory.
  std::optional<std::string> directory() const {
    return location_.memory ? std::nullopt : std::optional(location_.path);
  }
  rocksdb::ColumnFamilyHandle* family(Family family) const { return handles_[slot(family)]; }
  // An existing directory is opened with the families that it has.
  bool has(Family wanted) const { return family(wanted) != nullptr; }
  // Creates the families of a sort that are missing.
  Result<void> create_missing(const FamilyChoice& wanted);

  // The row as it is now; nothing where there is none.
  Result<std::optional<std::string>> read(Family family, std::string_view key) const;
  // With `sync`, the rows are on the disk when it returns. In memory there is no WAL.
  rocksdb::Status write(rocksdb::WriteBatch& batch, bool sync) const;
  FrameCache& frames() const { return frames_; }
  VersionCache& versions() const { return versions_; }
  // Writes what is in memory to files.
  Result<void> flush() const;
  // Drops the family with its files, which need not be readable.
  Result<void> drop_family(Family family);
  // The same, and creates it empty.
  Result<void> empty_family(Family family);

 private:
  explicit Database(Location location);
  Result<void> open_families(const FamilyChoice& chosen, bool to_drop);

  Location location_;
  mutable FrameCache frames_;
  mutable VersionCache versions_;
  std::shared_ptr<rocksdb::Cache> cache_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount> handles_{};
};

// Rows of a family with keys in [from, until). An empty `until`: to the end of the family.
class Rows {
 public:
  Rows(const Database& database, Family family, const rocksdb::Snapshot* snapshot, std::string from,
       std::string until, bool fill_cache = true);
  Rows(const Rows&) = delete;  // the iterator points at the bounds
  Rows& operator=(const Rows&) = delete;

  bool valid() const { return iterator_->Valid(); }
  std::string_view key() const { return view(iterator_->key()); }
  std::string_view value() const { return view(iterator_->value()); }
  void next() { iterator_->Next(); }
  void previous() { iterator_->Prev(); }
  void seek(std::string_view key) { iterator_->Seek(slice(key)); }
  void seek_to_last() { iterator_->SeekToLast(); }
  // To be asked when valid() says no: the end, or a disk that can't be read.
  Result<void> status() const;

 private:
  std::string from_;
  std::string until_;
  rocksdb::Slice from_slice_;
  rocksdb::Slice until_slice_;
  bool is_missing_;  // the family
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

}  // namespace gatefold::storage
