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
    rocksdb::ColumnFamilyOptions options;
    options.disable_auto_compactions = true;  // files stay those that are named
    for (const auto& name : names) descriptors.emplace_back(name, options);
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
  std::string value(const std::string& name, const std::string& key) const {
    std::string found;
    REQUIRE(database_->Get({}, family(name), key, &found).ok());
    return found;
  }
  // The tables that hold its rows, by their names in the directory.
  std::vector<std::string> files_of(const std::string& name) const {
    std::vector<std::string> names;
    for (const auto& file : tables_of(name)) names.push_back(file.name.substr(1));
    return names;
  }
  // The largest of them.
  std::string file_of(const std::string& name) const {
    const auto files = tables_of(name);
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
  std::vector<rocksdb::LiveFileMetaData> tables_of(const std::string& name) const {
    std::vector<rocksdb::LiveFileMetaData> files;
    database_->GetLiveFilesMetaData(&files);
    std::erase_if(files, [&](const auto& file) { return file.column_family_name != name; });
    return files;
  }

  std::unique_ptr<rocksdb::DB> database_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

}  // namespace gatefold::test
