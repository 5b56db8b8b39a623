#include "storage/verify_files.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table_properties.h>
#include <rocksdb/write_batch.h>

#include "storage/acknowledged.h"
#include "storage/failures.h"
#include "storage/options.h"
#include "storage/signing_key.h"
#include "storage/wal_check.h"

namespace gatefold::storage {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{256} << 10;

using Tables = std::vector<rocksdb::LiveFileMetaData>;

const FamilyInfo* family_of(const rocksdb::LiveFileMetaData& table) {
  const auto* const found = std::ranges::find_if(
      kFamilies, [&](const FamilyInfo& family) { return family.name == table.column_family_name; });
  return found == kFamilies.end() ? nullptr : &*found;
}

// Nothing where it is not known.
std::optional<rocksdb::Status> check_whole(rocksdb::Env& env, const std::string& path,
                                           const rocksdb::LiveFileMetaData& table) {
  const auto factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  const auto generator = factory->CreateFileChecksumGenerator({path, {}});
  if (table.file_checksum_func_name != generator->Name()) return std::nullopt;
  std::unique_ptr<rocksdb::SequentialFile> file;
  auto opened = env.NewSequentialFile(path, &file, rocksdb::EnvOptions());
  if (!opened.ok()) return opened;
  std::string buffer(kChunkBytes, '\0');
  rocksdb::Slice chunk;
  do {
    auto read = file->Read(buffer.size(), &chunk, buffer.data());
    if (!read.ok()) return read;
    generator->Update(chunk.data(), chunk.size());
  } while (!chunk.empty());
  generator->Finalize();
  if (generator->GetChecksum() == table.file_checksum) return rocksdb::Status::OK();
  return rocksdb::Status::Corruption("its bytes are not what was written");
}

rocksdb::Status check_blocks(rocksdb::Env& env, const std::string& path) {
  const auto cache = make_block_cache();
  rocksdb::SstFileReader reader(
      rocksdb::Options(database_options(&env), family_options(Family::kLog, cache)));
  const auto opened = reader.Open(path);
  return opened.ok() ? reader.VerifyChecksum() : opened;
}

// Of a table of derived rows nobody can say which revisions are in it.
void add_table(const rocksdb::LiveFileMetaData& table, Revision head, const rocksdb::Status& status,
               Findings& findings) {
  const auto* const family = family_of(table);
  auto range = range_of(table);
  if (range.first.number == 0) {
    range.first = {1};
    range.last = head;
  }
  const auto name = table_name(table);
  const bool is_named = family != nullptr && family->family != Family::kMeta;
  findings.add({.revision = range.first,
                .until = range.last > range.first ? range.last : Revision{},
                .where = is_named            ? family->name
                         : family != nullptr ? "meta"
                                             : name,
                .message = fmt::format("{}: {}{}", name, status.ToString(), range.text),
                .is_damage = !status.IsIOError() || status.IsPathNotFound(),
                .is_derived = family != nullptr && family->is_derived});
}

void check_table(rocksdb::Env& env, const std::string& path, const rocksdb::LiveFileMetaData& table,
                 Revision head, Findings& findings) {
  const auto whole = check_whole(env, path, table);
  if (whole && whole->ok()) return;
  // Which block it is says more.
  const auto blocks = check_blocks(env, path);
  if (!blocks.ok()) {
    add_table(table, head, blocks, findings);
  } else if (whole) {
    add_table(table, head, *whole, findings);
  }
}

// As the MANIFEST has them; RocksDB looks into none of them. Nothing where it does not open even
// so.
std::optional<Tables> listed_tables(rocksdb::Env& env, const std::string& path) {
  auto options = database_options(&env);
  options.paranoid_checks = false;
  options.info_log = quiet_log();
  std::vector<std::string> names;
  if (!rocksdb::DB::ListColumnFamilies(options, path, &names).ok()) return std::nullopt;
  const auto cache = make_block_cache();
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.reserve(names.size());
  for (const auto& name : names) families.emplace_back(name, family_options(Family::kLog, cache));
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  if (!rocksdb::DB::OpenForReadOnly(options, path, families, &handles, &opened).ok()) {
    return std::nullopt;
  }
  const std::unique_ptr<rocksdb::DB> database(opened);
  Tables tables;
  database->GetLiveFilesMetaData(&tables);
  for (auto* const handle : handles) database->DestroyColumnFamilyHandle(handle);
  return tables;
}

// All that lie there, with the family that they name themselves.
Tables found_tables(rocksdb::Env& env, const std::string& path) {
  std::vector<std::string> names;
  Tables tables;
  if (!env.GetChildren(path, &names).ok()) return tables;
  std::ranges::sort(names);
  for (const auto& name : names) {
    if (!name.ends_with(".sst")) continue;
    rocksdb::LiveFileMetaData table;
    table.name = "/" + name;
    rocksdb::SstFileReader reader(
        rocksdb::Options(database_options(&env), family_options(Family::kLog, nullptr)));
    if (reader.Open(path + table.name).ok()) {
      table.column_family_name = reader.GetTableProperties()->column_family_name;
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

// The revisions that a batch of the WAL writes.
class BatchRevisions : public rocksdb::WriteBatch::Handler {
 public:
  explicit BatchRevisions(Revision before) : before_(before) {}

  rocksdb::Status PutCF(std::uint32_t family, const rocksdb::Slice& key,
                        const rocksdb::Slice& value) override {
    if (family == 0 && view(key) == kMetaHead && value.size() >= sizeof(std::uint64_t)) {
      last = {read_u64(view(value))};
    } else if (const auto revision = parse_revision_key(view(key)); family != 0 && revision) {
      // Rows of other families may have keys of this size, but no such numbers.
      const bool is_first = first.number == 0 || *revision < first;
      if (*revision > before_ && is_first) first = *revision;
    }
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteCF(std::uint32_t /*family*/, const rocksdb::Slice& /*key*/) override {
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteRangeCF(std::uint32_t /*family*/, const rocksdb::Slice& /*from*/,
                                const rocksdb::Slice& /*until*/) override {
    return rocksdb::Status::OK();
  }

  Revision first;  // 0: it writes no event
  Revision last;

 private:
  Revision before_;
};

// Goes through the WALs in order, and says of what is damaged between which intact revisions it
// lies.
class WalProof {
 public:
  WalProof(Revision in_tables, Revision acknowledged, Findings& findings)
      : last_(in_tables), acknowledged_(acknowledged), findings_(findings) {}

  void read(rocksdb::Env& env, const std::string& directory, const std::string& name) {
    const auto walked = walk_log(
        env, directory + "/" + name, [&](std::string_view record) { take(record); },
        [&](std::uint64_t at) { damaged_.emplace_back(name, at); });
    if (!walked) {
      findings_.add({.revision = last_.next(),
                     .until = {},
                     .where = name,
                     .message = walked.error().message,
                     .is_damage = false});
    }
  }

  void finish() { tell(acknowledged_, /*is_end=*/true); }

 private:
  void take(std::string_view record) {
    rocksdb::WriteBatch batch{std::string(record)};
    BatchRevisions revisions(last_);
    if (!batch.Iterate(&revisions).ok() || revisions.last.number == 0) return;
    const bool has_first = revisions.first.number != 0 && revisions.first <= revisions.last;
    tell({(has_first ? revisions.first : revisions.last).number - 1}, /*is_end=*/false);
    last_ = std::max(last_, revisions.last);
  }

  // What was damaged is behind `last_`, and before what follows on `until`.
  void tell(Revision until, bool is_end) {
    for (const auto& [name, at] : damaged_) {
      const bool has_events = until > last_ || (is_end && until.number == 0);
      findings_.add(
          {.revision = has_events ? last_.next() : Revision{},
           .until = has_events && until > last_.next() ? until : Revision{},
           .where = name,
           .message = fmt::format("corruption: the record at byte {} is not what was written{}", at,
                                  !has_events ? "; no event is in it"
                                  : is_end    ? "; what is behind revision " +
                                                 std::to_string(last_.number) + " can't be read"
                                           : "")});
    }
    damaged_.clear();
  }

  Revision last_;
  Revision acknowledged_;
  Findings& findings_;
  std::vector<std::pair<std::string, std::uint64_t>> damaged_;
};

// CURRENT, and the MANIFEST that it names.
void check_manifest(rocksdb::Env& env, const std::string& path, Revision head, Findings& findings) {
  const auto find = [&](const std::string& name, std::string message) {
    findings.add({.revision = {1},
                  .until = head.number > 1 ? head : Revision{},
                  .where = name,
                  .message = std::move(message)});
  };
  std::string current;
  const auto read = rocksdb::ReadFileToString(&env, path + "/CURRENT", &current);
  if (!read.ok()) {
    find("CURRENT", "corruption: " + read.ToString());
    return;
  }
  const bool has_form = current.starts_with("MANIFEST-") && current.ends_with('\n');
  const auto name = has_form ? current.substr(0, current.size() - 1) : std::string();
  if (!has_form || !env.FileExists(path + "/" + name).ok()) {
    find("CURRENT", "corruption: it names no MANIFEST that is there");
    return;
  }
  std::optional<std::uint64_t> damaged;
  const auto walked = walk_log(
      env, path + "/" + name, [](std::string_view) {},
      [&](std::uint64_t at) { damaged = damaged.value_or(at); });
  if (!walked) find(name, walked.error().message);
  if (damaged) {
    find(name, fmt::format("corruption: the record at byte {} is not what was written: which "
                           "tables there are is not known",
                           *damaged));
  }
}

Revision last_in_tables(const Tables& tables) {
  Revision last;
  for (const auto& table : tables) {
    if (table.column_family_name != info(Family::kLog).name) continue;
    last = std::max(last, parse_revision_key(table.largestkey).value_or(Revision{}));
  }
  return last;
}

}  // namespace

bool prove_small_files(const std::filesystem::path& directory, Findings& findings) {
  const auto add = [&](const std::string& name, std::string message, bool is_damage) {
    findings.add({.revision = {},
                  .until = {},
                  .where = name,
                  .message = std::move(message),
                  .is_damage = is_damage});
  };
  const auto acknowledged = Acknowledged::open(directory, /*read_only=*/true);
  const auto last = acknowledged ? (*acknowledged)->last() : std::unexpected(acknowledged.error());
  if (!last) {
    add("acknowledged", last.error().message, /*is_damage=*/false);
  } else if ((*acknowledged)->is_damaged()) {
    add("acknowledged",
        "corruption: it can't be read, so nobody knows whether the log holds all that was "
        "acknowledged; a server that opens the directory writes it anew",
        /*is_damage=*/true);
  }
  if (const auto key = kept_signing_key(directory, /*read_only=*/true); !key) {
    add(signing_key_path(directory).filename().string(), key.error().message, /*is_damage=*/true);
  }
  return last && *last;
}

void prove_tables(const Database& database, const Head& head, Findings& findings) {
  const auto directory = database.directory();
  if (!directory) return;
  Tables tables;
  database.db().GetLiveFilesMetaData(&tables);
  for (const auto& table : tables) {
    const auto name = table_name(table);
    if (findings.names(name)) continue;
    check_table(*database.db().GetEnv(), *directory + "/" + name, table, head.revision, findings);
  }
}

void prove_closed_files(const std::filesystem::path& directory, Findings& findings) {
  auto& env = *rocksdb::Env::Default();
  const auto path = directory.string();
  const auto opened = Acknowledged::open(directory, /*read_only=*/true);
  const auto last = opened ? (*opened)->last().value_or(std::nullopt) : std::optional<Head>();
  const auto head = last.value_or(Head{}).revision;
  check_manifest(env, path, head, findings);
  const auto listed = listed_tables(env, path);
  const auto tables = listed ? *listed : found_tables(env, path);
  for (const auto& table : tables) {
    check_table(env, path + "/" + table_name(table), table, head, findings);
  }
  const auto wals = wal_names(env, path);
  if (!wals) return;
  WalProof proof(last_in_tables(tables), head, findings);
  for (const auto& name : *wals) proof.read(env, path, name);
  proof.finish();
}

}  // namespace gatefold::storage
