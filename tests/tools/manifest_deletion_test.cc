// What a folder deletes, and what it leaves alone.
#include <fstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "schema/json.h"
#include "schema/meta.h"
#include "tests/tools/applied_folder.h"
#include "tools/gatefold/manifest_object.h"

namespace gatefold::test {
namespace {

using Catch::Matchers::Contains;

// The object as `kubectl get -o yaml` gives it and `kubectl create` takes it.
Value copy_of(Value object, const std::string& name) {
  auto& metadata = object.as_object()["metadata"].as_object();
  for (const auto* member : {"uid", "creationTimestamp", "resourceVersion"}) metadata.erase(member);
  metadata["name"] = name;
  return object;
}

TEST_CASE("a file that is gone takes along what it created, in the second pass") {
  AppliedFolder applied;
  applied.write("a.yaml", config_map("one", "1"));
  applied.write("b.yaml", config_map("two", "2"));
  applied.pass();
  applied.remove("a.yaml");
  CHECK(applied.pass().empty());
  CHECK(applied.has("configmaps", "default", "one"));
  CHECK(applied.pass().empty());
  CHECK_FALSE(applied.has("configmaps", "default", "one"));
  CHECK(applied.has("configmaps", "default", "two"));
}

TEST_CASE("a document that is gone takes along what it created") {
  AppliedFolder applied;
  applied.write("a.yaml", config_map("one", "1") + "---\n" + config_map("two", "2"));
  applied.pass();
  applied.write("a.yaml", config_map("one", "1"));
  applied.two_passes();
  CHECK(applied.has("configmaps", "default", "one"));
  CHECK_FALSE(applied.has("configmaps", "default", "two"));
}

TEST_CASE("a file that went while no server ran takes along what it created") {
  AppliedFolder applied;
  applied.write("a.yaml", config_map("one", "1"));
  applied.pass();
  applied.remove("a.yaml");
  applied.restart();
  applied.two_passes();
  CHECK_FALSE(applied.has("configmaps", "default", "one"));
}

TEST_CASE("an object moves between files without a loss") {
  AppliedFolder applied;
  applied.write("a.yaml", config_map("one", "1"));
  applied.pass();
  const auto uid = std::string(uid_of(applied.get("configmaps", "default", "one")));
  applied.remove("a.yaml");
  applied.write("b.yaml", config_map("one", "1"));
  CHECK(applied.two_passes().empty());
  CHECK(uid_of(applied.get("configmaps", "default", "one")) == uid);
}

TEST_CASE("half of a file deletes nothing while files change") {
  AppliedFolder applied;
  const auto whole = config_map("one", "1") + "---\n" + config_map("two", "2");
  applied.write("a.yaml", whole);
  applied.pass();
  const auto uid = std::string(uid_of(applied.get("configmaps", "default", "two")));
  SECTION("it grows between two passes") {
    applied.write("a.yaml", config_map("one", "1"));
    applied.pass();
    applied.write("a.yaml", config_map("one", "1") + "---\n");
    applied.pass();
    applied.write("a.yaml", whole);
    applied.two_passes();
  }
  SECTION("it is empty for long") {
    applied.write("a.yaml", "");
    applied.two_passes();
    CHECK(applied.pass() == Errors{"a.yaml: holds no object"});
  }
  SECTION("it has come no further than a comment") {
    applied.write("a.yaml", "# All that the team needs.\n---\n");
    applied.two_passes();
    CHECK(applied.pass() == Errors{"a.yaml: holds no object"});
  }
  CHECK(uid_of(applied.get("configmaps", "default", "two")) == uid);
}

TEST_CASE("files have to be left alone for a while before anything is deleted") {
  AppliedFolder applied(std::chrono::hours(1));
  applied.write("a.yaml", config_map("one", "1"));
  applied.pass();
  applied.remove("a.yaml");
  applied.two_passes();
  applied.two_passes();
  CHECK(applied.has("configmaps", "default", "one"));
}

TEST_CASE("nothing is deleted while it isn't known what all files name") {
  AppliedFolder applied;
  applied.write("a.yaml", config_map("one", "1"));
  applied.pass();
  std::string error;
  SECTION("a kind with a typo") {
    applied.write("a.yaml", "apiVersion: v1\nkind: ConfgMap\nmetadata: {name: one}\n");
    error = "a.yaml: ConfgMap one: no kind ConfgMap in v1 is served";
  }
  SECTION("a version that is not served") {
    applied.write("a.yaml", "apiVersion: v9\nkind: ConfigMap\nmetadata: {name: one}\n");
    error = "a.yaml: ConfigMap one: no kind ConfigMap in v9 is served";
  }
  SECTION("no name") {
    applied.write("a.yaml", "apiVersion: v1\nkind: ConfigMap\n");
    error = "metadata.name is needed";
  }
  SECTION("no YAML") {
    applied.write("a.yaml", "a: [");
    error = "a.yaml: line 1";
  }
  SECTION("it has moved to a file that can't be read") {
    applied.remove("a.yaml");
    applied.write("b.yaml", config_map("one", "1") + "  [");
    error = "b.yaml: ";
  }
  SECTION("too many files") {
    applied.remove("a.yaml");
    for (std::size_t i = 0; i <= tools::kManifestFilesMax; ++i) {
      std::ofstream(applied.folder() / fmt::format("{}.yaml", i)).close();
    }
    error = "has more than 10000 files; none is applied";
  }
  SECTION("no folder") {
    std::filesystem::remove_all(applied.folder());
    error = "No such file or directory";
  }
  applied.two_passes();
  const auto errors = applied.pass();
  REQUIRE(errors.size() == 1);
  CHECK_THAT(errors.front(), Contains(error));
  CHECK_THAT(applied.manifests().note(), Contains("nothing is deleted until"));
  CHECK(applied.has("configmaps", "default", "one"));
}

TEST_CASE("an object that is refused has not gone") {
  AppliedFolder applied;
  applied.write("a.yaml", config_map("one", "1"));
  applied.pass();
  applied.write("a.yaml", config_map("one", "1") + "spec: {}\n");
  applied.two_passes();
  CHECK(applied.pass().size() == 1);
  CHECK(applied.has("configmaps", "default", "one"));
}

TEST_CASE("copies that others made are not the folder's") {
  AppliedFolder applied;
  applied.write("a.yaml", config_map("one", "1"));
  applied.pass();
  const auto original = applied.get("configmaps", "default", "one");
  SECTION("under another name") {
    applied.create_by_others("configmaps", "default", copy_of(original, "copy"));
    applied.two_passes();
    CHECK(applied.has("configmaps", "default", "copy"));
    applied.remove("a.yaml");
    applied.two_passes();
    CHECK_FALSE(applied.has("configmaps", "default", "one"));
    CHECK(applied.has("configmaps", "default", "copy"));
  }
  SECTION("under the same name, after the original went") {
    applied.remove("a.yaml");
    applied.two_passes();
    applied.create_by_others("configmaps", "default", copy_of(original, "one"));
    applied.two_passes();
    CHECK(applied.has("configmaps", "default", "one"));
  }
}

TEST_CASE("a namespace stays while it holds what others made") {
  AppliedFolder applied;
  applied.write("a.yaml", namespace_manifest("team"));
  applied.write("b.yaml", config_map("ours", "1", "team"));
  applied.pass();
  applied.create_by_others("configmaps", "team", JsonObject{{"metadata", {{"name", "theirs"}}}});
  applied.remove("a.yaml");
  applied.remove("b.yaml");
  CHECK(applied.two_passes() ==
        Errors{"namespaces/team: its file is gone, but it stays while it holds "
               "configmaps/team/theirs"});
  CHECK_FALSE(applied.has("configmaps", "team", "ours"));
  CHECK(applied.has("configmaps", "team", "theirs"));
  CHECK_FALSE(is_deleting(applied.get("namespaces", "", "team")));

  applied.remove_by_others("configmaps", "team", "theirs");
  CHECK(applied.two_passes().empty());
  CHECK(applied.comes_true([&] { return !applied.has("namespaces", "", "team"); }));
}

TEST_CASE("a namespace goes with its file and all that the folder made in it") {
  AppliedFolder applied;
  applied.write("a.yaml", namespace_manifest("team") + "---\n" + config_map("ours", "1", "team"));
  applied.pass();
  applied.remove("a.yaml");
  CHECK(applied.two_passes().empty());
  CHECK(applied.comes_true([&] { return !applied.has("namespaces", "", "team"); }));
}

TEST_CASE("who is told to stop writes and deletes nothing more") {
  AppliedFolder applied;
  applied.write("a.yaml", config_map("one", "1"));
  applied.pass();
  applied.remove("a.yaml");
  applied.pass();
  applied.write("b.yaml", config_map("two", "2"));
  const auto before = applied.revision();
  applied.manifests().stop();
  applied.two_passes();
  CHECK(applied.revision() == before);
}

}  // namespace
}  // namespace gatefold::test
