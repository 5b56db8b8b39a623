#include "storage/directory_lock.h"

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

namespace gatefold::storage {
namespace {

std::string read_holder(int file) {
  std::array<char, 32> text{};
  const auto size = pread(file, text.data(), text.size(), 0);
  std::string holder(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!holder.empty() && holder.back() == '\n') holder.pop_back();
  return holder.empty() ? "unknown" : holder;
}

std::filesystem::path lock_path(const std::filesystem::path& directory) {
  return directory / "gatefold.pid";
}

std::unexpected<Status> not_opened(const std::filesystem::path& path, int error) {
  return failure(Reason::kInternalError, fmt::format("storage: {}: {}", path.string(),
                                                     std::generic_category().message(error)));
}

std::unexpected<Status> in_use(const std::filesystem::path& directory, int file) {
  return unavailable(fmt::format("the data directory {} is in use by process {}",
                                 directory.string(), read_holder(file)));
}

}  // namespace

Result<void> find_directory(const std::filesystem::path& directory) {
  std::error_code error;
  const auto found = std::filesystem::status(directory, error);
  if (std::filesystem::is_directory(found)) return {};
  if (!std::filesystem::status_known(found)) return not_opened(directory, error.value());
  return failure(Reason::kNotFound, directory.string() + " is no data directory");
}

Result<std::shared_ptr<DirectoryLock>> DirectoryLock::take(const std::filesystem::path& directory) {
  const auto path = lock_path(directory);
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return not_opened(path, errno);
  std::shared_ptr<DirectoryLock> lock(new DirectoryLock(file));
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return not_opened(path, errno);
    // Those who read leave the number of the last writer where it stands.
    if (flock(file, LOCK_SH | LOCK_NB) != 0) return in_use(directory, file);
    return unavailable(
        fmt::format("the data directory {} is being read by another process", directory.string()));
  }
  const auto pid = fmt::format("{}\n", getpid());
  // The lock holds without the number; on a full disk nobody is told it.
  if (ftruncate(file, 0) == 0) {
    [[maybe_unused]] const auto written = pwrite(file, pid.data(), pid.size(), 0);
  }
  return lock;
}

Result<std::shared_ptr<DirectoryLock>> DirectoryLock::share(
    const std::filesystem::path& directory) {
  const auto path = lock_path(directory);
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno != ENOENT) return not_opened(path, errno);
  std::shared_ptr<DirectoryLock> lock(new DirectoryLock(file));
  if (file >= 0 && flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return in_use(directory, file);
  }
  return lock;
}

DirectoryLock::~DirectoryLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace gatefold::storage
