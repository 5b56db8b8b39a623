// Directories and events for the tests of storage.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "storage/store.h"

namespace gatefold::test {

// A directory that goes away with its scope.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::unique_ptr<storage::Store> open_store(const std::filesystem::path& directory,
                                           bool refold = false);

// Writes one version of an object of the resource `things`, each as a batch of its own, and keeps
// what the next one needs. Requires that it is committed.
class Writer {
 public:
  explicit Writer(storage::Store& store) : store_(store) {}

  Revision put(const std::string& name, const std::string& value, Labels labels = {},
               std::vector<storage::Transition> transitions = {});
  Revision remove(const std::string& name);
  // So many versions more of an object that is there, many in a batch.
  void put_many(const std::string& name, int count);

  // The event alone, encoded against the object's frame; for batches that tests make themselves.
  storage::BatchEntry prepare(const std::string& name, const std::string& value,
                              storage::EventType type, Labels labels = {});

 private:
  storage::Store& store_;
};

// Damages one byte of a file.
void flip_byte(const std::filesystem::path& file, std::uintmax_t at, std::uint8_t mask = 0xff);

// The bytes of all files, by name, but for locks and what RocksDB notes for people.
std::map<std::string, std::string> files_in(const std::filesystem::path& directory);

ObjectKey thing(const std::string& name);
// The body of a thing as prepare() makes it.
std::string thing_body(const std::string& name, const std::string& value);

}  // namespace gatefold::test
