// News of a folder reaches the engine without waiting for the next look.
#include "tools/gatefold/manifest_watch.h"

#include <fstream>

#include <catch2/catch.hpp>

#include "tests/tools/applied_folder.h"

namespace gatefold::test {
namespace {

namespace fs = std::filesystem;

void put(const fs::path& folder, const std::string& file, const std::string& text) {
  fs::create_directories(folder);
  std::ofstream(folder / file) << text;
}

TEST_CASE("a folder is followed") {
  AppliedFolder applied;
  applied.write("a.yaml", config_map("one", "1"));
  applied.manifests().start();
  REQUIRE(applied.comes_true([&] { return applied.value_of("one") == "1"; }));
  applied.write("a.yaml", config_map("one", "22"));
  CHECK(applied.comes_true([&] { return applied.value_of("one") == "22"; }));
  applied.write("b.yaml", config_map("two", "2"));
  CHECK(applied.comes_true([&] { return applied.value_of("two") == "2"; }));
  applied.remove("b.yaml");
  CHECK(applied.comes_true([&] { return !applied.has("configmaps", "default", "two"); }));
}

TEST_CASE("another folder under the same name is followed from then on") {
  AppliedFolder applied;
  const auto other = applied.folder().parent_path() / "other";
  applied.write("a.yaml", config_map("one", "1"));
  applied.manifests().start();
  REQUIRE(applied.comes_true([&] { return applied.value_of("one") == "1"; }));
  put(other, "a.yaml", config_map("one", "22"));
  fs::rename(applied.folder(), applied.folder().parent_path() / "old");
  fs::rename(other, applied.folder());
  CHECK(applied.comes_true([&] { return applied.value_of("one") == "22"; }));
  applied.write("b.yaml", config_map("two", "2"));
  CHECK(applied.comes_true([&] { return applied.value_of("two") == "2"; }));
}

TEST_CASE("a link that points elsewhere is followed there") {
  AppliedFolder applied;
  const auto base = applied.folder().parent_path();
  put(base / "v1", "a.yaml", config_map("one", "1"));
  put(base / "v2", "a.yaml", config_map("one", "22"));
  fs::remove_all(applied.folder());
  fs::create_directory_symlink("v1", applied.folder());
  applied.manifests().start();
  REQUIRE(applied.comes_true([&] { return applied.value_of("one") == "1"; }));
  fs::create_directory_symlink("v2", base / "next");
  fs::rename(base / "next", applied.folder());
  CHECK(applied.comes_true([&] { return applied.value_of("one") == "22"; }));
  put(base / "v2", "b.yaml", config_map("two", "2"));
  CHECK(applied.comes_true([&] { return applied.value_of("two") == "2"; }));
}

TEST_CASE("news of neighbours is no news") {
  const ScratchDirectory scratch;
  put(scratch.path() / "mine", "a.yaml", "a: 1");
  tools::FolderWatch watch(scratch.path() / "mine/");
  REQUIRE(watch.arm());
  put(scratch.path() / "theirs", "a.yaml", "a: 1");
  CHECK_FALSE(watch.drain());
  put(scratch.path() / "mine", "b.yaml", "b: 1");
  CHECK(watch.drain());
  CHECK_FALSE(watch.drain());
}

}  // namespace
}  // namespace gatefold::test
