#include "tools/gatefold/manifest_watch.h"

#include <array>
#include <cstring>
#include <string_view>

#include <sys/inotify.h>
#include <unistd.h>

namespace gatefold::tools {
namespace {

namespace fs = std::filesystem;

// With IN_MODIFY a file is not read while it is written.
constexpr std::uint32_t kOfFolder = IN_CREATE | IN_DELETE | IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE |
                                    IN_MOVED_FROM | IN_MOVED_TO | IN_MOVE_SELF | IN_DELETE_SELF;
constexpr std::uint32_t kOfParent = IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO;

fs::path without_trailing_slash(const fs::path& path) {
  std::error_code error;
  auto whole = fs::absolute(path, error).lexically_normal();
  if (error) return path;
  return whole.has_filename() ? whole : whole.parent_path();
}

}  // namespace

FolderWatch::FolderWatch(fs::path folder)
    : folder_(without_trailing_slash(folder)),
      descriptor_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

FolderWatch::~FolderWatch() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool FolderWatch::arm() {
  const int watch = inotify_add_watch(descriptor_, folder_.c_str(), kOfFolder);
  if (folder_watch_ >= 0 && watch != folder_watch_) inotify_rm_watch(descriptor_, folder_watch_);
  folder_watch_ = watch;
  if (parent_watch_ < 0 && folder_.has_filename()) {
    parent_watch_ = inotify_add_watch(descriptor_, folder_.parent_path().c_str(), kOfParent);
  }
  return watch >= 0;
}

bool FolderWatch::drain() {
  bool is_ours = false;
  alignas(inotify_event) std::array<char, 4096> news{};
  for (;;) {
    const auto size = read(descriptor_, news.data(), news.size());
    if (size <= 0) return is_ours;
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      inotify_event event{};
      std::memcpy(&event, &news[at], sizeof(event));
      const char* name = event.len > 0 ? &news[at + sizeof(event)] : "";
      at += sizeof(event) + event.len;
      const bool is_lost = (event.mask & IN_Q_OVERFLOW) != 0;
      const bool is_its_name = event.wd == parent_watch_ && folder_.filename() == name;
      if (event.wd == parent_watch_ && (event.mask & IN_IGNORED) != 0) parent_watch_ = -1;
      is_ours = is_ours || is_lost || is_its_name || event.wd == folder_watch_;
    }
  }
}

}  // namespace gatefold::tools
