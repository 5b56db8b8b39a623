#include "tools/gatefold/manifest_files.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "schema/yaml.h"

namespace gatefold::tools {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> read_file(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error || size > kManifestBytesMax) return std::nullopt;
  std::ifstream stream(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(stream), {});
  if (stream.bad()) return std::nullopt;
  return text;
}

void add_object(const std::string& file, Value value, ManifestFolder& folder) {
  if (!value.is_object()) {
    folder.errors.push_back(fmt::format("{}: a document is no object", file));
    folder.broken_files.push_back(file);
    return;
  }
  auto* items = find(value, "items");
  if (string_at(value, {"kind"}) == "List" && items != nullptr && items->is_array()) {
    for (auto& item : items->as_array()) {
      if (item.is_object()) folder.objects.push_back({file, std::move(item)});
    }
    return;
  }
  folder.objects.push_back({file, std::move(value)});
}

void read_one(const fs::path& path, ManifestFolder& folder) {
  const auto file = path.filename().string();
  const auto broken = [&](const std::string& why) {
    folder.errors.push_back(fmt::format("{}: {}", file, why));
    folder.broken_files.push_back(file);
  };
  const auto text = read_file(path);
  if (!text)
    return broken(fmt::format("can't be read or is larger than {} bytes", kManifestBytesMax));
  auto documents = parse_yaml_documents(*text);
  if (!documents) return broken(documents.error().message);
  for (auto& document : *documents) add_object(file, std::move(document), folder);
}

}  // namespace

ManifestFolder read_manifests(const fs::path& path) {
  ManifestFolder folder;
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    const auto extension = it->path().extension();
    const bool is_manifest = extension == ".yaml" || extension == ".yml" || extension == ".json";
    if (is_manifest && fs::is_regular_file(it->path()) && files.size() < kManifestFilesMax) {
      files.push_back(it->path());
    }
  }
  if (error) {
    folder.errors.push_back(fmt::format("{}: {}", path.string(), error.message()));
    // Nothing can be said about any file: everything stays.
    folder.broken_files.emplace_back("*");
    return folder;
  }
  std::ranges::sort(files);
  for (const auto& file : files) read_one(file, folder);
  return folder;
}

}  // namespace gatefold::tools
