#include "tools/gatefold/new_directory.h"

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gatefold::tools {
namespace {

// So that the new name outlives a loss of power.
void sync_directory(const std::filesystem::path& directory) {
  const int file = ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY);
  if (file < 0) return;
  fsync(file);
  close(file);
}

bool leads_to(const std::filesystem::path& path, int file) {
  struct stat named{};
  struct stat opened{};
  return stat(path.c_str(), &named) == 0 && fstat(file, &opened) == 0 &&
         named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

// Creates the directory where it is not there, and locks it; nothing where another process took
// it away in between. The directory itself is locked: a restored backup deletes every file in it.
Result<std::optional<int>> try_hold(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return unavailable(fmt::format("{}: {}", path.string(), error.message()));
  const int file = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return std::nullopt;
  if (file < 0) {
    return unavailable(
        fmt::format("{}: {}", path.string(), std::generic_category().message(errno)));
  }
  // A file system may have no locks.
  if (flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    close(file);
    return unavailable(fmt::format("{} is being made by another process", path.string()));
  }
  if (leads_to(path, file)) return file;
  close(file);
  return std::nullopt;
}

Result<void> clear(const std::filesystem::path& path) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    std::filesystem::remove_all(entry->path(), error);
    if (error) break;
  }
  if (error) return unavailable(fmt::format("{}: {}", path.string(), error.message()));
  return {};
}

Result<void> check_free(const std::filesystem::path& name) {
  std::error_code error;
  if (std::filesystem::exists(name, error) && !std::filesystem::is_empty(name, error)) {
    return bad_request(fmt::format("{} is there already", name.string()));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<NewDirectory>> NewDirectory::begin(const std::filesystem::path& wanted) {
  auto name = wanted.lexically_normal();
  if (!name.has_filename()) name = name.parent_path();  // a slash at the end
  if (auto is_free = check_free(name); !is_free) return std::unexpected(std::move(is_free.error()));
  const std::filesystem::path path = name.string() + ".unfinished";
  std::optional<int> held;
  while (!held) {
    auto tried = try_hold(path);
    if (!tried) return std::unexpected(std::move(tried.error()));
    held = *tried;
  }
  std::unique_ptr<NewDirectory> made(new NewDirectory(std::move(name), path, *held));
  // Who held it before may just have given it its name.
  auto ready = check_free(made->wanted_);
  if (ready) ready = clear(path);
  if (!ready) return std::unexpected(std::move(ready.error()));
  return made;
}

NewDirectory::~NewDirectory() {
  store_.reset();
  std::error_code ignored;
  if (!is_finished_) std::filesystem::remove_all(path_, ignored);
  close(held_);
}

Result<storage::Store*> NewDirectory::open(std::optional<Channel> channel) {
  auto store = storage::Store::open({.directory = path_, .channel = channel});
  if (!store) return std::unexpected(std::move(store.error()));
  store_ = std::move(*store);
  return store_.get();
}

Result<void> NewDirectory::finish() {
  if (store_) {
    if (auto flushed = store_->flush(); !flushed) return flushed;
  }
  store_.reset();
  // Over an empty directory, too.
  if (std::rename(path_.c_str(), wanted_.c_str()) != 0) {
    return unavailable(fmt::format("{} can't become {}: {}", path_.string(), wanted_.string(),
                                   std::generic_category().message(errno)));
  }
  is_finished_ = true;
  sync_directory(wanted_.parent_path());
  return {};
}

}  // namespace gatefold::tools
