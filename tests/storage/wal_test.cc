// Whatever happens to a bit of the WAL: damage is named, or nothing acknowledged is lost.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "storage/wal_check.h"
#include "tests/storage/scratch.h"

namespace gatefold::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHeaderBytes = 7;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << bytes;
  REQUIRE(out.flush().good());
}

fs::path wal_of(const fs::path& directory) {
  fs::path found;
  for (const auto& file : fs::directory_iterator(directory)) {
    if (file.path().extension() == ".log" && file.file_size() > 0) found = file.path();
  }
  REQUIRE_FALSE(found.empty());
  return found;
}

void copy_directory(const fs::path& from, const fs::path& to) {
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
}

// A directory as `kill -9` leaves it behind some commits.
struct Killed {
  ScratchDirectory directory;
  storage::Head head;

  explicit Killed(int commits) {
    const ScratchDirectory live;
    const auto store = open_store(live.path());
    Writer writer(*store);
    for (int i = 0; i < commits; ++i) writer.put("thing", fmt::format("{}", i));
    head = store->head();
    copy_directory(live.path(), directory.path());
  }
};

// Opens a copy whose WAL has these bytes: "kept", "named", or what is wrong.
std::string opened_with(const Killed& killed, const std::string& wal) {
  const ScratchDirectory copy;
  copy_directory(killed.directory.path(), copy.path());
  write_file(copy.path() / wal_of(killed.directory.path()).filename(), wal);
  const auto store = storage::Store::open({.directory = copy.path()});
  if (!store) {
    const auto& message = store.error().message;
    return message.starts_with("corruption:") ? "named" : message;
  }
  const auto& head = (*store)->head();
  const bool is_kept = head.revision == killed.head.revision && head.chain == killed.head.chain;
  return is_kept ? "kept" : fmt::format("the head is {}", head.revision.number);
}

// Where the records of a WAL of one block begin.
std::vector<std::size_t> records_of(const std::string& wal) {
  std::vector<std::size_t> starts;
  for (std::size_t at = 0; at + kHeaderBytes <= wal.size();) {
    starts.push_back(at);
    at += kHeaderBytes + static_cast<std::uint8_t>(wal[at + 4]) +
          (std::size_t{static_cast<std::uint8_t>(wal[at + 5])} << 8);
  }
  return starts;
}

TEST_CASE("a flipped bit of a WAL's header is named or harmless, whichever it is") {
  const Killed killed(3);
  const auto wal = read_file(wal_of(killed.directory.path()));
  REQUIRE(wal.size() < storage::kWalBlockBytes);
  REQUIRE(opened_with(killed, wal) == "kept");
  const auto starts = records_of(wal);
  REQUIRE(starts.size() >= 4);
  // The checksum's bits are all alike: RocksDB sees them itself.
  for (const auto start : starts) {
    for (std::size_t at = start + 3; at < start + kHeaderBytes; ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        auto damaged = wal;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
        INFO("record at " << start << ", byte " << at << ", bit " << bit);
        REQUIRE(opened_with(killed, damaged) == "named");
      }
    }
  }
}

TEST_CASE("a flipped bit of a WAL's payload is named") {
  const Killed killed(3);
  const auto wal = read_file(wal_of(killed.directory.path()));
  for (std::size_t at = 50; at < wal.size(); at += 101) {
    auto damaged = wal;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    INFO("byte " << at);
    REQUIRE(opened_with(killed, damaged) == "named");
  }
}

TEST_CASE("a WAL cut off anywhere in what was acknowledged is named, and stays as it was") {
  const Killed killed(3);
  const auto wal = read_file(wal_of(killed.directory.path()));
  const auto last = records_of(wal).back();
  for (const auto end : {last, last + 1, last + kHeaderBytes, last + 40, wal.size() - 1}) {
    INFO("cut at " << end);
    CHECK(opened_with(killed, wal.substr(0, end)) == "named");
  }
  const auto file = wal_of(killed.directory.path());
  write_file(file, wal.substr(0, wal.size() - 1));
  REQUIRE_FALSE(storage::Store::open({.directory = killed.directory.path()}).has_value());
  write_file(file, wal);
  CHECK(open_store(killed.directory.path())->head().chain == killed.head.chain);
}

TEST_CASE("a database that vanished is named, not created anew") {
  const Killed killed(1);
  fs::remove(killed.directory.path() / "CURRENT");
  const auto store = storage::Store::open({.directory = killed.directory.path()});
  REQUIRE_FALSE(store.has_value());
  CHECK(store.error().message.starts_with("corruption:"));
}

TEST_CASE("a WAL before the last one that has content may not end within a record") {
  const Killed killed(3);
  const auto& path = killed.directory.path();
  const auto wal = read_file(wal_of(path));
  // As power that is lost leaves it: the bound is older.
  fs::remove(path / "acknowledged");
  write_file(wal_of(path), wal.substr(0, wal.size() - 1));
  SECTION("an empty one behind it was never used") {
    write_file(path / "900000.log", "");
    CHECK(open_store(path)->head().revision == Revision{2});
  }
  SECTION("one with content makes it a hole") {
    write_file(path / "900000.log", wal);
    const auto store = storage::Store::open({.directory = path});
    REQUIRE_FALSE(store.has_value());
    CHECK(store.error().message.starts_with("corruption:"));
  }
}

TEST_CASE("without the bound a length that grew is told by what follows it") {
  const Killed killed(3);
  const auto wal = read_file(wal_of(killed.directory.path()));
  const auto starts = records_of(wal);
  auto damaged = wal;
  auto& high = damaged[starts[starts.size() - 2] + 5];
  high = static_cast<char>(high | 0x40);
  storage::WalWalk walk;
  CHECK_FALSE(walk.add(damaged));
  storage::WalWalk whole;
  CHECK(whole.add(wal));
  CHECK(whole.end() == storage::WalEnd::kComplete);
  storage::WalWalk torn;
  CHECK(torn.add(wal.substr(0, wal.size() - 1)));
  CHECK(torn.end() == storage::WalEnd::kTorn);
  storage::WalWalk zeros;
  CHECK(zeros.add(wal + std::string(100, '\0')));
  CHECK(zeros.end() == storage::WalEnd::kTorn);
  auto gap = wal;
  std::fill_n(gap.begin() + static_cast<std::ptrdiff_t>(starts[1]), kHeaderBytes, '\0');
  storage::WalWalk holed;
  CHECK_FALSE(holed.add(gap));
}

}  // namespace
}  // namespace gatefold::test
