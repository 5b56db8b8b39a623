#include "tools/gatefold/new_directory.h"

#include <cstdio>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "storage/directory_lock.h"

namespace gatefold::tools {
namespace {

// So that the new name outlives a loss of power.
void sync_directory(const std::filesystem::path& directory) {
  const int file = ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY);
  if (file < 0) return;
  fsync(file);
  close(file);
}

// Clears away what a killed process left; refuses what one that lives is making.
Result<void> clear(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return {};
  auto lock = storage::DirectoryLock::take(path);
  if (!lock) return std::unexpected(std::move(lock.error()));
  lock->reset();
  std::filesystem::remove_all(path, error);
  if (error) return unavailable(fmt::format("{}: {}", path.string(), error.message()));
  return {};
}

}  // namespace

NewDirectory::NewDirectory(std::filesystem::path wanted)
    : wanted_(std::move(wanted)), path_(wanted_.string() + ".unfinished") {}

Result<std::unique_ptr<NewDirectory>> NewDirectory::begin(const std::filesystem::path& wanted) {
  auto name = wanted.lexically_normal();
  if (!name.has_filename()) name = name.parent_path();  // a slash at the end
  std::error_code error;
  if (std::filesystem::exists(name, error) && !std::filesystem::is_empty(name, error)) {
    return bad_request(fmt::format("{} is there already", name.string()));
  }
  std::unique_ptr<NewDirectory> made(new NewDirectory(std::move(name)));
  if (auto cleared = clear(made->path_); !cleared) {
    made->is_finished_ = true;  // it is not ours
    return std::unexpected(std::move(cleared.error()));
  }
  std::filesystem::create_directories(made->path_, error);
  if (error) return unavailable(fmt::format("{}: {}", made->path_.string(), error.message()));
  return made;
}

NewDirectory::~NewDirectory() {
  store_.reset();
  if (is_finished_) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
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
