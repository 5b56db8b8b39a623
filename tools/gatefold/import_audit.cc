#include "tools/gatefold/import_audit.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <fmt/format.h>
#include <unistd.h>

#include "schema/json.h"

namespace gatefold::tools {
namespace {

// A record holds a request and a response, each of at most 3 MB, and escapes.
constexpr std::size_t kLineBytesMax = std::size_t{32} << 20;

struct Place {
  Time time;
  std::uint32_t file = 0;
  std::uint32_t line = 0;  // from 1
  std::uint64_t offset = 0;
  auto operator<=>(const Place&) const = default;
};

std::string place_text(const std::string& file, std::uint32_t line) {
  return fmt::format("{}, line {}", file == kStandardInput ? "standard input" : file, line);
}

std::unexpected<Status> at_line(const std::string& file, std::uint32_t line, Status status) {
  status.message = fmt::format("{}: {}", place_text(file, line), status.message);
  return std::unexpected(std::move(status));
}

enum class Taken { kLine, kLineWithoutEnd, kNothing };

Result<Taken> take_line(std::istream& in, std::string& line) {
  line.clear();
  for (int c = in.get(); c != '\n'; c = in.get()) {
    if (c == std::istream::traits_type::eof()) {
      if (in.bad()) return unavailable("it can't be read");
      return line.empty() ? Taken::kNothing : Taken::kLineWithoutEnd;
    }
    if (line.size() >= kLineBytesMax) return bad_request("the line is too long");
    line += static_cast<char>(c);
  }
  return Taken::kLine;
}

// A copy that can be read twice, and is gone once it is closed.
Result<std::fstream> copy_of_standard_input() {
  auto path = (std::filesystem::temp_directory_path() / "gatefold-audit-XXXXXX").string();
  const int made = ::mkstemp(path.data());
  if (made < 0) return unavailable(path + " can't be made");
  std::fstream copy(path, std::ios::binary | std::ios::in | std::ios::out | std::ios::trunc);
  ::close(made);
  std::filesystem::remove(path);
  // Nothing to copy is a failure to iostreams.
  if (std::cin.peek() != std::istream::traits_type::eof()) copy << std::cin.rdbuf();
  copy.flush();
  if (std::cin.bad()) return unavailable("standard input can't be read");
  if (!copy) return unavailable("standard input can't be copied to " + path);
  copy.seekg(0);
  return copy;
}

Result<std::fstream> open_file(const std::string& file) {
  if (file == kStandardInput) return copy_of_standard_input();
  std::fstream in(file, std::ios::binary | std::ios::in);
  if (!in) return unavailable(file + " can't be read");
  return in;
}

Result<void> find_places(std::istream& in, const std::string& file, std::uint32_t number,
                         const AuditNews& news, std::vector<Place>& places) {
  std::string line;
  for (std::uint32_t count = 1;; ++count) {
    const auto offset = static_cast<std::uint64_t>(in.tellg());
    const auto taken = take_line(in, line);
    if (!taken) return at_line(file, count, taken.error());
    if (*taken == Taken::kNothing) return {};
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (*taken == Taken::kLineWithoutEnd && !parse_json(line)) {
      if (news.warn) news.warn(place_text(file, count) + ": it is cut off, and left out");
      return {};
    }
    const auto time = engine::audit_time(line);
    if (!time) return at_line(file, count, time.error());
    places.push_back({*time, number, count, offset});
    if (*taken == Taken::kLineWithoutEnd) return {};
  }
}

}  // namespace

Result<engine::AuditCounts> import_audit(const std::vector<std::string>& files,
                                         storage::Store& store, const AuditNews& news) {
  std::vector<Place> places;
  std::vector<std::fstream> streams;
  for (std::uint32_t number = 0; number < files.size(); ++number) {
    auto opened = open_file(files[number]);
    if (!opened) return std::unexpected(std::move(opened.error()));
    streams.push_back(std::move(*opened));
    auto found = find_places(streams.back(), files[number], number, news, places);
    if (!found) return std::unexpected(std::move(found.error()));
  }
  std::ranges::sort(places);
  storage::HistoryWriter writer(store);
  engine::AuditHistory history(writer);
  std::string line;
  for (const auto& place : places) {
    auto& in = streams[place.file];
    in.clear();
    in.seekg(static_cast<std::streamoff>(place.offset));
    const auto taken = take_line(in, line);
    if (!taken) return at_line(files[place.file], place.line, taken.error());
    if (*taken == Taken::kNothing) {
      return at_line(files[place.file], place.line, unavailable("it is gone").error());
    }
    auto record = engine::parse_audit_record(line);
    if (!record) return at_line(files[place.file], place.line, record.error());
    if (auto added = history.add(std::move(*record)); !added) {
      return std::unexpected(std::move(added.error()));
    }
    if (news.progress) news.progress(history.counts().records, places.size());
  }
  if (auto finished = history.finish(); !finished) {
    return std::unexpected(std::move(finished.error()));
  }
  return history.counts();
}

}  // namespace gatefold::tools
