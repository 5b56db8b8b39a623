// Where the reading tools read: a running server, or a data directory that no server holds.
#pragma once

#include <functional>
#include <memory>
#include <string>

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
  engine::ViewPtr view;
  // Snapshots go before the store.
  ~OpenDirectory() { view.reset(); }
  OpenDirectory() = default;
  OpenDirectory(OpenDirectory&&) = default;
  OpenDirectory& operator=(OpenDirectory&&) = default;
};

// Refuses a directory that does not exist or that a server holds (its pid is in the message).
Result<OpenDirectory> open_directory(const std::string& directory);

using LineSink = std::function<void(std::string_view)>;

// How far a log was read.
struct LogPosition {
  Revision seen;  // go on after it
  Revision head;  // the log's, when it was read
};

// Lines of engine::log_lines: all of a directory's, a page of a server's. `wait`: a server is asked
// to wait for news.
Result<LogPosition> read_log(const Source& source, const engine::LogQuery& query,
                             const std::string& kind, bool wait, const LineSink& sink);
// All of an open directory's.
Result<LogPosition> read_log(const OpenDirectory& opened, const engine::LogQuery& query,
                             const std::string& kind, const LineSink& sink);
// All lines of engine::timeline_lines.
Result<void> read_timeline(const Source& source, const std::string& object, const LineSink& sink);

}  // namespace gatefold::tools
