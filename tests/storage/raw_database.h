// The rows of a closed store, past everything that the room checks.
#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <rocksdb/db.h>

namespace gatefold::test {

// A directory opened with RocksDB alone, to do what Gatefold never does.
class RawDatabase {
 public:
  explicit RawDatabase(const std::filesystem::path& directory) {
    std::vector<std::string> names;
    REQUIRE(rocksdb::DB::ListColumnFamilies({}, directory, &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const auto& name : names) descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions());
    rocksdb::DB* opened = nullptr;
    REQUIRE(rocksdb::DB::Open({}, directory, descriptors, &handles_, &opened).ok());
    database_.reset(opened);
  }
  ~RawDatabase() {
    for (auto* handle : handles_) database_->DestroyColumnFamilyHandle(handle);
  }
  RawDatabase(const RawDatabase&) = delete;
  RawDatabase& operator=(const RawDatabase&) = delete;

  rocksdb::ColumnFamilyHandle* family(const std::string& name) const {
    const auto found = std::ranges::find_if(
        handles_, [&](const auto* handle) { return handle->GetName() == name; });
    REQUIRE(found != handles_.end());
    return *found;
  }
  std::pair<std::string, std::string> first_row(const std::string& name) const {
    const std::unique_ptr<rocksdb::Iterator> row(database_->NewIterator({}, family(name)));
    row->SeekToFirst();
    REQUIRE(row->Valid());
    return {row->key().ToString(), row->value().ToString()};
  }
  std::vector<std::pair<std::string, std::string>> rows(const std::string& name) const {
    std::vector<std::pair<std::string, std::string>> found;
    const std::unique_ptr<rocksdb::Iterator> row(database_->NewIterator({}, family(name)));
    for (row->SeekToFirst(); row->Valid(); row->Next()) {
      found.emplace_back(row->key().ToString(), row->value().ToString());
    }
    return found;
  }
  // The largest table that holds its rows, by its name in the directory.
  std::string file_of(const std::string& name) const {
    std::vector<rocksdb::LiveFileMetaData> files;
    database_->GetLiveFilesMetaData(&files);
    std::erase_if(files, [&](const auto& file) { return file.column_family_name != name; });
    const auto largest = std::ranges::max_element(files, {}, &rocksdb::LiveFileMetaData::size);
    REQUIRE(largest != files.end());
    return largest->name.substr(1);
  }
  void put(const std::string& name, const std::string& key, const std::string& value) {
    REQUIRE(database_->Put({}, family(name), key, value).ok());
  }
  void drop(const std::string& name) { REQUIRE(database_->DropColumnFamily(family(name)).ok()); }
  void create(const std::string& name) {
    rocksdb::ColumnFamilyHandle* handle = nullptr;
    REQUIRE(database_->CreateColumnFamily({}, name, &handle).ok());
    handles_.push_back(handle);
  }
  void remove(const std::string& name, const std::string& key) {
    REQUIRE(database_->Delete({}, family(name), key).ok());
  }

 private:
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

}  // namespace gatefold::test
