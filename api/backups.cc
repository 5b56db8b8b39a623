#include "api/backups.h"

#include <charconv>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "schema/json.h"

namespace gatefold::api {
namespace {

constexpr std::string_view kBackupPath = "/gatefold/v1/backup";

Result<std::uint32_t> parse_keep(std::string_view text) {
  std::uint32_t keep = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), keep);
  if (!text.empty() && (error != std::errc() || end != text.data() + text.size())) {
    return bad_request(fmt::format("keep: not a number: {}", text));
  }
  return keep;
}

}  // namespace

std::string backup_text(const storage::Backup& backup) {
  return to_json(JsonObject{{"id", backup.id},
                            {"time", format_seconds(backup.time)},
                            {"revision", backup.revision.number},
                            {"incarnation", backup.incarnation},
                            {"bytes", backup.bytes},
                            {"files", backup.files}});
}

// Symbolic links and `..` count for where they lead to.
Result<std::filesystem::path> Backups::place(std::string_view to) const {
  if (directory_.empty()) {
    return failure(Reason::kForbidden,
                   "the server makes no backups: it was started without --backup-dir");
  }
  std::error_code error;
  const auto below = std::filesystem::weakly_canonical(directory_, error);
  auto place = std::filesystem::weakly_canonical(below / to, error);
  const auto relative = place.lexically_relative(below);
  if (error || relative.empty() || *relative.begin() == "..") {
    return failure(Reason::kForbidden,
                   fmt::format("backups are made below {} only", directory_.string()));
  }
  return place;
}

Result<void> Backups::start(engine::ViewPtr view, std::string_view to, std::uint32_t keep,
                            Made made) {
  auto directory = place(to);
  if (!directory) return std::unexpected(std::move(directory.error()));
  const std::scoped_lock lock(mutex_);
  if (is_closed_) return unavailable("the server is shutting down");
  if (is_busy_.exchange(true)) {
    auto busy = failure(Reason::kTooManyRequests, "a backup is being made");
    busy.error().details.retry_after_seconds = 1;
    return busy;
  }
  // The last one is through but for calling back, which only posts.
  thread_ = std::jthread([this, snapshot = view->snapshot, directory = std::move(*directory), keep,
                          made = std::move(made)](const std::stop_token& stop) mutable {
    Result<storage::Backup> backup;
    try {
      backup = storage::back_up(*snapshot, directory, keep, stop);
    } catch (const std::exception& failure) {
      backup = internal_error(failure.what());
    }
    snapshot.reset();
    is_busy_ = false;
    made(std::move(backup));
  });
  return {};
}

void Backups::stop() {
  const std::scoped_lock lock(mutex_);
  is_closed_ = true;
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

bool is_backup(const Request& request) {
  return request.method == "POST" && request.path == kBackupPath;
}

std::optional<Reply> serve_backup(const Context& context, const Request& request, Done done,
                                  Post post) {
  // What a page in a browser may send to everybody is not enough.
  if (!request.content_type.starts_with("application/json")) {
    return error_response(bad_request("the content type must be application/json").error());
  }
  auto view = context.engine.view();
  if (view == nullptr) {
    return error_response(unavailable("the store is being opened again").error());
  }
  const auto keep = parse_keep(request.query.value("keep"));
  if (!keep) return error_response(keep.error());
  const auto to = request.query.value("to");
  if (to.empty()) {
    return error_response(
        bad_request("to: names the directory, below that of --backup-dir").error());
  }
  if (context.backups == nullptr) {
    return error_response(failure(Reason::kForbidden, "the server makes no backups").error());
  }
  auto started = context.backups->start(
      std::move(view), to, *keep,
      [done = std::move(done), post = std::move(post)](Result<storage::Backup> backup) mutable {
        post([done = std::move(done), backup = std::move(backup)]() mutable {
          done(backup ? json_response(201, backup_text(*backup)) : error_response(backup.error()));
        });
      });
  if (!started) return error_response(started.error());
  return std::nullopt;
}

}  // namespace gatefold::api
