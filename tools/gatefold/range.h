// Which stretch of a log a command is about.
#pragma once

#include <optional>
#include <string>

#include "engine/history.h"
#include "schema/moment.h"
#include "tools/gatefold/source.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the name is the library's
class App;
}

namespace gatefold::tools {

// As on the command line; empty bounds nothing.
struct RangeOptions {
  std::string after;  // a revision or a time: what comes behind it
  std::string from;   // the same, itself included
  std::string until;  // a revision or a time, itself included
  std::string since;  // a time, itself included, or an age such as 2h or 3d
};

// --after, --since and --until.
void add_range(CLI::App& command, RangeOptions& options);

struct Range {
  std::optional<Moment> after;
  std::optional<Moment> until;
  std::optional<Time> since;

  // Puts the revisions of it into the query. kBadRequest where nothing had happened by its end,
  // kExpired where a revision is of another history.
  Result<void> apply(const OpenSource& source, engine::LogQuery& query) const;
};

// kBadRequest says which option can't be read. Ages count back from `now`.
Result<Range> parse_range(const RangeOptions& options, Time now);

// The clock of this machine.
Time range_now();

}  // namespace gatefold::tools
