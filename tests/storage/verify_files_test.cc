// Verify names the file that is damaged, with the revisions that it costs.
#include <algorithm>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "storage/signing_key.h"
#include "storage/verify.h"
#include "tests/storage/verified.h"

namespace gatefold::test {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << bytes;
  REQUIRE(out.flush().good());
}

// Findings where one bit of a file is another; the file is put back.
std::vector<storage::Finding> flipped(const fs::path& file, std::size_t byte, int bit) {
  const auto before = read_file(file);
  auto bytes = before;
  bytes.at(byte) = static_cast<char>(bytes.at(byte) ^ (1 << bit));
  write_file(file, bytes);
  auto report = storage::verify_directory(file.parent_path());
  write_file(file, before);
  if (!report) FAIL(report.error().message);
  return std::move(report->findings);
}

bool names(const storage::Finding& finding, const std::string& file) {
  return finding.where == file || finding.message.find(file) != std::string::npos;
}

TEST_CASE("a flipped bit of the WAL is named with its file and revisions") {
  const ScratchDirectory live;
  const ScratchDirectory killed;
  {
    const auto store = open_store(live.path());
    Writer writer(*store);
    for (int i = 0; i < 20; ++i) writer.put("thing", fmt::format("{}", i));
    fs::copy(live.path(), killed.path(),
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  }
  fs::path wal;
  for (const auto& file : fs::directory_iterator(killed.path())) {
    if (file.path().extension() == ".log" && file.file_size() > 0) wal = file.path();
  }
  const auto size = fs::file_size(wal);
  REQUIRE(size < 32'768);
  Revision last;
  for (std::size_t byte = 3; byte < size; byte += 331) {
    for (const int bit : {0, 6}) {
      INFO("bit " << bit << " of byte " << byte << " of " << size);
      const auto findings = flipped(wal, byte, bit);
      REQUIRE(findings.size() == 1);
      const auto& finding = findings.front();
      INFO(finding.where << ": " << finding.message);
      CHECK(finding.is_damage);
      // Of the last commit's length nobody can tell damage from a crash, but for what was
      // acknowledged.
      CHECK((finding.where == wal.filename() || finding.where == "log"));
      if (finding.message.find("no event is in it") == std::string::npos) {
        CHECK(finding.until.number == 0);
        CHECK(finding.revision >= std::max(last, Revision{1}));
        last = finding.revision;
      }
    }
  }
  CHECK(last >= Revision{18});
}

TEST_CASE("a flipped bit of a table is named with its file and revisions") {
  const ScratchDirectory directory;
  write_history(directory.path());
  {
    const auto store = open_store(directory.path());
    REQUIRE(store->compact().has_value());
  }
  int tables = 0;
  for (const auto& entry : fs::directory_iterator(directory.path())) {
    if (entry.path().extension() != ".sst") continue;
    ++tables;
    const auto name = entry.path().filename().string();
    const auto size = entry.file_size();
    // Data, dictionary, filter, index, properties, footer and what pads it.
    for (const auto byte : {std::uintmax_t{4}, size / 5, size / 3, size / 2, size * 2 / 3,
                            size * 4 / 5, size - 55, size - 49, size - 30, size - 3}) {
      INFO("byte " << byte << " of " << size << " of " << name);
      const auto findings = flipped(entry.path(), byte, 3);
      REQUIRE_FALSE(findings.empty());
      for (const auto& finding : findings) {
        INFO(finding.where << ": " << finding.message);
        CHECK(finding.is_damage);
        CHECK(names(finding, name));
        const bool has_revisions = finding.where != "meta" && finding.where != "sightings";
        CHECK((!has_revisions || finding.revision > Revision{}));
      }
    }
  }
  CHECK(tables >= 8);
  CHECK(named(directory.path()) == Names{});
}

TEST_CASE("a flipped bit of what leads to the tables is named") {
  const ScratchDirectory directory;
  write_history(directory.path());
  const auto current = read_file(directory.path() / "CURRENT");
  for (std::size_t byte = 0; byte < current.size(); ++byte) {
    INFO("byte " << byte);
    const auto findings = flipped(directory.path() / "CURRENT", byte, 2);
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().where == "CURRENT");
    CHECK(findings.front().is_damage);
    CHECK(findings.front().until == Revision{18});
  }
  const auto name = current.substr(0, current.size() - 1);
  const auto size = fs::file_size(directory.path() / name);
  for (std::size_t byte = 11; byte < size; byte += size / 7) {
    INFO("byte " << byte << " of " << size);
    const auto findings = flipped(directory.path() / name, byte, 2);
    REQUIRE_FALSE(findings.empty());
    CHECK(findings.front().where == name);
    CHECK(findings.front().is_damage);
  }
}

TEST_CASE("what lies beside the database is looked at") {
  const ScratchDirectory directory;
  write_history(directory.path());
  const auto acknowledged = directory.path() / "acknowledged";
  for (std::size_t byte = 0; byte < 32; byte += 5) {
    const auto findings = flipped(acknowledged, byte, 1);
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().where == "acknowledged");
  }
  const auto key = storage::signing_key_path(directory.path());
  const auto findings = flipped(key, 3, 1);
  REQUIRE(findings.size() == 1);
  CHECK(findings.front().where == "service-account.key");
  CHECK(storage::verify_directory(directory.path())->is_end_known);
  fs::rename(acknowledged, directory.path() / "elsewhere");
  CHECK_FALSE(storage::verify_directory(directory.path())->is_end_known);
  // As a new directory has them.
  fs::remove(key);
  write_file(acknowledged, "");
  CHECK(named(directory.path()) == Names{});
}

TEST_CASE("commits that were acknowledged and are gone are named") {
  const ScratchDirectory live;
  const ScratchDirectory killed;
  {
    const auto store = open_store(live.path());
    Writer writer(*store);
    for (int i = 0; i < 5; ++i) writer.put("thing", fmt::format("{}", i));
    fs::copy(live.path(), killed.path(), fs::copy_options::recursive);
    for (int i = 0; i < 2; ++i) writer.put("thing", fmt::format("{}", i));
    fs::copy(live.path() / "acknowledged", killed.path() / "acknowledged",
             fs::copy_options::overwrite_existing);
  }
  CHECK(named(killed.path()) == Names{"log 6-7"});
}

// Whose rows are all in the WAL.
void write_young(const fs::path& directory, int count) {
  const ScratchDirectory live;
  const auto store = open_store(live.path());
  Writer writer(*store);
  for (int i = 0; i < count; ++i) writer.put("thing", fmt::format("{}", i));
  fs::copy(live.path(), directory, fs::copy_options::recursive);
}

TEST_CASE("a young directory whose commits are all gone is damaged, and not made anew") {
  const ScratchDirectory directory;
  write_young(directory.path(), 3);
  const auto remove_all = [&](std::string_view extension) {
    std::vector<fs::path> found;
    for (const auto& file : fs::directory_iterator(directory.path())) {
      if (file.path().extension() == extension) found.push_back(file.path());
    }
    REQUIRE_FALSE(found.empty());
    for (const auto& file : found) fs::remove(file);
  };
  Names expected{"log 1-3"};
  SECTION("its log is cut to nothing") {
    for (const auto& file : fs::directory_iterator(directory.path())) {
      if (file.path().extension() == ".log") fs::resize_file(file.path(), 0);
    }
  }
  SECTION("its log is not there") {
    remove_all(".log");
  }
  SECTION("its database is not there") {
    fs::remove(directory.path() / "CURRENT");
    expected = {"CURRENT 1-3"};
  }
  SECTION("nothing of it is there") {
    for (const auto& [name, bytes] : files_in(directory.path())) {
      if (name != "acknowledged") fs::remove(directory.path() / name);
    }
    expected = {"CURRENT 1-3"};
  }
  CHECK(named(directory.path()) == expected);
  const auto opened = storage::Store::open({.directory = directory.path()});
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().message.starts_with("corruption: "));
  CHECK(named(directory.path()) == expected);
}

TEST_CASE("a directory that has no commits yet is empty, and not damaged") {
  const ScratchDirectory directory;
  write_young(directory.path(), 0);
  for (const auto& file : fs::directory_iterator(directory.path())) {
    if (file.path().extension() == ".log") fs::resize_file(file.path(), 0);
  }
  const auto report = storage::verify_directory(directory.path());
  REQUIRE_FALSE(report.has_value());
  CHECK(report.error().reason == Reason::kNotFound);
}

}  // namespace
}  // namespace gatefold::test
