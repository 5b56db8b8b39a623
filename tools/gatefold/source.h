// Where the reading tools read: a running server, or a data directory that no server holds.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/history.h"
#include "engine/view.h"
#include "schema/status.h"
#include "storage/store.h"

namespace gatefold::tools {

struct Source {
  std::string server;     // `http://HOST:PORT`
  std::string directory;  // exactly one of the two is given
};

// A data directory opened for reading, with a view of its head.
struct OpenDirectory {
  std::unique_ptr<storage::Store> store;
  engine::ViewPtr view;  // behind the store: its snapshot goes first
};

// Refuses a directory that does not exist or that a server holds (its pid is in the message).
Result<OpenDirectory> open_directory(const std::string& directory);

// A line of a source; kInternalError where it is no JSON.
Result<Value> parse_line(std::string_view text);

using LineSink = std::function<void(std::string_view)>;

// How far a log was read.
struct LogPosition {
  Revision seen;  // go on after it
  Revision head;  // the log's, when it was read
};

// A source that is read more than once: a directory is opened once, and stays as it was then.
class OpenSource {
 public:
  static Result<OpenSource> open(const Source& source);

  // A page of lines of engine::log_lines, all that there are of a directory's. `kind` and `object`
  // are words of the command line, which the source knows how to read; either may be empty, and so
  // are the query's own members for them.
  Result<LogPosition> read_page(engine::LogQuery query, const std::string& kind,
                                const std::string& object, bool wait, const LineSink& sink) const;
  // All pages, up to `query.until` or the head as it was when the first page was read, which is
  // answered. Shows how many there were where it takes long.
  Result<Revision> read_all(engine::LogQuery query, const std::string& kind,
                            const std::string& object, const LineSink& sink) const;
  // The last event at or before a time; 0 where there is none.
  Result<Revision> last_until(Time time) const;
  // engine::provenance_line.
  Result<std::string> read_provenance(Revision revision) const;
  // kExpired as storage::Snapshot::check_given() says; one that is yet to come, or no longer
  // kept, is fine.
  Result<void> check_given(Revision revision) const;
  // All lines of engine::timeline_lines. Answers until when they tell: a server's now; where the
  // log does not go on, as in a directory, its last event.
  Result<Time> read_timeline(const std::string& object, const LineSink& sink) const;
  // All lines of engine::sighting_lines. Answers until when they tell, as above.
  Result<Time> read_sightings(const LineSink& sink) const;
  // All lines of engine::kept_lines.
  Result<void> read_kept(const LineSink& sink) const;

 private:
  explicit OpenSource(std::string server) : server_(std::move(server)) {}

  std::string server_;
  std::optional<OpenDirectory> opened_;  // nothing for a server
};

// Hands the lines of `read`, which takes a LineSink, to `sink` as values. Fails where one is none.
template <class Read, class Sink>
auto read_values(const Read& read, const Sink& sink) -> decltype(read(LineSink())) {
  Result<void> failed;
  auto done = read(LineSink([&](std::string_view text) {
    if (!failed) return;
    const auto line = parse_line(text);
    if (line) {
      sink(*line);
    } else {
      failed = std::unexpected(line.error());
    }
  }));
  if (done && !failed) return std::unexpected(std::move(failed.error()));
  return done;
}

}  // namespace gatefold::tools
