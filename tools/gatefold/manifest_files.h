// Reading a folder of manifests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "schema/value.h"

namespace gatefold::tools {

struct ManifestObject {
  std::string file;  // name within the folder
  Value value;       // an object
};

// What tells that a file is still the one that was read.
struct ManifestFile {
  std::string name;
  std::uintmax_t bytes = 0;
  std::filesystem::file_time_type changed;
  bool operator==(const ManifestFile&) const = default;
};

struct ManifestFolder {
  std::vector<ManifestFile> files;      // by name; taken before they were read
  std::vector<ManifestObject> objects;  // by file name, then in the file's order; members of Lists
                                        // one by one
  // One sentence each. Where there are any, `objects` is not all that the folder may mean.
  std::vector<std::string> errors;
};

// More than anybody writes by hand; each is read and compared in every pass.
inline constexpr std::size_t kManifestFilesMax = 10'000;
// Above what the API takes as one object, for files with many.
inline constexpr std::size_t kManifestBytesMax = 8u << 20;

// Every *.yaml, *.yml and *.json of the folder itself; hidden files, which editors leave behind,
// are not. With more than kManifestFilesMax none is read. A file without an object is an error:
// it is more often half written than meant. Throws nothing.
ManifestFolder read_manifests(const std::filesystem::path& folder);

}  // namespace gatefold::tools
