#include "tools/gatefold/import_audit.h"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

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

std::unexpected<Status> wrong(const std::string& file, std::uint32_t line, std::string_view what) {
  return bad_request(fmt::format("{}, line {}: {}", file, line, what));
}

// False at the end of the file.
Result<bool> take_line(std::istream& in, std::string& line) {
  line.clear();
  for (int c = in.get(); c != '\n'; c = in.get()) {
    if (c == std::istream::traits_type::eof()) return !line.empty();
    if (line.size() >= kLineBytesMax) return bad_request("the line is too long");
    line += static_cast<char>(c);
  }
  return true;
}

Result<void> find_places(const std::string& file, std::uint32_t number,
                         std::vector<Place>& places) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return unavailable(file + " can't be read");
  std::string line;
  for (std::uint32_t count = 1;; ++count) {
    const auto offset = static_cast<std::uint64_t>(in.tellg());
    const auto taken = take_line(in, line);
    if (!taken) return wrong(file, count, taken.error().message);
    if (!*taken) return {};
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const auto time = engine::audit_time(line);
    if (!time) return wrong(file, count, time.error().message);
    places.push_back({*time, number, count, offset});
  }
}

}  // namespace

Result<engine::AuditCounts> import_audit(
    const std::vector<std::string>& files, storage::Store& store,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  std::vector<Place> places;
  for (std::uint32_t number = 0; number < files.size(); ++number) {
    auto found = find_places(files[number], number, places);
    if (!found) return std::unexpected(std::move(found.error()));
  }
  std::ranges::sort(places);
  std::vector<std::ifstream> streams;
  for (const auto& file : files) streams.emplace_back(file, std::ios::binary);
  storage::HistoryWriter writer(store);
  engine::AuditHistory history(writer);
  std::string line;
  for (const auto& place : places) {
    auto& in = streams[place.file];
    in.clear();
    in.seekg(static_cast<std::streamoff>(place.offset));
    const auto taken = take_line(in, line);
    if (!taken) return wrong(files[place.file], place.line, taken.error().message);
    auto record = engine::parse_audit_record(line);
    if (!record) return wrong(files[place.file], place.line, record.error().message);
    if (auto added = history.add(std::move(*record)); !added) {
      return std::unexpected(std::move(added.error()));
    }
    if (progress) progress(history.counts().records, places.size());
  }
  if (auto finished = history.finish(); !finished) {
    return std::unexpected(std::move(finished.error()));
  }
  return history.counts();
}

}  // namespace gatefold::tools
