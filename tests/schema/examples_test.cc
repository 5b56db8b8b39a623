// Upstream's example manifests, as far as schemas and their rules can judge them.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "schema/catalog.h"
#include "schema/defaults.h"
#include "schema/prune.h"
#include "schema/structural.h"
#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using test::Texts;

const std::filesystem::path kExamples =
    std::filesystem::path(GATEFOLD_SOURCE_DIR) / "../shared/gateway-api/examples";

std::vector<std::filesystem::path> example_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kExamples)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::vector<Value> objects_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  auto documents = parse_yaml_documents(text);
  REQUIRE(documents.has_value());
  return std::move(*documents);
}

void check_object(const Catalog& catalog, Value object) {
  const auto api_version = string_at(object, {"apiVersion"});
  const auto slash = api_version.find('/');
  const auto group = slash == std::string_view::npos ? "" : api_version.substr(0, slash);
  const auto* kind = catalog.find_kind(group, string_at(object, {"kind"}));
  REQUIRE(kind != nullptr);
  const auto* version =
      kind->version(slash == std::string_view::npos ? api_version : api_version.substr(slash + 1));
  REQUIRE(version != nullptr);
  CHECK(version->served);
  CHECK(prune_unknown(*version->schema, object) == Texts{});
  apply_defaults(*version->schema, object);
  CHECK(test::texts(validate_structural(*version->schema, object)) == Texts{});
  CHECK(test::texts(validate_list_types(*version->schema, object)) == Texts{});
  if (version->rules != nullptr) {
    CHECK(test::texts(version->rules->check(object, nullptr).errors) == Texts{});
  }
}

TEST_CASE("upstream's examples are valid objects of their kinds in both channels") {
  if (!std::filesystem::is_directory(kExamples)) {
    std::cout << "SKIP: upstream's example manifests are absent\n";
    return;
  }
  for (const auto channel : {Channel::kStandard, Channel::kExperimental}) {
    const auto catalog = builtin_catalog(channel);
    std::size_t objects = 0;
    for (const auto& path : example_files()) {
      for (auto& object : objects_of(path)) {
        INFO(path.string());
        check_object(*catalog, std::move(object));
        ++objects;
      }
    }
    CHECK(objects >= 100);
  }
}

}  // namespace
}  // namespace gatefold
