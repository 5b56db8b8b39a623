// RocksDB's write-ahead logs, looked at before RocksDB opens them. It verifies the checksum of
// every record that it replays; but a record whose type says that it belongs to a reused log, one
// that reaches beyond the file, and a block that begins with zeros end its reading without a word.
// Included by .cc files only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/env.h>

#include "schema/status.h"

namespace gatefold::storage {

inline constexpr std::size_t kWalBlockBytes = std::size_t{32} << 10;

enum class WalEnd : std::uint8_t {
  kComplete,
  kTorn,  // within a record: a crash while it was written, or damage to its length
};

// Walks over the headers of one log. Pure; keeps nothing of the blocks.
class WalWalk {
 public:
  // The next block; the last one may be shorter. False: no crash leaves this behind.
  bool add(std::string_view block);
  WalEnd end() const;

 private:
  bool in_record_ = false;
  bool is_cut_ = false;
  bool ends_in_zeros_ = false;
};

// The names of the WALs of a directory that have content, in the order in which they were written.
Result<std::vector<std::string>> wal_names(rocksdb::Env& env, const std::string& directory);

// Reads one of RocksDB's logs, a WAL or a MANIFEST: each record that is whole, and where what is
// none begins, but for a last one that is cut off. Keeps one record.
Result<void> walk_log(rocksdb::Env& env, const std::string& path,
                      const std::function<void(std::string_view record)>& record,
                      const std::function<void(std::uint64_t at)>& damage);

// All logs of a directory, in order. Only the last one with content may be torn; everything else is
// an error that starts "corruption:". Reads each file once, a block at a time.
Result<WalEnd> check_wals(rocksdb::Env& env, const std::string& directory);

}  // namespace gatefold::storage
