#include "storage/backup.h"

#include <algorithm>
#include <memory>
#include <system_error>

#include <fmt/format.h>
#include <rocksdb/env.h>
#include <rocksdb/utilities/backup_engine.h>

#include "schema/json.h"
#include "storage/failures.h"
#include "storage/pin.h"
#include "storage/signing_key.h"

namespace gatefold::storage {
namespace {

using BackupId = rocksdb::BackupID;

rocksdb::BackupEngineOptions engine_options(const std::filesystem::path& directory) {
  rocksdb::BackupEngineOptions options(directory.string());
  // Not the store's own: that may be one in memory.
  options.backup_env = rocksdb::Env::Default();
  return options;
}

Backup describe(const rocksdb::BackupInfo& info) {
  Backup backup{.id = info.backup_id,
                .time = {info.timestamp * kNsPerSecond},
                .revision = {},
                .incarnation = {},
                .bytes = info.size,
                .files = info.number_files};
  if (const auto parsed = parse_json(info.app_metadata)) {
    backup.revision = {static_cast<std::uint64_t>(integer_at(parsed->value, {"revision"}, 0))};
    backup.incarnation = string_at(parsed->value, {"incarnation"});
  }
  return backup;
}

std::filesystem::path key_path(const std::filesystem::path& directory, BackupId id) {
  return directory / fmt::format("service-account-{}.key", id);
}

// With the permissions of the file. No key is no error: there is one once a server ran.
Result<void> copy_key(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  const bool is_there = std::filesystem::exists(from, error);
  if (error) return unavailable(fmt::format("{}: {}", from.string(), error.message()));
  if (!is_there) return {};
  std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing, error);
  if (error) return unavailable(fmt::format("{}: {}", to.string(), error.message()));
  return {};
}

// Keys of backups that are gone.
void forget_keys(const std::filesystem::path& directory, const std::vector<Backup>& kept) {
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(directory, error)) {
    const auto name = file.path().filename().string();
    const bool is_key = name.starts_with("service-account-") && name.ends_with(".key");
    const bool is_kept = std::ranges::any_of(
        kept, [&](const Backup& backup) { return key_path(directory, backup.id) == file.path(); });
    if (is_key && !is_kept) std::filesystem::remove(file.path(), error);
  }
}

Result<std::unique_ptr<rocksdb::BackupEngineReadOnly>> open_to_read(
    const std::filesystem::path& directory) {
  std::error_code error;
  // BackupEngine would make an empty one.
  if (!std::filesystem::is_directory(directory / "meta", error)) {
    return failure(Reason::kNotFound, directory.string() + " holds no backups");
  }
  rocksdb::BackupEngineReadOnly* opened = nullptr;
  const auto status = rocksdb::BackupEngineReadOnly::Open(engine_options(directory),
                                                          rocksdb::Env::Default(), &opened);
  if (!status.ok()) return disk_failure(status);
  return std::unique_ptr<rocksdb::BackupEngineReadOnly>(opened);
}

std::vector<Backup> backups_of(const rocksdb::BackupEngineReadOnlyBase& engine) {
  std::vector<rocksdb::BackupInfo> infos;
  engine.GetBackupInfo(&infos);
  std::vector<Backup> backups;
  for (const auto& info : infos) backups.push_back(describe(info));
  std::ranges::sort(backups, {}, &Backup::id);
  return backups;
}

}  // namespace

Result<Backup> back_up(const Snapshot& snapshot, const std::filesystem::path& directory,
                       std::uint32_t keep, const std::stop_token& stop) {
  const auto provenance = snapshot.provenance(snapshot.head().revision);
  if (!provenance) return std::unexpected(provenance.error());
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return unavailable(fmt::format("{}: {}", directory.string(), error.message()));
  const auto& database = snapshot.pin_->database();
  rocksdb::BackupEngine* opened = nullptr;
  auto status =
      rocksdb::BackupEngine::Open(engine_options(directory), database.db().GetEnv(), &opened);
  if (!status.ok()) return disk_failure(status);
  const std::unique_ptr<rocksdb::BackupEngine> engine(opened);
  const auto metadata = to_json(JsonObject{{"revision", snapshot.head().revision.number},
                                           {"incarnation", provenance->incarnation}});
  rocksdb::CreateBackupOptions options;
  // Rows that are in memory only become files, which the next backup shares.
  options.flush_before_backup = true;
  options.progress_callback = [&] {
    if (stop.stop_requested()) engine->StopBackup();
  };
  if (stop.stop_requested()) return failure(Reason::kServerTimeout, "the backup was broken off");
  BackupId id = 0;
  status = engine->CreateNewBackupWithMetadata(options, &database.db(), metadata, &id);
  if (stop.stop_requested() && !status.ok()) {
    return failure(Reason::kServerTimeout, "the backup was broken off");
  }
  if (!status.ok()) return disk_failure(status);
  if (const auto key = database.directory(); key) {
    auto copied = copy_key(signing_key_path(*key), key_path(directory, id));
    if (!copied) return std::unexpected(std::move(copied.error()));
  }
  if (keep > 0) {
    status = engine->PurgeOldBackups(keep);
    if (!status.ok()) return disk_failure(status);
  }
  const auto backups = backups_of(*engine);
  forget_keys(directory, backups);
  const auto made = std::ranges::find(backups, id, &Backup::id);
  if (made == backups.end()) return unavailable("the backup is not there");
  return *made;
}

Result<std::vector<Backup>> list_backups(const std::filesystem::path& directory) {
  const auto engine = open_to_read(directory);
  if (!engine) return std::unexpected(engine.error());
  auto backups = backups_of(**engine);
  if (backups.empty()) {
    return failure(Reason::kNotFound, directory.string() + " holds no backups");
  }
  return backups;
}

Result<Backup> restore_backup(const std::filesystem::path& directory, std::uint32_t id,
                              const std::filesystem::path& target) {
  const auto backups = list_backups(directory);
  if (!backups) return std::unexpected(backups.error());
  const auto wanted =
      id == 0 ? std::prev(backups->end()) : std::ranges::find(*backups, id, &Backup::id);
  if (wanted == backups->end()) {
    return failure(Reason::kNotFound, fmt::format("{} holds no backup {}", directory.string(), id));
  }
  const auto engine = open_to_read(directory);
  if (!engine) return std::unexpected(engine.error());
  const auto proven = (*engine)->VerifyBackup(wanted->id, /*verify_with_checksum=*/true);
  if (!proven.ok()) return disk_failure(proven);
  const auto restored =
      (*engine)->RestoreDBFromBackup(wanted->id, target.string(), target.string());
  if (!restored.ok()) return disk_failure(restored);
  auto copied = copy_key(key_path(directory, wanted->id), signing_key_path(target));
  if (!copied) return std::unexpected(std::move(copied.error()));
  return *wanted;
}

}  // namespace gatefold::storage
