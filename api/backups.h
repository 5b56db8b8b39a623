// Backups of the running server, one at a time, on a thread of their own:
//   POST /gatefold/v1/backup?to=NAME&keep=N, of the content type application/json
// `to` is a directory on the server's machine, below the one that the server was told of; `keep`
// (0: all) is how many backups stay there. The answer, when it is made, describes the backup.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "api/pipeline.h"
#include "storage/backup.h"

namespace gatefold::api {

class Backups {
 public:
  // Nothing is written anywhere but below `directory`. An empty one: backups are refused.
  explicit Backups(std::filesystem::path directory) : directory_(std::move(directory)) {}
  ~Backups() { stop(); }
  Backups(const Backups&) = delete;
  Backups& operator=(const Backups&) = delete;

  using Made = std::move_only_function<void(Result<storage::Backup>)>;
  // `made` is called exactly once, from the thread of backups unless what is returned is an error.
  Result<void> start(engine::ViewPtr view, std::string_view to, std::uint32_t keep, Made made);
  // Breaks off what is under way, and calls back; starts nothing any more.
  void stop();

 private:
  Result<std::filesystem::path> place(std::string_view to) const;

  const std::filesystem::path directory_;
  std::atomic<bool> is_busy_{false};
  std::mutex mutex_;
  bool is_closed_ = false;  // guarded by mutex_
  std::jthread thread_;     // likewise
};

bool is_backup(const Request& request);
std::optional<Reply> serve_backup(const Context& context, const Request& request, Done done,
                                  Post post);

// A backup as JSON.
std::string backup_text(const storage::Backup& backup);

}  // namespace gatefold::api
