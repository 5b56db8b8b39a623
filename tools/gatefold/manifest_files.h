// Reading a folder of manifests.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "schema/value.h"

namespace gatefold::tools {

struct ManifestObject {
  std::string file;  // name within the folder
  Value value;
};

struct ManifestFolder {
  std::vector<ManifestObject>
      objects;  // by file name, then in the file's order; members of Lists one by one
  std::vector<std::string> broken_files;  // unreadable: what they created stays
  std::vector<std::string> errors;        // one sentence each
};

inline constexpr std::size_t kManifestFilesMax = 10'000;
inline constexpr std::size_t kManifestBytesMax = 8u << 20;

// Every *.yaml, *.yml and *.json of the folder itself.
ManifestFolder read_manifests(const std::filesystem::path& folder);

}  // namespace gatefold::tools
