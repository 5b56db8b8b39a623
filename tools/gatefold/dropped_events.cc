#include "tools/gatefold/dropped_events.h"

#include <fmt/format.h>

#include "schema/json.h"
#include "tools/gatefold/print.h"

namespace gatefold::tools {
namespace {

// The source knows what the word names, and its events say it. Empty where none of them is left:
// then nobody knows which of those that were dropped they were.
Result<std::string> resource_of(const OpenSource& source, const std::string& kind) {
  std::string resource;
  engine::LogQuery query;
  query.limit = 1;
  const auto read = read_values(
      [&](const LineSink& lines) {
        return source.read_page(query, kind, {}, /*wait=*/false, lines);
      },
      [&](const Value& line) { resource = string_at(line, {"object", "resource"}); });
  if (!read) return std::unexpected(read.error());
  return resource;
}

}  // namespace

Result<void> tell_dropped(const OpenSource& source, const std::string& kind, Revision after) {
  std::string dropped;
  const auto note = [&](const Value& line, const std::string& wanted) {
    const auto resource = string_at(line, {"resource"});
    const auto last = static_cast<std::uint64_t>(integer_at(line, {"lastDropped"}, 0));
    if (last <= after.number || (!wanted.empty() && wanted != resource)) return;
    dropped +=
        fmt::format("{}of {} up to revision {}", dropped.empty() ? "" : ", ", resource, last);
  };
  auto wanted = kind.empty() ? Result<std::string>() : resource_of(source, kind);
  if (!wanted) return std::unexpected(std::move(wanted.error()));
  auto read = read_values([&](const LineSink& lines) { return source.read_kept(lines); },
                          [&](const Value& line) { note(line, *wanted); });
  if (!read) return read;
  if (!dropped.empty()) say(stderr, "gatefold: not all events are kept: {}\n", dropped);
  return {};
}

}  // namespace gatefold::tools
