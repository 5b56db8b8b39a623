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

bool is_manifest(const fs::path& path) {
  const auto extension = path.extension();
  const bool is_hidden = path.filename().string().starts_with('.');
  return !is_hidden && (extension == ".yaml" || extension == ".yml" || extension == ".json");
}

std::optional<std::string> read_text(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return std::nullopt;
  std::string text(std::istreambuf_iterator<char>(stream), {});
  if (stream.bad()) return std::nullopt;
  return text;
}

// The objects of one document into `objects`; what is wrong with it, or nothing.
std::string add_objects(const std::string& file, Value document,
                        std::vector<ManifestObject>& objects) {
  if (!document.is_object()) return "a document is no object";
  auto* items = find(document, "items");
  if (string_at(document, {"kind"}) != "List" || items == nullptr || !items->is_array()) {
    objects.push_back({file, std::move(document)});
    return "";
  }
  for (auto& item : items->as_array()) {
    if (!item.is_object()) return "an item of a List is no object";
    objects.push_back({file, std::move(item)});
  }
  return "";
}

// What is wrong with the file, or nothing.
std::string read_one(const fs::path& path, ManifestFolder& folder) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (status.type() == fs::file_type::directory) return "";
  if (status.type() != fs::file_type::regular) return error ? error.message() : "is no file";
  ManifestFile file{path.filename().string(), fs::file_size(path, error), {}};
  if (!error) file.changed = fs::last_write_time(path, error);
  if (error) return error.message();
  folder.files.push_back(file);
  if (file.bytes > kManifestBytesMax) {
    return fmt::format("is larger than {} bytes", kManifestBytesMax);
  }
  const auto text = read_text(path);
  if (!text) return "can't be read";
  auto documents = parse_yaml_documents(*text);
  if (!documents) return documents.error().message;
  const auto before = folder.objects.size();
  for (auto& document : *documents) {
    auto wrong = add_objects(file.name, std::move(document), folder.objects);
    if (!wrong.empty()) return wrong;
  }
  return folder.objects.size() == before ? "holds no object" : "";
}

}  // namespace

ManifestFolder read_manifests(const fs::path& path) {
  ManifestFolder folder;
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    if (!is_manifest(it->path())) continue;
    paths.push_back(it->path());
    if (paths.size() <= kManifestFilesMax) continue;
    folder.errors.push_back(fmt::format("{} has more than {} files; none is applied", path.string(),
                                        kManifestFilesMax));
    return folder;
  }
  if (error) {
    folder.errors.push_back(fmt::format("{}: {}", path.string(), error.message()));
    return folder;
  }
  std::ranges::sort(paths);
  for (const auto& file : paths) {
    const auto wrong = read_one(file, folder);
    if (!wrong.empty()) {
      folder.errors.push_back(fmt::format("{}: {}", file.filename().string(), wrong));
    }
  }
  return folder;
}

}  // namespace gatefold::tools
