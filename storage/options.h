// How RocksDB is set up; what each setting is worth stands in README.md. Included by .cc files
// only.
#pragma once

#include <memory>

#include <rocksdb/cache.h>
#include <rocksdb/options.h>

#include "storage/keyspace.h"

namespace gatefold::storage {

// Decompressed key frames: those of a thousand objects of 3 KB.
inline constexpr std::size_t kFrameCacheBytes = std::size_t{4} << 20;
// When objects' versions held: a million of them.
inline constexpr std::size_t kVersionCacheBytes = std::size_t{12} << 20;

std::shared_ptr<rocksdb::Cache> make_block_cache();
rocksdb::DBOptions database_options(rocksdb::Env* env);
rocksdb::ColumnFamilyOptions family_options(Family family,
                                            const std::shared_ptr<rocksdb::Cache>& cache);

}  // namespace gatefold::storage
