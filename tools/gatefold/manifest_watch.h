// News of a folder, also when it is another one of the same name that stands there now.
#pragma once

#include <filesystem>

namespace gatefold::tools {

// inotify on the folder and, for its own name, on the folder it stands in. One thread.
class FolderWatch {
 public:
  explicit FolderWatch(std::filesystem::path folder);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  // Watches what stands at the path now. To be called before each reading of the folder; false: it
  // can't be watched.
  bool arm();
  // To poll for input; -1 where there is no inotify.
  int descriptor() const { return descriptor_; }
  // Takes all news in; whether any is of the folder.
  bool drain();

 private:
  const std::filesystem::path folder_;  // absolute, without a trailing slash
  int descriptor_ = -1;
  int folder_watch_ = -1;
  int parent_watch_ = -1;
};

}  // namespace gatefold::tools
