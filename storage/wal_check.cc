#include "storage/wal_check.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "storage/failures.h"

namespace gatefold::storage {
namespace {

// Masked checksum, length, type.
constexpr std::size_t kHeaderBytes = 7;
constexpr std::size_t kLengthAt = 4;
constexpr std::size_t kTypeAt = 6;
// The types that we write. Those of reused logs are 5 to 8, of compressed ones 9.
constexpr std::uint8_t kFull = 1;
constexpr std::uint8_t kFirst = 2;
constexpr std::uint8_t kMiddle = 3;
constexpr std::uint8_t kLast = 4;

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    number = number << 8 | static_cast<std::uint8_t>(bytes[i - 1]);
  }
  return number;
}

struct Header {
  std::uint32_t checksum = 0;
  std::size_t length = 0;
  std::uint8_t type = 0;
};

Header parse_header(std::string_view bytes) {
  return {little_endian(bytes.substr(0, kLengthAt)),
          little_endian(bytes.substr(kLengthAt, kTypeAt - kLengthAt)),
          static_cast<std::uint8_t>(bytes[kTypeAt])};
}

bool is_zero(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char byte) { return byte == '\0'; });
}

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t remainder = i;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = remainder >> 1 ^ ((remainder & 1U) != 0 ? 0x82f63b78U : 0U);
    }
    table.at(i) = remainder;
  }
  return table;
}

// CRC-32C, masked as RocksDB does.
std::uint32_t masked_checksum(std::string_view bytes) {
  static constexpr auto kTable = make_table();
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc = crc >> 8 ^ kTable.at((crc ^ static_cast<std::uint8_t>(byte)) & 0xffU);
  }
  crc = ~crc;
  return (crc >> 15 | crc << 17) + 0xa282ead8U;
}

bool is_record(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes) return false;
  const auto header = parse_header(bytes);
  return header.type >= kFull && header.type <= kLast &&
         header.length <= bytes.size() - kHeaderBytes &&
         masked_checksum(bytes.substr(kTypeAt, 1 + header.length)) == header.checksum;
}

// How far behind its beginning a whole record begins; its size where none does.
std::size_t next_record(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (is_record(bytes.substr(at))) return at;
  }
  return bytes.size();
}

// Whether a whole record begins anywhere in it: then what stands before was not the last to be
// written.
bool holds_record(std::string_view bytes) {
  return next_record(bytes) < bytes.size();
}

struct Wal {
  std::uint64_t number = 0;
  std::string name;
};

// In the order in which they were written, without those that are empty: opening that was broken
// off leaves such ones behind a torn log.
Result<std::vector<Wal>> list_wals(rocksdb::Env& env, const std::string& directory) {
  std::vector<std::string> names;
  const auto listed = env.GetChildren(directory, &names);
  if (listed.IsNotFound()) return std::vector<Wal>{};
  if (!listed.ok()) return disk_failure(listed);
  std::vector<Wal> wals;
  for (auto& name : names) {
    if (!name.ends_with(".log")) continue;
    Wal wal;
    const auto* const end = name.data() + name.size() - 4;
    const auto parsed = std::from_chars(name.data(), end, wal.number);
    if (parsed.ec != std::errc() || parsed.ptr != end) continue;
    std::uint64_t bytes = 0;
    const auto sized = env.GetFileSize(directory + "/" + name, &bytes);
    if (!sized.ok()) return disk_failure(sized);
    wal.name = std::move(name);
    if (bytes > 0) wals.push_back(std::move(wal));
  }
  std::ranges::sort(wals, {}, &Wal::number);
  return wals;
}

// Hands each block of a file over, until told to stop.
Result<void> read_blocks(rocksdb::Env& env, const std::string& path,
                         const std::function<bool(std::string_view block)>& take) {
  std::unique_ptr<rocksdb::SequentialFile> file;
  const auto opened = env.NewSequentialFile(path, &file, rocksdb::EnvOptions());
  if (!opened.ok()) return disk_failure(opened);
  std::string buffer(kWalBlockBytes, '\0');
  for (;;) {
    rocksdb::Slice block;
    const auto read = file->Read(kWalBlockBytes, &block, buffer.data());
    if (!read.ok()) return disk_failure(read);
    if (block.empty() || !take({block.data(), block.size()})) return {};
    if (block.size() < kWalBlockBytes) return {};
  }
}

// Puts the parts of records together, and passes over what is none.
class RecordWalk {
 public:
  RecordWalk(const std::function<void(std::string_view)>& record,
             const std::function<void(std::uint64_t)>& damage)
      : record_(record), damage_(damage) {}

  void add(std::string_view block) {
    const bool is_full = block.size() == kWalBlockBytes;
    while (block.size() >= kHeaderBytes && !is_zero(block)) {
      if (!is_record(block)) {
        const bool is_cut = !is_full && !holds_record(block.substr(1)) && is_cut_off(block);
        if (!is_cut) damage_(at_);
        is_broken_ = true;
        skip(block, next_record(block));
        continue;
      }
      const auto header = parse_header(block);
      take(header.type, block.substr(kHeaderBytes, header.length));
      skip(block, kHeaderBytes + header.length);
    }
    at_ += block.size();
  }

 private:
  static bool is_cut_off(std::string_view block) {
    const auto header = parse_header(block);
    return header.type >= kFull && header.type <= kLast &&
           header.length > block.size() - kHeaderBytes;
  }

  void skip(std::string_view& block, std::size_t bytes) {
    block.remove_prefix(bytes);
    at_ += bytes;
  }

  void take(std::uint8_t type, std::string_view part) {
    if (type == kFull || type == kFirst) {
      whole_.clear();
      is_broken_ = false;
    }
    // The rest of one whose beginning is damaged.
    if (is_broken_) return;
    whole_.append(part);
    if (type == kFull || type == kLast) record_(whole_);
  }

  const std::function<void(std::string_view)>& record_;
  const std::function<void(std::uint64_t)>& damage_;
  std::uint64_t at_ = 0;
  std::string whole_;
  bool is_broken_ = false;
};

Result<WalEnd> check_wal(rocksdb::Env& env, const std::string& directory, const std::string& name) {
  WalWalk walk;
  std::uint64_t at = 0;
  bool is_written = true;
  const auto read = read_blocks(env, directory + "/" + name, [&](std::string_view block) {
    is_written = walk.add(block);
    if (is_written) at += block.size();
    return is_written;
  });
  if (!read) return std::unexpected(read.error());
  if (is_written) return walk.end();
  return corruption(fmt::format("{}: the block at {} holds what was never written", name, at));
}

}  // namespace

bool WalWalk::add(std::string_view block) {
  const bool is_full = block.size() == kWalBlockBytes;
  if (ends_in_zeros_) return is_zero(block);
  while (block.size() >= kHeaderBytes) {
    if (is_zero(block.substr(0, kHeaderBytes))) {
      ends_in_zeros_ = true;
      return is_zero(block);
    }
    const auto header = parse_header(block);
    if (header.type < kFull || header.type > kLast) return false;
    if (header.length > block.size() - kHeaderBytes) {
      is_cut_ = true;
      return !is_full && !holds_record(block.substr(1));
    }
    in_record_ = header.type == kFirst || header.type == kMiddle;
    block.remove_prefix(kHeaderBytes + header.length);
  }
  // The rest of a full block is too small for a header; that of a short one is a part of it.
  if (!is_full && !block.empty()) is_cut_ = true;
  return true;
}

WalEnd WalWalk::end() const {
  return in_record_ || is_cut_ || ends_in_zeros_ ? WalEnd::kTorn : WalEnd::kComplete;
}

Result<std::vector<std::string>> wal_names(rocksdb::Env& env, const std::string& directory) {
  auto wals = list_wals(env, directory);
  if (!wals) return std::unexpected(std::move(wals.error()));
  std::vector<std::string> names;
  for (auto& wal : *wals) names.push_back(std::move(wal.name));
  return names;
}

Result<void> walk_log(rocksdb::Env& env, const std::string& path,
                      const std::function<void(std::string_view record)>& record,
                      const std::function<void(std::uint64_t at)>& damage) {
  RecordWalk walk(record, damage);
  return read_blocks(env, path, [&](std::string_view block) {
    walk.add(block);
    return true;
  });
}

Result<WalEnd> check_wals(rocksdb::Env& env, const std::string& directory) {
  const auto wals = list_wals(env, directory);
  if (!wals) return std::unexpected(wals.error());
  auto end = WalEnd::kComplete;
  for (const auto& wal : *wals) {
    if (end == WalEnd::kTorn) {
      return corruption(fmt::format("{}: a log before it ends within a record", wal.name));
    }
    const auto checked = check_wal(env, directory, wal.name);
    if (!checked) return checked;
    end = *checked;
  }
  return end;
}

}  // namespace gatefold::storage
