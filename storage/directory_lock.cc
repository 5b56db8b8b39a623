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

}  // namespace

Result<std::shared_ptr<DirectoryLock>> DirectoryLock::take(const std::filesystem::path& directory) {
  const auto path = directory / "gatefold.pid";
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) {
    return failure(Reason::kInternalError, fmt::format("storage: {}: {}", path.string(),
                                                       std::generic_category().message(errno)));
  }
  std::shared_ptr<DirectoryLock> lock(new DirectoryLock(file));
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    return unavailable(fmt::format("the data directory {} is in use by process {}",
                                   directory.string(), read_holder(file)));
  }
  const auto pid = fmt::format("{}\n", getpid());
  // The lock holds without the number; on a full disk nobody is told it.
  if (ftruncate(file, 0) == 0) {
    [[maybe_unused]] const auto written = pwrite(file, pid.data(), pid.size(), 0);
  }
  return lock;
}

DirectoryLock::~DirectoryLock() {
  close(file_);
}

}  // namespace gatefold::storage
