#include "storage/options.h"

#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

namespace gatefold::storage {
namespace {

constexpr std::size_t kBlockCacheBytes = std::size_t{16} << 20;
// Bounds both what is replayed on opening (0.9 s for 123 MB, measured) and what the log takes
// before it is flushed.
constexpr std::uint64_t kWalBytesMax = std::uint64_t{48} << 20;
constexpr std::size_t kDeletionWindow = 1024;
constexpr std::size_t kDeletionsInWindow = 512;
constexpr std::size_t kDictionaryBytes = std::size_t{32} << 10;

std::size_t write_buffer_bytes(Family family) {
  switch (family) {
    case Family::kCurrent:
      return std::size_t{12} << 20;  // a full body for each event
    case Family::kLog:
    case Family::kBodies:
      return std::size_t{6} << 20;
    default:
      return std::size_t{2} << 20;
  }
}

// A read of the past takes one row of each from anywhere: a large block costs more to decompress
// than all else. The dictionary makes up for most of what small ones lose.
bool is_read_by_chance(Family family) {
  return family == Family::kBodies || family == Family::kVersions;
}

}  // namespace

std::shared_ptr<rocksdb::Cache> make_block_cache() {
  return rocksdb::NewLRUCache(kBlockCacheBytes, /*num_shard_bits=*/2);
}

rocksdb::DBOptions database_options(rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  // With the default, one flipped byte in the middle of the WAL silently drops what was
  // acknowledged after it.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;
  options.recycle_log_file_num = 0;
  // Unwritten extents make each WAL sync wait for the kernel to convert them.
  options.allow_fallocate = false;
  options.max_total_wal_size = kWalBytesMax;
  options.max_open_files = 256;
  options.max_background_jobs = 2;
  options.bytes_per_sync = std::uint64_t{512} << 10;
  // One thread writes: nothing to share out.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  // The default depends on how our own code is compiled.
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.max_log_file_size = std::size_t{1} << 20;
  options.keep_log_file_num = 4;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.skip_stats_update_on_db_open = true;
  // Blocks have checksums of their own, but not every byte of a table is in one.
  options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  // After a failed write the engine decides when to go on, not RocksDB.
  options.max_bgerror_resume_count = 0;
  return options;
}

rocksdb::ColumnFamilyOptions family_options(Family family,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;

  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = write_buffer_bytes(family);
  options.max_write_buffer_number = 3;
  options.target_file_size_base = std::uint64_t{16} << 20;
  options.level_compaction_dynamic_level_bytes = true;
  options.compression = rocksdb::kLZ4Compression;
  if (family == Family::kCurrent) {
    table.block_size = std::size_t{16} << 10;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    options.bottommost_compression = rocksdb::kLZ4Compression;
  } else {
    // Large blocks and a dictionary: neighbours in these families hardly differ. What is flushed
    // has LZ4, so that the first compaction rewrites it with zstd instead of moving the file.
    table.block_size = is_read_by_chance(family) ? std::size_t{4} << 10 : std::size_t{64} << 10;
    options.bottommost_compression = rocksdb::kZSTD;
    options.bottommost_compression_opts.enabled = true;
    options.bottommost_compression_opts.level = 3;
    options.bottommost_compression_opts.max_dict_bytes = kDictionaryBytes;
    options.bottommost_compression_opts.max_dict_buffer_bytes = std::uint64_t{8} << 20;
  }
  // Trimming deletes runs of rows; a file that is full of them is compacted before its turn, so
  // that the space comes back, and no iterator steps over them for long.
  options.table_properties_collector_factories.push_back(
      rocksdb::NewCompactOnDeletionCollectorFactory(kDeletionWindow, kDeletionsInWindow));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace gatefold::storage
