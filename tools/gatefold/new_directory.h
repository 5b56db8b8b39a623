// A data directory in the making: it has its name only once it is whole. What is broken off leaves
// nothing behind, or, where the process was killed, a folder `<name>.unfinished` that the next try
// clears away.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "schema/channel.h"
#include "storage/store.h"

namespace gatefold::tools {

class NewDirectory {
 public:
  // Refuses a name that is taken, unless by an empty directory, and one that another process is
  // making.
  static Result<std::unique_ptr<NewDirectory>> begin(const std::filesystem::path& wanted);
  ~NewDirectory();
  NewDirectory(const NewDirectory&) = delete;
  NewDirectory& operator=(const NewDirectory&) = delete;

  // Where it is made: empty at first.
  const std::filesystem::path& path() const { return path_; }
  // Opens a store in it; finish() closes it. `channel` as in StoreOptions.
  Result<storage::Store*> open(std::optional<Channel> channel);
  // Writes everything to disk and gives it its name.
  Result<void> finish();

 private:
  NewDirectory(std::filesystem::path wanted, std::filesystem::path path, int held)
      : wanted_(std::move(wanted)), path_(std::move(path)), held_(held) {}

  std::filesystem::path wanted_;
  std::filesystem::path path_;
  int held_;  // the directory itself, locked
  std::unique_ptr<storage::Store> store_;
  bool is_finished_ = false;
};

}  // namespace gatefold::tools
