#include "storage/database.h"

#include <algorithm>
#include <cstdarg>
#include <vector>

#include <rocksdb/iterator.h>
#include <spdlog/spdlog.h>

#include "storage/failures.h"
#include "storage/options.h"

namespace gatefold::storage {
namespace {

class NoLog : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

}  // namespace

std::shared_ptr<rocksdb::Logger> quiet_log() {
  return std::make_shared<NoLog>();
}

Database::Database(Location location)
    : location_(std::move(location)), frames_(kFrameCacheBytes), versions_(kVersionCacheBytes) {}

Result<std::shared_ptr<Database>> Database::open(const Location& location,
                                                 const FamilyChoice& wanted) {
  std::shared_ptr<Database> database(new Database(location));
  if (auto opened = database->open_families(wanted, /*to_drop=*/false); !opened) {
    return std::unexpected(std::move(opened.error()));
  }
  return database;
}

Result<std::shared_ptr<Database>> Database::open_to_drop(const Location& location) {
  std::shared_ptr<Database> database(new Database(location));
  if (auto opened = database->open_families({}, /*to_drop=*/true); !opened) {
    return std::unexpected(std::move(opened.error()));
  }
  return database;
}

Result<void> Database::open_families(const FamilyChoice& chosen, bool to_drop) {
  auto options = database_options(location_.env);
  if (to_drop) options.paranoid_checks = false;
  if (location_.read_only) options.info_log = quiet_log();
  cache_ = make_block_cache();
  const bool exists = location_.env->FileExists(location_.path + "/CURRENT").ok();
  std::vector<std::string> present;
  if (exists) {
    const auto listed = rocksdb::DB::ListColumnFamilies(options, location_.path, &present);
    if (!listed.ok()) return disk_failure(listed);
  } else if (location_.read_only) {
    return failure(Reason::kNotFound, location_.path + " is no data directory");
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
  std::vector<Family> families;
  for (const auto& family : kFamilies) {
    // RocksDB creates what is missing here one by one, and writes all options down after each.
    const bool is_there = exists ? std::ranges::find(present, family.name) != present.end()
                                 : family.family == Family::kMeta;
    if (!is_there || (chosen && !chosen(family))) continue;
    wanted.emplace_back(family.name, family_options(family.family, cache_));
    // Not even of what stays: whoever opens it next has the time for it.
    if (to_drop) wanted.back().options.disable_auto_compactions = true;
    families.push_back(family.family);
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const auto opened =
      location_.read_only
          ? rocksdb::DB::OpenForReadOnly(options, location_.path, wanted, &handles, &db)
          : rocksdb::DB::Open(options, location_.path, wanted, &handles, &db);
  if (!opened.ok()) return disk_failure(opened);
  db_.reset(db);
  for (std::size_t i = 0; i < families.size(); ++i) handles_[slot(families[i])] = handles[i];
  return exists ? Result<void>() : create_missing([](const FamilyInfo&) { return true; });
}

Database::~Database() {
  if (!db_) return;
  for (auto* const handle : handles_) {
    if (handle != nullptr) db_->DestroyColumnFamilyHandle(handle);
  }
  const auto closed = db_->Close();
  if (!closed.ok()) spdlog::warn("closing {}: {}", location_.path, closed.ToString());
}

Result<std::optional<std::string>> Database::read(Family family_name, std::string_view key) const {
  if (!has(family_name)) return not_folded();
  std::string value;
  const auto status = db_->Get(rocksdb::ReadOptions(), family(family_name), slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return disk_failure(status);
  return value;
}

rocksdb::Status Database::write(rocksdb::WriteBatch& batch, bool sync) const {
  rocksdb::WriteOptions options;
  options.disableWAL = location_.memory != nullptr;
  options.sync = sync && !options.disableWAL;
  return db_->Write(options, &batch);
}

Result<void> Database::flush() const {
  return check(db_->Flush(rocksdb::FlushOptions(), {handles_.begin(), handles_.end()}));
}

Result<void> Database::drop_family(Family family_name) {
  auto*& handle = handles_[slot(family_name)];
  if (const auto dropped = db_->DropColumnFamily(handle); !dropped.ok()) {
    return disk_failure(dropped);
  }
  db_->DestroyColumnFamilyHandle(handle);
  handle = nullptr;
  return {};
}

Result<void> Database::empty_family(Family family_name) {
  if (auto dropped = drop_family(family_name); !dropped) return dropped;
  return create_missing([&](const FamilyInfo& family) { return family.family == family_name; });
}

Result<void> Database::create_missing(const FamilyChoice& wanted) {
  std::vector<rocksdb::ColumnFamilyDescriptor> missing;
  std::vector<Family> families;
  for (const auto& family : kFamilies) {
    if (has(family.family) || !wanted(family)) continue;
    missing.emplace_back(family.name, family_options(family.family, cache_));
    families.push_back(family.family);
  }
  if (missing.empty()) return {};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const auto created = db_->CreateColumnFamilies(missing, &handles);
  // Those before the one that failed are there.
  for (std::size_t i = 0; i < handles.size(); ++i) handles_[slot(families[i])] = handles[i];
  return check(created);
}

Rows::Rows(const Database& database, Family family, const rocksdb::Snapshot* snapshot,
           std::string from, std::string until, bool fill_cache)
    : from_(std::move(from)),
      until_(std::move(until)),
      from_slice_(slice(from_)),
      until_slice_(slice(until_)),
      is_missing_(!database.has(family)) {
  if (is_missing_) {
    iterator_.reset(rocksdb::NewErrorIterator(rocksdb::Status::Incomplete()));
    return;
  }
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  options.fill_cache = fill_cache;
  if (!from_.empty()) options.iterate_lower_bound = &from_slice_;
  if (!until_.empty()) options.iterate_upper_bound = &until_slice_;
  iterator_.reset(database.db().NewIterator(options, database.family(family)));
  iterator_->SeekToFirst();
}

Result<void> Rows::status() const {
  if (is_missing_) return not_folded();
  return check(iterator_->status());
}

}  // namespace gatefold::storage
