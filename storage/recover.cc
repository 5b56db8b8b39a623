#include "storage/recover.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <openssl/rand.h>
#include <spdlog/spdlog.h>

#include "storage/failures.h"
#include "storage/kept.h"
#include "storage/records.h"

namespace gatefold::storage {
namespace {

Result<std::optional<std::uint64_t>> read_number(const Database& database, std::string_view key) {
  const auto bytes = database.read(Family::kMeta, key);
  if (!bytes) return std::unexpected(bytes.error());
  if (!*bytes) return std::nullopt;
  if ((*bytes)->size() != 8) return corruption(fmt::format("meta row {} can't be read", key));
  return read_u64(**bytes);
}

std::string encode_number(std::uint64_t number) {
  std::string bytes;
  append_u64(bytes, number);
  return bytes;
}

// The log ends with numbers that were passed over, once or several times in turn: its time is that
// of the event before.
Result<Head> head_at_seal(const Database& database, Revision revision, const Seal& seal) {
  Head head{revision, seal.after, {}};
  Rows rows(database, Family::kLog, nullptr, "", revision_key(seal.first));
  rows.seek_to_last();
  while (rows.valid() && parse_seal(rows.value())) rows.previous();
  if (auto status = rows.status(); !status) return std::unexpected(std::move(status.error()));
  const auto row = rows.valid() ? parse_log_row(rows.value()) : std::nullopt;
  if (!row) return head;
  const auto record = decode_record(row->record);
  if (!record) return std::unexpected(record.error());
  head.time = record->event.time;
  return head;
}

// From the last row of the log; all zeros where it is empty.
Result<Head> last_of_log(const Database& database) {
  if (!database.has(Family::kLog)) return Head{};
  Rows rows(database, Family::kLog, nullptr, "", "");
  rows.seek_to_last();
  if (!rows.valid()) {
    if (auto status = rows.status(); !status) return std::unexpected(std::move(status.error()));
    return Head{};
  }
  const auto revision = parse_revision_key(rows.key());
  const auto seal = parse_seal(rows.value());
  if (revision && seal) return head_at_seal(database, *revision, *seal);
  const auto row = parse_log_row(rows.value());
  if (!revision || !row) return corruption("the last row of the log can't be read");
  const auto record = decode_record(row->record);
  if (!record) return std::unexpected(record.error());
  const auto body = database.has(Family::kBodies) ? database.read(Family::kBodies, rows.key())
                                                  : std::optional<std::string>{};
  if (!body) return std::unexpected(body.error());
  if (!*body) return corruption(fmt::format("revision {} has no body", revision->number));
  return Head{*revision, row->chain, record->event.time};
}

Result<void> create(const Database& database) {
  const auto incarnation = new_incarnation();
  if (!incarnation) return std::unexpected(incarnation.error());
  rocksdb::WriteBatch batch;
  batch.Put(slice(kMetaFormat), encode_number(kFormatVersion));
  batch.Put(slice(kMetaFold), encode_number(kFoldVersion));
  batch.Put(slice(kMetaIncarnation), *incarnation);
  batch.Put(slice(kMetaHead), encode_head(Head{}));
  return check(database.write(batch, /*sync=*/true));
}

// Nothing of an older format is written anew; format 2 counts what is kept.
Result<void> raise_format(const Database& database) {
  if (auto counted = count_kept(database); !counted) return counted;
  rocksdb::WriteBatch batch;
  batch.Put(slice(kMetaFormat), encode_number(kFormatVersion));
  return check(database.write(batch, /*sync=*/true));
}

Result<void> check_format(const Database& database, bool read_only,
                          const std::optional<Head>& acknowledged) {
  const auto format = read_number(database, kMetaFormat);
  if (!format) return std::unexpected(format.error());
  if (!*format) {
    const auto last = last_of_log(database);
    if (!last) return std::unexpected(last.error());
    if (last->revision.number != 0) return corruption("there is a log, but no meta rows");
    if (acknowledged && acknowledged->revision.number != 0) {
      return corruption(fmt::format("revision {} was acknowledged, but there is no log",
                                    acknowledged->revision.number));
    }
    if (read_only) return failure(Reason::kNotFound, "the data directory is empty");
    return create(database);
  }
  if (**format < kFormatVersion && !read_only) return raise_format(database);
  return {};
}

Result<void> prove_acknowledged(const Database& database, const Head& last,
                                const Head& acknowledged) {
  if (acknowledged.revision.number == 0) return {};
  if (last.revision < acknowledged.revision) {
    return corruption(fmt::format("the log ends at revision {}, but revision {} was acknowledged",
                                  last.revision.number, acknowledged.revision.number));
  }
  const Rows rows(database, Family::kLog, nullptr, revision_key(acknowledged.revision), "");
  if (auto status = rows.status(); !status) return status;
  const bool is_there = rows.valid() && rows.key() == revision_key(acknowledged.revision);
  const auto seal = rows.valid() ? parse_seal(rows.value()) : std::nullopt;
  // Its record may have been dropped since; within a run nothing of it is left to be compared.
  if (!is_there && seal && seal->first <= acknowledged.revision) return {};
  const auto row = is_there ? parse_log_row(rows.value()) : std::nullopt;
  if (!(row && row->chain == acknowledged.chain) && !(seal && seal->after == acknowledged.chain)) {
    return corruption(fmt::format("revision {} is not what was acknowledged under this number",
                                  acknowledged.revision.number));
  }
  return {};
}

Result<bool> needs_refold(const Database& database) {
  const auto marker = database.read(Family::kMeta, kMetaRefold);
  if (!marker) return std::unexpected(marker.error());
  if (*marker) return true;
  const auto fold_version = read_number(database, kMetaFold);
  if (!fold_version) return std::unexpected(fold_version.error());
  if (*fold_version != kFoldVersion) return true;
  return false;
}

Result<std::string> read_incarnation(const Database& database) {
  auto incarnation = database.read(Family::kMeta, kMetaIncarnation);
  if (!incarnation) return std::unexpected(std::move(incarnation.error()));
  if (!*incarnation) return corruption("the meta row of the incarnation is missing");
  return std::move(**incarnation);
}

bool lacks(const Database& database, bool derived) {
  return std::ranges::any_of(kFamilies, [&](const FamilyInfo& family) {
    return family.is_derived == derived && !database.has(family.family);
  });
}

// Families that an existing directory lacks. Creating one is durable at once: before a derived one
// is there and empty, `meta` says that it must be folded anew.
Result<void> complete_families(Database& database, bool read_only) {
  const auto is_ours = check_truth(database);
  if (!is_ours) return std::unexpected(is_ours.error());
  const bool lacks_derived = lacks(database, /*derived=*/true);
  if (!lacks_derived && !lacks(database, /*derived=*/false)) return {};
  if (read_only) {
    if (lacks_derived && *is_ours) return not_folded();
    return unavailable("the directory lacks column families; open it for writing once");
  }
  if (lacks_derived && *is_ours) {
    if (auto marked = mark_for_refold(database); !marked) return marked;
  }
  if (auto created = database.create_missing(is_truth); !created) return created;
  return database.create_missing(&FamilyInfo::is_derived);
}

}  // namespace

Result<Head> prove_head(const Database& database, const std::optional<Head>& acknowledged) {
  const auto last = last_of_log(database);
  if (!last) return last;
  const auto meta = database.read(Family::kMeta, kMetaHead);
  if (!meta) return std::unexpected(meta.error());
  // Both are written in one batch, so that they differ only where one of them lost rows.
  if (*meta && (*meta)->size() != encode_head(Head{}).size()) {
    return corruption("the meta row of the head can't be read");
  }
  if (!*meta && last->revision.number != 0) {
    return corruption("the meta row of the head is missing");
  }
  if (*meta && **meta != encode_head(*last)) {
    return corruption(fmt::format(
        "the log ends at revision {}, but revision {} with another chain was committed last",
        last->revision.number, read_u64(**meta)));
  }
  if (acknowledged) {
    if (auto proven = prove_acknowledged(database, *last, *acknowledged); !proven) {
      return std::unexpected(std::move(proven.error()));
    }
  }
  return last;
}

std::optional<Head> told_head(const Database& database) {
  const auto bytes = database.read(Family::kMeta, kMetaHead);
  Head head;
  if (!bytes || !*bytes || (*bytes)->size() != encode_head(head).size()) return std::nullopt;
  head.revision = {read_u64(**bytes)};
  std::copy_n((*bytes)->begin() + sizeof(std::uint64_t), head.chain.size(), head.chain.begin());
  return head;
}

Result<bool> check_truth(const Database& database) {
  const auto format = read_number(database, kMetaFormat);
  if (!format) return std::unexpected(format.error());
  if (!*format) return false;
  if (**format > kFormatVersion) {
    return failure(Reason::kInternalError,
                   fmt::format("storage: the data directory has format {}, this program knows {}",
                               **format, kFormatVersion));
  }
  for (const auto truth : {Family::kLog, Family::kBodies}) {
    if (!database.has(truth)) {
      return corruption(fmt::format("the family {} is missing", info(truth).name));
    }
  }
  if (auto known = read_incarnation(database); !known) {
    return std::unexpected(std::move(known.error()));
  }
  return true;
}

Result<bool> begins_refold(const Database& database) {
  const auto is_ours = check_truth(database);
  if (!is_ours || !*is_ours) return is_ours;
  if (lacks(database, /*derived=*/true)) return true;
  const auto needed = needs_refold(database);
  if (!needed || !*needed) return needed;
  const auto goes_on = goes_on_folding(database);
  return goes_on ? Result<bool>(!*goes_on) : goes_on;
}

Result<std::string> new_incarnation() {
  std::array<unsigned char, 8> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    return failure(Reason::kInternalError, "storage: no random bytes for the incarnation");
  }
  std::string incarnation;
  for (const auto byte : random) incarnation += fmt::format("{:02x}", byte);
  return incarnation;
}

std::string encode_head(const Head& head) {
  std::string bytes;
  append_u64(bytes, head.revision.number);
  bytes.append(reinterpret_cast<const char*>(head.chain.data()), head.chain.size());
  return bytes;
}

Result<Recovered> recover_state(const std::shared_ptr<Database>& database, bool read_only,
                                const std::optional<Head>& acknowledged, const Progress& progress) {
  if (auto completed = complete_families(*database, read_only); !completed) {
    return std::unexpected(std::move(completed.error()));
  }
  if (auto known = check_format(*database, read_only, acknowledged); !known) {
    return std::unexpected(std::move(known.error()));
  }
  auto incarnation = read_incarnation(*database);
  if (!incarnation) return std::unexpected(std::move(incarnation.error()));
  const auto head = prove_head(*database, acknowledged);
  if (!head) return std::unexpected(head.error());
  const auto needed = needs_refold(*database);
  if (!needed) return std::unexpected(needed.error());
  if (*needed && read_only) return not_folded();
  if (*needed) {
    spdlog::info("folding {} events anew", head->revision.number);
    if (auto folded = refold(database, *head, progress); !folded) {
      return std::unexpected(std::move(folded.error()));
    }
  }
  return Recovered{*head, std::move(*incarnation)};
}

Result<Channel> settle_channel(const Database& database, bool read_only,
                               std::optional<Channel> wanted) {
  const auto bytes = database.read(Family::kMeta, kMetaChannel);
  if (!bytes) return std::unexpected(bytes.error());
  const auto noted = *bytes ? parse_channel(**bytes) : std::optional<Channel>{};
  if (*bytes && !noted && !wanted) {
    return failure(Reason::kInternalError,
                   fmt::format("storage: the data directory has channel {}, which this program "
                               "does not know",
                               **bytes));
  }
  const auto channel = wanted ? *wanted : noted.value_or(Channel::kStandard);
  if (read_only || noted == channel) return channel;
  if (*bytes) {
    // A warning: objects of kinds and versions that are no longer served can't be seen any more.
    spdlog::warn("the channel is {} from now on; it was {}", channel_name(channel), **bytes);
  }
  rocksdb::WriteBatch batch;
  batch.Put(slice(kMetaChannel), std::string(channel_name(channel)));
  if (auto written = check(database.write(batch, /*sync=*/true)); !written) {
    return std::unexpected(std::move(written.error()));
  }
  return channel;
}

}  // namespace gatefold::storage
